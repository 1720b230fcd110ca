// The actor around a replica of the log: opens its store, carries its effects out on disk and links, and feeds back
// what comes of them. While the store opens, whatever arrives waits in the mailbox.
//
// A disk that fails ends the node: what a failed sync left behind is unknown, and only a new start, which doubts the
// journal, can go on from there.
#pragma once

#include "actors/console/observed.hpp"
#include "actors/consensus/messages.hpp"
#include "actors/consensus/store.hpp"
#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/links/messages.hpp"

namespace troupe::consensus {

struct replica_settings {
  store::owner owner;
  std::vector<voter> voters;
  journal_id fresh; // the id of a journal that begins now
  consensus::options limits;
  consensus::plants planted;
  std::string consumes; // a file that must be gone before the first word; empty: none
  caf::actor links;
  caf::actor root; // told of the end: disk_failed
};

// To the root: the node must end.
struct disk_failed {
  std::string why;
};

struct replica_actor_state {
  env::environment* env = nullptr;
  replica_settings set;
  std::vector<std::string> names; // while opening
  std::map<std::string, byte_buffer> files;
  caf::actor owner_of_state;
  std::unique_ptr<store> writing;
  std::unique_ptr<replica> core;
  consensus::effects effects;
  std::size_t unanswered = 0; // disk requests
  bool settled = true;        // the journal's last batch is told from a torn one
  env::alarm alarm;
};
using replica_actor = caf::stateful_actor<replica_actor_state, console::observed<caf::event_based_actor>>;

caf::behavior replica_of_log(replica_actor* self, env::environment* env, const console::directory_ptr& directory,
                             replica_settings set);

} // namespace troupe::consensus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::disk_failed)
