// Random small clusters: the same answer for the same state, and after any part of it was carried out; no place that
// is forbidden.
#include "actors/scheduler/native/fixture.hpp"
#include "messages/types/random.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::native_stability_test {

using namespace native_fixture;

constexpr int clusters = 1000;
constexpr int rounds = 4; // changes of the state a cluster

class random_cluster {
public:
  explicit random_cluster(std::uint64_t seed)
    : random_(seed) {}

  config::cluster make() {
    auto nodes = 2 + random_.below(4);
    std::vector<config::resource> resources;
    for (std::size_t i = 0; i < 1 + random_.below(8); ++i) resources.push_back(resource(i));
    auto c = cluster_of(nodes, std::move(resources));
    c.stickiness = score{pick<int>({0, 1, 1, 1, 100})};
    groups(c);
    std::vector<std::string> subjects;
    for (auto& r : c.resources) subjects.push_back(r.name.text);
    for (auto& g : c.groups) {
      subjects.push_back(g.name.text);
      for (auto& m : g.members) std::erase(subjects, m.text);
    }
    for (auto n = random_.below(4); n > 0; --n)
      c.locations.push_back({random_name(subjects), c.nodes[random_.below(nodes)].name,
                             score{pick<int>({-score::limit, -10, 1, 10, 200, score::limit})}});
    for (auto n = random_.below(4); n > 0; --n) {
      auto a = random_.below(subjects.size()), b = random_.below(subjects.size());
      if (a <= b) continue; // no loops
      c.colocations.push_back({.what = subjects[a],
                               .what_role = {},
                               .with = subjects[b],
                               .with_role = {},
                               .weight = score{pick<int>({-score::limit, -20, 20, score::limit, score::limit})}});
    }
    return c;
  }

  // Something happens to the cluster.
  void disturb(world& w) {
    auto& c = w.log.s.config().value;
    auto node = c.nodes[random_.below(c.nodes.size())].name.text;
    auto resource = c.resources[random_.below(c.resources.size())].name.text;
    switch (random_.below(8)) {
    case 0: w.log.lose(node.c_str()); break;
    case 1: w.log.say(command::suspected{node_name{node}, w.log.session(node.c_str()), false, "silent"}); break;
    case 2: w.direct(directive_kind::standby, node.c_str()); break;
    case 3: w.direct(directive_kind::maintenance, node.c_str()); break;
    case 4: w.direct(directive_kind::move, resource.c_str(), config::role::stopped, node.c_str()); break;
    case 5: w.direct(directive_kind::target_role, resource.c_str()); break;
    default: {
      auto count = static_cast<std::uint32_t>(1 + random_.below(4));
      w.fails(resource.c_str(), node.c_str(), count, static_cast<std::uint32_t>(random_.below(count + 1)));
    }
    }
  }

  // One holder is where it should be, or is no longer where it should not be: one step of carrying out a plan.
  bool step(world& w) {
    std::vector<std::pair<cluster::holder_key, bool>> steps; // key, present afterwards
    for (auto& [key, a] : w.log.s.all<cluster::assignment_key>())
      for (auto& p : a.value.places) {
        cluster::holder_key at{key.resource, 0, p.node, w.log.node(p.node.text.c_str()).boot};
        if (!w.log.s.find(at)) steps.emplace_back(at, true);
      }
    for (auto& [key, h] : w.log.s.all<cluster::holder_key>()) {
      auto* a = w.log.s.find(cluster::assignment_key{key.resource});
      bool wanted =
          a && std::any_of(a->value.places.begin(), a->value.places.end(), [&](auto& p) { return p.node == key.node; });
      if (!wanted) steps.emplace_back(key, false);
    }
    if (steps.empty()) return false;
    auto [key, there] = steps[random_.below(steps.size())];
    auto defined = cluster::standing_of(w.log.s, key.resource)->defined_at;
    cluster::transaction t(w.log.s, w.log.s.index().next(), w.log.clock, {});
    if (there)
      t.put(key, {cluster::running{}, config::role::started, {}, defined});
    else
      t.erase(key);
    t.commit();
    return true;
  }

private:
  template <class T>
  T pick(std::vector<T> from) {
    return from[random_.below(from.size())];
  }
  std::string random_name(const std::vector<std::string>& names) { return names[random_.below(names.size())]; }

  config::resource resource(std::size_t i) {
    auto r = random_.below(4) == 0 ? cloned("r" + std::to_string(i)) : plain("r" + std::to_string(i));
    if (r.clone && random_.below(2) == 0) r.clone->max = static_cast<std::uint32_t>(1 + random_.below(3));
    if (r.clone) r.clone->interleave = random_.below(2) == 0;
    r.priority = pick<int>({0, 0, 0, 5, 10});
    if (random_.below(3) == 0) r.stickiness = score{pick<int>({0, 5, 50, score::limit})};
    r.failure_threshold = pick<std::uint32_t>({0, 0, 1, 3});
    return r;
  }

  void groups(config::cluster& c) {
    config::group g;
    g.name = config::group_name{"g"};
    for (auto& r : c.resources)
      if (!r.clone && g.members.size() < 3 && random_.below(2) == 0) g.members.push_back(r.name);
    if (g.members.empty()) return;
    if (random_.below(4) == 0) g.clone = config::clone_options{};
    c.groups.push_back(std::move(g));
  }

  random_source random_;
};

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
  CHECK(moved > 5'000);
  CHECK(nowhere > 1'000);
  CHECK(steps > 4'000);
}

} // namespace troupe::scheduler::native_stability_test
