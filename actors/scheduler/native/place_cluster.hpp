// place() for a running cluster: where each configured resource belongs, as the log says it, and why.
//
//   auto placed = place_cluster(state);
//   for (auto& item : changed(placed.items, state)) ...        what has to be committed as Assigned
//   auto why = explain(placed, resource_name{"db"});           made only when somebody asks: it is as large as
//                                                              resources x nodes
// Its inputs are: configuration, members and which of them may act yet [K7], directives, failures, assignments, fence
// attempts (an open one's target is no candidate), and of the holders those whose stop failed, those without an
// assignment and those of what is unmanaged.
// Cost, 100 nodes x 5,000 resources: 20 ms, twice that when something moves (tools/bench scheduler).
//
// Applying what it answered and asking again answers the same, whatever part of it has been carried out. The rules
// alone do not give that: something that has just been moved may be drawn on by what moved with it, and a few
// configurations run in a circle. So the answer is asked again until it confirms itself, or comes back to an answer
// that was already given; that one is kept. Asked from there, the circle closes at the same place. Services that wander
// are worse than any of the places.
#pragma once

#include "actors/scheduler/native/placement_input.hpp"
#include "actors/scheduler/schedule.hpp"
#include "messages/command.hpp"

namespace troupe::scheduler {

inline constexpr std::size_t max_rounds = 16; // then the last one stands

// What the last round shows of one instance, for who asks again (standing_placement.hpp).
struct settlement {
  std::size_t resource = 0; // position in the configuration
  std::size_t turn = 0;     // position in the order of placing
  node_id where{};          // none: nowhere
  bool by_count = false;    // only the number of resources decided
};

struct placement_result {
  input in; // these three: of the first round that gave the answer, so that reasons tell of the change
  cluster_state present;
  assignment chosen;
  std::vector<node_use> uses;             // by node_id
  std::vector<command::assignment> items; // one a resource, sorted by name; places sorted; nowhere: no places
  std::size_t rounds = 0;
  bool settled = false; // false: it wanders, and the limit was reached
  std::vector<settlement> settlements{};
  std::vector<bool> confirmed{}; // by position in the configuration: the last round assumed what it answered
};
placement_result place_cluster(const cluster::state& s);
// The same for a part of its configuration; `elsewhere`: what of the rest is placed already.
placement_result place_part(const cluster::state& s, const config::cluster& part,
                            const std::vector<placed_elsewhere>& elsewhere);

// The wanted places of every configured resource, sorted. What is unmanaged stays where it may be active.
std::vector<command::assignment> placements(const input& in, const cluster_state& present, const assignment& chosen,
                                            const situation& now);

// Those that are news to the state.
std::vector<command::assignment> changed(const std::vector<command::assignment>& items, const cluster::state& s);

} // namespace troupe::scheduler
