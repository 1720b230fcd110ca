#include "actors/scheduler/native/place_cluster.hpp"

#include "actors/cluster/holdings.hpp"

#include <algorithm>
#include <iterator>

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

namespace {

using answer = std::vector<command::assignment>;

std::vector<settlement> settlements_of(const cluster_state& present, const assignment& chosen, std::size_t resources) {
  std::vector<settlement> all;
  for (auto u : ids_of(present.units)) {
    auto& unit = present.units[u];
    auto& to = chosen.units[u];
    if (unit.kind == resource_kind::primitive && unit.what.at() < resources)
      all.push_back({unit.what.at(), to.step, to.node, to.by_count});
  }
  return all;
}

placement_result place_once(const cluster::state& s, const situation& now,
                            const std::vector<placed_elsewhere>& elsewhere) {
  placement_result r;
  r.in = placement_input(s, now);
  r.in.elsewhere = elsewhere;
  r.present = unpack(r.in);
  r.chosen = place(r.in, r.present);
  r.items = placements(r.in, r.present, r.chosen, now);
  r.settlements = settlements_of(r.present, r.chosen, now.config().resources.size());
  return r;
}

// Counting what the state says as the first one.
bool given_before(const std::vector<answer>& earlier, const answer& now, const cluster::state& s) {
  return changed(now, s).empty() || std::find(earlier.begin(), earlier.end(), now) != earlier.end();
}

// What was assumed in the last round is what it answered.
std::vector<bool> confirmed_by(const answer& items, const situation& now) {
  std::vector<bool> yes(now.config().resources.size());
  for (auto& item : items) {
    auto r = *now.resource(item.resource);
    auto* assumed = now.assigned(r);
    yes[r] = assumed && *assumed == item.places;
  }
  return yes;
}

} // namespace

placement_result place_part(const cluster::state& s, const config::cluster& part,
                            const std::vector<placed_elsewhere>& elsewhere) {
  situation now{s, part};
  auto result = place_once(s, now, elsewhere);
  std::vector<answer> earlier;
  auto newest = result.items;
  std::size_t rounds = 1;
  bool settled = given_before(earlier, newest, s);
  for (; !settled && rounds < max_rounds; ++rounds) {
    earlier.push_back(std::move(newest));
    now.assume(earlier.back());
    auto next = place_once(s, now, elsewhere);
    newest = next.items;
    settled = given_before(earlier, newest, s);
    if (newest != result.items)
      result = std::move(next);
    else
      result.settlements = std::move(next.settlements);
  }
  for (std::size_t n = 0; n < part.nodes.size(); ++n) result.uses.push_back(now.use_of(n));
  result.rounds = rounds;
  result.settled = settled;
  result.confirmed = confirmed_by(result.items, now);
  return result;
}

placement_result place_cluster(const cluster::state& s) {
  return place_part(s, s.config().value, {});
}

std::vector<command::assignment> changed(const std::vector<command::assignment>& items, const cluster::state& s) {
  std::vector<command::assignment> news;
  std::ranges::copy_if(items, std::back_inserter(news), [&](auto& item) { return cluster::is_news(s, item); });
  return news;
}

} // namespace troupe::scheduler
