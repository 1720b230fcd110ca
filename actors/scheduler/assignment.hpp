// Where each unit goes and what role it takes: candidates and scores, assignment, roles.
//
// A unit is assigned once. Before it, everything that it is colocated with is; the wishes of what is colocated with it
// count, attenuated. The order is by priority, then that of the configuration. The roles of a promotable clone are
// chosen as the last step of its own assignment, because what is assigned later may depend on them.
#pragma once

#include "actors/scheduler/state.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace troupe::scheduler {

// --- candidates and scores ---
inline constexpr std::int32_t not_a_candidate = std::numeric_limits<std::int32_t>::min();

// Scores of all nodes for one unit, and where it may be probed.
using score_row = std::vector<std::int32_t>;

// A colocation between units, also those that groups and containers imply.
struct unit_colocation {
  unit_id dependent, primary;
  role dependent_role = role::unknown, primary_role = role::unknown;
  std::int32_t weight = 0;
  std::int32_t node_attribute = -1;
  bool influence = true; // the dependent's wishes count even while the primary is active
  constraint_id origin;  // none: implied
  bool draws = true;     // the dependent's wishes are the primary's, too
};

inline bool same_colocation(const unit_colocation& a, const unit_colocation& b) {
  return a.dependent == b.dependent && a.primary == b.primary && a.weight == b.weight && a.origin == b.origin;
}

// Why a score is what it is: one line of `--why`.
struct score_reason {
  unit_id what;
  node_id where;
  std::int32_t value = 0;
  const char* rule = "";
  constraint_id origin;
};

// How much each node is avoided, by node; empty: none is. Between nodes where a unit may run this comes before the
// score.
using avoidance_row = std::vector<std::uint8_t>;

struct candidates {
  std::vector<score_row> scores;                                // by unit
  std::vector<avoidance_row> avoided;                           // by unit
  std::vector<std::vector<discovery>> probes;                   // by unit; empty: always
  std::vector<unit_id> exclusive;                               // probed only where a location says so
  std::vector<std::pair<unit_id, location>> promoted_locations; // with role Promoted: they act on promotion
  std::vector<std::pair<unit_id, node_id>> exhausted;           // who failed where as often as it may
  std::vector<score_reason> reasons;
};
candidates find_candidates(const input& in, const cluster_state& s);
std::vector<avoidance_row> find_avoided(const input& in, const cluster_state& s);

std::vector<unit_colocation> resolve_colocations(const input& in, const cluster_state& s);

// --- the result ---
struct node_prospect { // a node as it will be, if connections come up as assigned
  bool online = false, unclean = false, shutting_down = false, standby = false, maintenance = false;
  std::int32_t assigned = 0;                               // resources in this run
  std::vector<std::pair<std::int32_t, std::int32_t>> free; // capacity
  [[nodiscard]] bool usable() const { return online && !unclean && !shutting_down && !standby && !maintenance; }
};

struct placed {
  node_id node;
  role next = role::unknown;
  std::string next_reason;
  bool managed = true;
  bool done = false;         // assigned, perhaps to no node
  std::int32_t priority = 0; // of an instance: its promotion score
  std::int64_t rank = 0;     // the same with its node's, and the wishes of what is to be with it: by this it was chosen
  std::uint32_t step = 0;    // it was settled when it was the turn of this position of `top`
  bool by_count = false;     // only the number of resources decided between nodes
};

struct assignment {
  table<unit_id, placed> units;
  table<node_id, node_prospect> nodes;
  std::vector<unit_colocation> colocations;
  std::vector<unit_colocation> binding_primaries; // those that run in a circle: here the primary keeps to them
  candidates considered; // the final scores
};

// place(): through roles.
assignment place(const input& in, const cluster_state& s);

inline std::int32_t add_scores(std::int32_t a, std::int32_t b) {
  return (score{a} + score{b}).value();
}

} // namespace troupe::scheduler
