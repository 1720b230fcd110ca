#include "actors/scheduler/native/place_cluster.hpp"

#include <algorithm>

namespace troupe::scheduler {

std::vector<command::assignment> placements(const input& in, const cluster_state& present, const assignment& chosen,
                                            const situation& now) {
  auto& resources = now.config().resources;
  auto& nodes = now.config().nodes;
  std::vector<command::assignment> items(resources.size());
  for (std::size_t i = 0; i < resources.size(); ++i) {
    items[i].resource = resources[i].name;
    if (!now.unmanaged(i)) continue;
    for (auto& p : now.present(i)) items[i].places.push_back({nodes[p.node].name, 0, p.role});
  }
  for (auto u : ids_of(present.units)) {
    auto& unit = present.units[u];
    auto& to = chosen.units[u];
    if (unit.kind != resource_kind::primitive || !to.node.valid() || !in.resources[unit.what].managed) continue;
    auto role = to.next == role::promoted ? config::role::promoted : config::role::started;
    items[unit.what.at()].places.push_back({nodes[to.node.at()].name, 0, role});
  }
  for (auto& item : items) std::sort(item.places.begin(), item.places.end());
  std::sort(items.begin(), items.end(), [](auto& a, auto& b) { return a.resource < b.resource; });
  return items;
}

static placement_result place_once(const cluster::state& s, const situation& now) {
  placement_result r;
  r.in = placement_input(s, now);
  r.present = unpack(r.in);
  r.chosen = place(r.in, r.present);
  r.items = placements(r.in, r.present, r.chosen, now);
  return r;
}

namespace {

using answer = std::vector<command::assignment>;

// Counting what the state says as the first one.
bool given_before(const std::vector<answer>& earlier, const answer& now, const cluster::state& s) {
  return changed(now, s).empty() || std::find(earlier.begin(), earlier.end(), now) != earlier.end();
}

} // namespace

placement_result place_cluster(const cluster::state& s) {
  situation now{s};
  auto result = place_once(s, now);
  std::vector<answer> earlier;
  auto newest = result.items;
  std::size_t rounds = 1;
  bool settled = given_before(earlier, newest, s);
  for (; !settled && rounds < max_rounds; ++rounds) {
    earlier.push_back(std::move(newest));
    now.assume(earlier.back());
    auto next = place_once(s, now);
    newest = next.items;
    settled = given_before(earlier, newest, s);
    if (newest != result.items) result = std::move(next);
  }
  for (std::size_t n = 0; n < now.config().nodes.size(); ++n) result.uses.push_back(now.use_of(n));
  result.rounds = rounds;
  result.settled = settled;
  return result;
}

std::vector<command::assignment> changed(const std::vector<command::assignment>& items, const cluster::state& s) {
  std::vector<command::assignment> news;
  for (auto& item : items) {
    auto* before = s.find(cluster::assignment_key{item.resource});
    bool same = before ? before->value.places == item.places : item.places.empty();
    if (!same) news.push_back(item);
  }
  return news;
}

} // namespace troupe::scheduler
