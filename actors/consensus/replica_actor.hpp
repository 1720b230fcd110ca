// The actor around a replica of the log: opens its store, carries its effects out on disk and links, and feeds back
// what comes of them. While the store opens, whatever arrives waits in the mailbox.
//
// One disk request is under way at a time; what comes meanwhile goes into the next one together, under one sync. So the
// journal has no gap when a request fails: nothing was submitted behind it. A disk that fails ends the node: at once
// while the store opens; later in order, as a learner without a journal, because what runs here can still be moved and
// stopped, and nobody need be fenced for it. What a failed sync or a read error leaves behind is unknown: then the next
// start doubts the journal. A full disk leaves nothing in doubt: the node starts again and goes on once there is room.
#pragma once

#include "actors/consensus/messages.hpp"
#include "actors/consensus/store.hpp"
#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/links/messages.hpp"
#include "actors/watching/observed.hpp"

namespace troupe::consensus {

struct replica_settings {
  store::owner owner;
  std::vector<voter> voters;
  journal_id fresh; // the id of a journal that begins now
  consensus::options limits;
  std::uint32_t segment_size = default_segment_size; // of a journal that begins now
  consensus::plants planted;
  bool ignores_failed_sync = false; // a plant
  std::string consumes;             // a file that must be gone before the first word; empty: none
  caf::actor links;
  caf::actor root; // told: disk_failed
};

// To the root: the node must end. Once the store was open, the replica goes on as a learner until then.
struct disk_failed {
  std::string why;
  bool full = false; // nothing else is wrong with it
};

struct replica_actor_state {
  env::environment* env = nullptr;
  replica_settings set;
  std::vector<std::string> names; // while opening
  std::map<std::string, byte_buffer> files;
  caf::actor owner_of_state;
  std::vector<caf::actor> vouch_watchers;
  std::vector<node_name> vouched; // as told to them
  std::unique_ptr<store> writing;
  std::unique_ptr<replica> core;
  consensus::effects effects;
  std::optional<send> said;       // the last send of these effects, not posted yet
  std::vector<node_name> said_to; // it goes to all of these: ticks and accepts are encoded once
  std::vector<persist> waiting;   // for the disk
  std::vector<sync_token> under_way;
  bool disk_busy = false;
  bool disk_lost = false;
  bool settled = true; // the journal's last batch is told from a torn one
  env::alarm alarm;
};
using replica_actor = caf::stateful_actor<replica_actor_state, watching::observed<caf::event_based_actor>>;

caf::behavior replica_of_log(replica_actor* self, env::environment* env, const watching::directory_ptr& directory,
                             replica_settings set);

} // namespace troupe::consensus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::disk_failed)
