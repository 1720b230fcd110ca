// What the cluster wants of this node for one instance of a resource: the node side's whole order book, read from the
// state (node_view) and carried out by the instance's lifecycle.
//
// It is a picture, not a list of events: a node that missed a hundred changes reads the last picture and is right. So
// a restart, catching up, a snapshot and a change of leaders are one path. Rejected: acting on log entries, which runs
// an act that was withdrawn further down the log.
#pragma once

#include "actors/cluster/records.hpp"

#include <memory>

namespace troupe::resource {

// One instance on this node. The ordinal is 0 but for globally unique clones.
struct instance {
  resource_name resource;
  std::uint32_t ordinal = 0;
  auto operator<=>(const instance&) const = default;
};

// The slice in which its processes live: "db", "db:1".
inline std::string slice_of(const instance& what) {
  return what.ordinal == 0 ? what.resource.text : what.resource.text + ":" + std::to_string(what.ordinal);
}

// How to speak to its agent: the definition of the holder, so that a stop uses the parameters of its start; where
// nobody holds it, the configured one.
struct blueprint {
  log_index defined_at{};
  std::shared_ptr<const config::resource> definition; // one object a definition: compared by identity
  std::optional<cluster::allowance> copies;           // set: one of several alike
  bool notify = false;                                // its instances are told of what is done to the others
  bool operator==(const blueprint&) const = default;
};

struct upkeep { // it runs and no act is open: its monitors recur
  config::role role = config::role::started;
  bool healthy = true; // as the state has it
  bool operator==(const upkeep&) const = default;
};

// The open round of notices of its resource, as its agent is told it: one object a round, compared by identity.
struct notice_round {
  log_index id;
  config::action operation{};
  command::planned what;
  std::vector<command::placement> active;          // where instances ran when it began
  std::vector<node_name> all_nodes, present_nodes; // of the cluster; those that had joined
};
struct telling { // this instance has yet to be told
  log_index round;
  command::notice_stage stage{};
  bool operator==(const telling&) const = default;
};

struct wanted {
  session_id session; // this life's; 0: the node has none, and whatever goes on is to be ended
  std::optional<blueprint> how;
  bool held = false;  // it may be active here, as far as the state knows
  bool probe = false; // nobody has looked yet whether it runs here
  std::optional<cluster::open_act> act;
  std::optional<upkeep> watch;
  std::shared_ptr<const notice_round> round; // none: no round is open
  std::optional<telling> tell;

  [[nodiscard]] bool nothing() const { return !held && !probe; }
  bool operator==(const wanted&) const = default;
};

} // namespace troupe::resource
