// Random small clusters: the same answer for the same state, and after any part of it was carried out; no place that
// is forbidden.
#include "actors/scheduler/native/random_cluster.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::native_stability_test {

using namespace native_fixture;

constexpr int clusters = 1000;
constexpr int rounds = 4; // changes of the state a cluster

// What no result may do, whatever the cluster is like.
void check_allowed(const world& w, const std::vector<command::assignment>& items) {
  auto& s = w.log.s;
  auto& c = s.config().value;
  situation now{s};
  for (auto& item : items) {
    auto i = *now.resource(item.resource);
    if (now.unmanaged(i)) continue;
    auto& r = c.resources[i];
    auto* group = now.group_of(i);
    if (!r.clone && !(group && group->clone)) CHECK(item.places.size() <= 1);
    if (r.clone && r.clone->max) CHECK(item.places.size() <= *r.clone->max);
    if (now.target(i) == config::role::stopped)
      for (auto& p : item.places) CHECK(now.use_of(*now.node(p.node)) == node_use::maintenance);
    for (std::size_t k = 0; k < item.places.size(); ++k) {
      auto& node = item.places[k].node;
      if (k > 0) CHECK(item.places[k - 1].node < node); // one a node
      auto use = now.use_of(*now.node(node));
      if (use == node_use::maintenance) continue;
      CHECK((use == node_use::candidate || use == node_use::keeps_only));
      auto* f = s.find(cluster::failure_key{item.resource, node});
      if (f && r.failure_threshold > 0) CHECK(f->value.count < r.failure_threshold);
      for (auto& l : c.locations) {
        bool meant = l.what == item.resource.text || (group && l.what == group->name.text);
        if (meant && l.node == node) CHECK_FALSE(l.weight.must_not());
      }
    }
  }
}

TEST_CASE("a thousand random clusters: no oscillation, no forbidden node, the same answer after every step") {
  std::size_t most_rounds = 0;
  int placed = 0, moved = 0, nowhere = 0, steps = 0;
  for (int seed = 0; seed < clusters; ++seed) {
    CAPTURE(seed);
    random_cluster made(static_cast<std::uint64_t>(seed));
    world w(made.make());
    random_source pace(static_cast<std::uint64_t>(seed) + 1'000'000);
    for (int round = 0; round < rounds; ++round) {
      CAPTURE(round);
      auto first = w.placed().items;
      CHECK(w.placed().items == first);
      check_allowed(w, first);
      CHECK(w.placed().settled);
      most_rounds = std::max(most_rounds, w.placed().rounds);
      for (auto& item : first) (item.places.empty() ? nowhere : placed) += 1;
      auto news = changed(first, w.log.s);
      moved += static_cast<int>(news.size());
      if (!news.empty()) w.log.say(command::assigned{news});
      for (auto& line : changed(w.placed().items, w.log.s))
        FAIL_CHECK("oscillates: ", line.resource.text, " to ", world::text(line.places));
      for (auto n = pace.below(6); n > 0 && made.step(w); --n, ++steps)
        for (auto& line : changed(w.placed().items, w.log.s))
          FAIL_CHECK("changed its mind: ", line.resource.text, " to ", world::text(line.places));
      made.disturb(w);
    }
  }
  CHECK(most_rounds == 3);
  CHECK(placed > 10'000);
  CHECK(moved > 4'000);
  CHECK(nowhere > 1'000);
  CHECK(steps > 4'000);
}

} // namespace troupe::scheduler::native_stability_test
