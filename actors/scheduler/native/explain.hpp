// Why a resource is where it is: per node what speaks for and against it, and the rule that decided. Data first: the
// console, `why` and the audit trail use it; text is made from it here and nowhere else.
#pragma once

#include "actors/scheduler/native/place_cluster.hpp"

#include <optional>
#include <string>

namespace troupe::scheduler {

// What settled the place. In the order in which the rules are asked.
enum class decided_by : std::uint8_t {
  unmanaged,     // nothing is to be done to it
  told_to_stop,  // its target role, or an operator's
  no_node,       // there is none where it may run
  only_node,     // there is one
  failed_starts, // fewer starts failed here than elsewhere
  score,         // the highest
  staying,       // as good as elsewhere, and it is here
  fewest,        // as good as elsewhere; fewer resources had been placed here, then the name
  instances,     // a clone: one a node, as many as it may have
};

// Why a node was out.
enum class ruled_out : std::uint8_t { no, by_use, by_score };

struct score_part {
  std::string rule; // "location of db on n1", "stickiness", "colocation of web with db": what gave it
  std::int32_t value = 0;
};

struct node_reasons {
  node_name node{};
  node_use use = node_use::candidate;
  ruled_out out = ruled_out::no;
  std::int32_t total = 0;          // the final score
  std::vector<score_part> parts{}; // their sum is the total, where nothing is infinite
  std::uint32_t failed_starts = 0; // of it and of what must be together with it: the level (avoidance.cpp)
  bool chosen = false;
  std::uint32_t failed_promotes = 0;
  bool promotable = false;
  std::optional<std::int32_t> promotion{}; // the score there, of a promotable one; unset: nobody has said any
  std::int64_t rank = 0; // with it: what it is promoted by, all that is to be there counted in; the same: who is stays
};

struct placement_reasons {
  resource_name resource{};
  std::vector<command::placement> places{};
  decided_by rule = decided_by::no_node;
  std::vector<node_reasons> nodes{}; // by name
};

// nullopt: no such resource.
std::optional<placement_reasons> explain(const placement_result& r, const resource_name& resource);

std::string_view name_of(decided_by d);
std::string_view name_of(node_use u);
// "on n2 (score): ...", then a line a node.
std::vector<std::string> lines_of(const placement_reasons& why);

} // namespace troupe::scheduler
