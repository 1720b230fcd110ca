// The ledger: the actor that holds the cluster's state on this node. It applies what is chosen, in order; takes commands
// in at the front desk and answers them from the log; and, on the leader, puts commands of the whole cluster into
// batches, sets their stamp and level, and commits what time makes due.
//
// A large command lies in several slots, in pieces (messages/command_pieces.hpp): it is put together here, below apply().
// A slot that does not go on with it ends it, on every node alike; a restart reads its pieces in the log again, because
// no snapshot is made between them.
//
// A command that cannot be read or applied halts the ledger where it stands: the state stays as it was before, the
// node's acceptor goes on, its resources keep running, and `status` says so. It is never skipped on one node alone.
#pragma once

#include "actors/cluster/arrivals.hpp"
#include "actors/cluster/front_desk.hpp"
#include "actors/cluster/messages.hpp"
#include "actors/cluster/plants.hpp"
#include "actors/cluster/proposer.hpp"
#include "actors/consensus/messages.hpp"
#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/links/messages.hpp"
#include "actors/watching/observed.hpp"

namespace troupe::cluster {

struct ledger_settings {
  node_name self;
  genesis formed;
  std::size_t batch_bytes = consensus::options{}.max_batch_bytes; // the replica's own
  caf::actor root;       // told of our own standing
  caf::actor replica;
  caf::actor links;
  caf::actor history; // told of every command
  std::function<void(const applied_command&)> on_applied; // empty in trouped
  bool own_clock_in_apply = false; // a plant
  plants planted;
};

struct watcher {
  watch_state asked;
  bool told_more = false; // as it was last told
};

// Worked out of the content as of one command, for all who ask before the next is applied.
struct of_content {
  log_index at;                              // of the last command in it
  std::shared_ptr<const state> copy{};       // nobody has asked yet: none
  std::optional<std::optional<stamp>> due{}; // next_deadline(), once it was asked for
};

struct ledger_state {
  env::environment* env = nullptr;
  ledger_settings set;
  state content;
  of_content derived;
  slot_number slot;   // applied
  slot_number newest; // known to be chosen
  std::string halted; // why; empty: it is not
  command::assembly in_pieces; // a large command, of which the last slots held the beginning
  bool snapshot_owed = false;  // until it is whole: no snapshot is of half a command
  conf::timers timers;         // of the configuration in `content`
  std::unique_ptr<front_desk> desk;
  std::map<ticket, caf::response_promise> waiting;
  std::vector<watcher> watchers;

  // on the leader
  bool leads = false;
  node_name leader; // as last told
  std::unique_ptr<proposer> to_log;
  arrivals brought; // by other nodes
  bool flush_sent = false;
  instant last_proposal{};
  bool tick_proposed = false;
  std::vector<links::delivered> early; // came while we were about to lead
  std::size_t early_bytes = 0;

  env::alarm alarm;
};
using ledger_actor = caf::stateful_actor<ledger_state, watching::observed<caf::event_based_actor>>;

caf::behavior ledger(ledger_actor* self, env::environment* env, const watching::directory_ptr& directory,
                     ledger_settings set);

} // namespace troupe::cluster
