// A node has room once what leaves it has left it: a mark that what needs capacity there waits for.
#include "actors/scheduler/transition/transition.hpp"

#include <algorithm>

namespace troupe::scheduler {

void add_load_marks(const input& in, const outcome& o, steps& to) {
  if (in.settings.strategy == placement::standard) return;
  std::vector<bool> marked(in.nodes.size(), false);
  for (auto u : ids_of(o.state.units)) {
    if (in.resources[o.state.units[u].what].uses.empty() || !o.placement.units[u].managed) continue;
    if (o.state.units[u].kind != resource_kind::primitive) continue;
    auto& scores = o.placement.considered.scores[u.at()];
    for (auto n : ids_of(in.nodes)) marked[n.at()] = marked[n.at()] || scores[n.at()] != not_a_candidate;
    for (auto n : o.state.now[u].running_on) marked[n.at()] = true;
  }
  for (auto n : ids_of(in.nodes))
    if (marked[n.at()]) to.push_back({.node = n, .what = task::room_made, .pseudo = true});
}

} // namespace troupe::scheduler
