// For tests of placing: small clusters drawn at random, what may happen to them, and the carrying out of what is
// assigned.
#pragma once

#include "actors/scheduler/native/fixture.hpp"
#include "messages/types/random.hpp"

namespace troupe::scheduler::native_fixture {

class random_cluster {
public:
  // Of 1 to `most` resources.
  explicit random_cluster(std::uint64_t seed, std::size_t most = 8)
    : random_(seed)
    , most_(most) {}

  config::cluster make() {
    auto nodes = 2 + random_.below(4);
    std::vector<config::resource> resources;
    for (std::size_t i = 0; i < 1 + random_.below(most_); ++i) resources.push_back(resource(i));
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
      bool wanted = a && std::any_of(a->value.places.begin(), a->value.places.end(),
                                     [&key = key](auto& p) { return p.node == key.node; });
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
  std::size_t most_;
};

} // namespace troupe::scheduler::native_fixture
