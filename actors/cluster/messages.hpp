// What the ledger is told and what it tells.
#pragma once

#include "actors/cluster/apply.hpp"
#include "actors/cluster/changes.hpp"
#include "messages/console.hpp"

#include <caf/all.hpp>

#include <functional>
#include <memory>

namespace troupe::cluster {

// --- told, by actors of this node ---
struct submit { // answered with told_outcome; an error when the desk is full
  std::string lane;
  command::command what; // level, stamp, client and sequence are the ledger's and the leader's to set
};
struct told_outcome {
  outcome answer;
};
struct close_lane {
  std::string lane;
};

struct ask_cluster {}; // answered with console::cluster_status
struct ask_state {};   // answered with state_is: a copy, for questions that take long

// From now on `who` is told of the state: state_is at once and whenever it is replaced, state_changed after each slot
// that changed it, leader_is at once and at every change.
enum class interest : std::uint8_t {
  everything,
  nodes, // changes of members, of fence attempts and of the configuration alone; for who keeps no mirror
};
struct watch_state {
  caf::actor who;
  interest in = interest::everything;
};
// From the leader's director, on the leader alone; elsewhere they are dropped. Each has a client and a sequence, and its
// outcome comes in a state_changed; those that found no room are answered with not_proposed.
struct propose_now {
  std::vector<command::command> commands;
};
struct not_proposed {
  std::vector<std::uint64_t> sequences;
};

// --- tells, to whoever watches ---
// `more`: this node knows that the log goes on, and will tell, with an empty delta if need be, when it has come to its
// end. Whoever begins what cannot be undone waits for that: a node that catches up reads of long closed matters.
struct state_is {
  state_ptr whole;
  std::string halted{}; // in answer to ask_state: why this node applies no more commands; empty: it does
  bool more = false;
};
struct state_changed {
  delta_ptr what;
  bool more = false;
};
struct leader_is {
  node_name leader; // empty: none known
  bool ours = false; // proposals are taken
};

// --- tells, to the root: after each slot that changed one of these ---
struct standing_of_node {
  std::optional<member> self; // our own record
  bool configuration_changed = false;
  std::shared_ptr<const config::cluster> configuration; // set when it changed
  log_index index;
};
struct ledger_halted { // a command that this replica cannot apply; its acceptor goes on
  log_index index;
  std::string why;
  bool outgrown = false; // this program is too old: others can, and must not count on this one
};

// What this node has made its own; for observers. The pointers hold during the call.
struct applied_command {
  lineage_id lineage;
  log_index index;
  digest command;
  digest state; // after it
  refusal refused = refusal::none;
  const troupe::command::command* what = nullptr; // nullptr: said before, and answered as then
  const cluster::state* after = nullptr;
};

} // namespace troupe::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::submit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::told_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::close_lane)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::ask_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::ask_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::watch_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::propose_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::not_proposed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::state_is)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::state_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::leader_is)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::cluster_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::standing_of_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::cluster::ledger_halted)
