// What unpack makes of the history: which nodes are up, which are to be fenced and why, and where each unit is in which
// role. Later stages read it; none changes it.
//
// A unit is a configured resource or one instance of it: a clone of a group [a b] with two instances makes the units
// clone, group:0, a:0, b:0, group:1, a:1, b:1. Instance numbers of anonymous clones are labels that unpack hands out.
#pragma once

#include "actors/scheduler/input.hpp"

#include <string>
#include <vector>

namespace troupe::scheduler {

struct unit {
  resource_id what{};
  unit_id parent{};
  resource_kind kind = resource_kind::primitive;
  std::int32_t number = -1; // of the instance, for it and all below it
  std::vector<unit_id> children{};
};

struct replica_units { // of a bundle
  unit_id bundle{}, ip{}, container{}, connection{}, inner{};
  node_id guest{};
  std::uint32_t number = 0;
};

struct node_state {
  bool online = false;
  bool unclean = false;
  bool pending = false; // joining
  bool standby = false;
  bool standby_on_failure = false;
  bool maintenance = false;
  bool shutting_down = false;
  bool unseen = false;         // remote: fence only if its connection comes up nowhere
  bool requires_reset = false; // remote, guest: what runs there is lost
  bool history_read = false;
  bool to_fence = false; // a reason to fence was found
  std::string fence_reason{};
};

struct unit_state {
  role now = role::unknown;
  role next = role::unknown; // the most it may become; unknown: no limit
  const char* next_reason = "";
  std::vector<node_id> running_on{};
  std::vector<node_id> dangling{};                // migrated away from there, not stopped yet
  node_id migration_source{}, migration_target{}; // a migration that may be continued
  task pending = task::other;                     // an operation under way, `other`: none
  node_id pending_on{};
  node_id locked_to{}; // shutdown lock
  bool managed = true;
  bool maintenance = false;
  bool blocked = false;
  bool failed = false;
  bool failure_ignored = false;
  bool must_stop = false; // failed so that only a stop helps
  bool must_demote = false;
  bool start_pending = false;
  bool orphan = false;
  bool may_migrate = false;
  std::int32_t reported_number = -1; // the instance number by which nodes know it, where it is active
  std::vector<std::pair<node_id, std::size_t>> reported_in{}; // which of the input's histories speak of it
  std::vector<node_id> forced_stops{}; // nodes where a stop is due although it is not known to run there
};

struct ban { // a score that the history demands
  unit_id what{};
  node_id where{}; // none: everywhere
  score weight{};
  const char* why;
};

struct failure_to_clear {
  unit_id what{};
  node_id where{};
};

// An operation that ran with another definition than the present one; all others are not kept.
struct known_operation {
  unit_id what{};
  node_id where{};
  task done;
  std::int64_t interval_ms;
  definition params;
  bool active; // a recurring one that still runs
  bool failed = false;
};

// A failure of what recurs that is forgotten for its age.
struct lapsed_failure {
  unit_id what{};
  node_id where{};
  task done;
  std::int64_t interval_ms;
};

struct cluster_state {
  table<node_id, node_state> nodes;
  table<unit_id, unit> units;
  table<unit_id, unit_state> now;
  std::vector<unit_id> top{};
  table<resource_id, unit_id> unit_of; // the one unit of what is not instantiated; of others the first
  std::vector<replica_units> replicas{};
  std::vector<ban> bans{};
  std::vector<unit_id> no_promotion{}; // a ticket for the promoted role is missing
  std::vector<failure_to_clear> expired{};
  std::vector<known_operation> operations{};
  std::vector<lapsed_failure> lapsed{};
  std::vector<std::uint8_t> known{}; // units x nodes: the history says whether it runs there

  [[nodiscard]] bool knows(unit_id u, node_id n) const { return known[u.at() * nodes.size() + n.at()] != 0; }
};

std::string unit_name(const input& in, const cluster_state& s, unit_id u);

inline bool is_clone_like(resource_kind k) {
  return k == resource_kind::clone || k == resource_kind::bundle;
}
// The outermost unit: a bundle only if asked for.
unit_id outermost(const cluster_state& s, unit_id u, bool through_bundle = false);
bool below(const cluster_state& s, unit_id inner, unit_id outer); // strictly
// The clone it is an instance of, directly or as the member of a cloned group; none otherwise.
unit_id enclosing_clone(const cluster_state& s, unit_id u);
bool in_promotable(const input& in, const cluster_state& s, unit_id u);
// Instances of a unique clone have a history, failures and scores each; those of an anonymous one are exchangeable.
bool in_unique_clone(const input& in, const cluster_state& s, unit_id u);
bool in_anonymous_clone(const input& in, const cluster_state& s, unit_id u);
// Where it is, of several: of what needs no fencing the first node that is up and clean; otherwise the first.
node_id active_node(const input& in, const cluster_state& s, unit_id u);
// The same, but the source of a migration that may be continued.
node_id current_node(const input& in, const cluster_state& s, unit_id u);
// The role of a collective is the highest of its members. What nobody knows of is stopped.
role present_role(const cluster_state& s, unit_id u);

// How often it failed there; `effective`: without failures older than its failure-timeout.
struct failures {
  std::int32_t count = 0;
  std::int64_t last = 0;
};
failures failures_of(const input& in, const cluster_state& s, unit_id u, node_id n, bool effective);

// What is declared to be inside of a guest node's container, and is not its connection, runs on that guest only.
node_id confined_to(const input& in, resource_id r);

// Can this node be fenced now? `online`: it is, or its connection will be up.
bool can_fence(const input& in, const cluster_state& s, node_id n, bool online);
inline bool can_fence(const input& in, const cluster_state& s, node_id n) {
  return can_fence(in, s, n, s.nodes[n].online);
}
// What a start of it needs first, with the defaults filled in.
requirement needs_of(const input& in, resource_id r);

cluster_state unpack(const input& in);

} // namespace troupe::scheduler
