// Random clusters to which things happen: the parts that are placed anew give what placing everything gives.
#include "actors/scheduler/native/standing_placement.hpp"

#include "actors/scheduler/native/random_cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::scheduler::standing_placement_test {

using namespace native_fixture;

// What a follower is told of the way from one state to another.
cluster::delta between(const cluster::state& before, const cluster::state& after) {
  std::vector<cluster::record_key> touched;
  before.for_each([&](auto& key, auto&) {
    if (!after.find(key)) touched.push_back(key);
  });
  after.for_each([&](auto& key, auto& now) {
    auto* was = before.find(key);
    if (!was || was->version != now.version) touched.push_back(key);
  });
  return {after.index(), after.now(), cluster::changes_of(after, touched), {}};
}

std::string text_of(const std::vector<command::assignment>& items) {
  std::string text;
  for (auto& i : items) text += i.resource.text + ": " + world::text(i.places) + "; ";
  return text;
}

class follower {
public:
  explicit follower(const world& w)
    : seen_(w.log.s) {}
  std::vector<command::assignment> place(const world& w) {
    places.note(between(seen_, w.log.s));
    seen_ = w.log.s;
    return places.place(w.log.s);
  }
  standing_placement places;

private:
  cluster::state seen_;
};

TEST_CASE("whatever happens, the same as placing everything") {
  std::size_t parts = 0, placed = 0;
  int moved = 0;
  for (int seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    random_cluster made(static_cast<std::uint64_t>(seed), seed % 2 == 0 ? 8 : 30);
    world w(made.make());
    follower follows(w);
    random_source pace(static_cast<std::uint64_t>(seed) + 7'000'000);
    for (int round = 0; round < 12; ++round) {
      CAPTURE(round);
      auto whole = changed(w.placed().items, w.log.s);
      auto news = follows.place(w);
      CHECK(text_of(news) == text_of(whole));
      parts += follows.places.last_effort().parts;
      placed += follows.places.last_effort().placed;
      moved += static_cast<int>(news.size());
      if (pace.below(8) == 0 && !news.empty()) news.erase(news.begin()); // the director may hold one back
      if (pace.below(8) != 0 && !news.empty()) w.log.say(command::assigned{news});
      for (auto n = pace.below(5); n > 0; --n) made.step(w);
      for (auto n = pace.below(3); n > 0; --n) made.disturb(w);
    }
  }
  CHECK(moved > 5'000);
  CHECK(placed < parts); // some of it was spared
}

std::vector<config::resource> many(std::size_t count) {
  std::vector<config::resource> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(plain("r" + std::to_string(100 + i)));
  return all;
}

TEST_CASE("one failed resource: only what is tied to it is placed anew") {
  auto c = cluster_of(3, many(40));
  c.colocations.push_back({.what = "r101", .what_role = {}, .with = "r100", .with_role = {}});
  for (auto& r : c.resources) r.failure_threshold = 1;
  world w(c);
  follower follows(w);
  for (int i = 0; i < 3; ++i)
    if (auto news = follows.place(w); !news.empty()) w.log.say(command::assigned{news});
  CHECK(follows.place(w).empty());
  CHECK(follows.places.last_effort().placed == 0);
  auto there = w.log.s.find(cluster::assignment_key{resource_name{"r100"}})->value.places[0].node;
  w.fails("r100", there.text.c_str(), 1);
  auto news = follows.place(w);
  CHECK(follows.places.last_effort().parts == 39);
  CHECK(follows.places.last_effort().placed == 1);
  REQUIRE(news.size() == 2);
  CHECK(news[0].places[0].node != there);
  CHECK(news[0].places == news[1].places);
}

TEST_CASE("equals are told apart by how many resources each node has, those that stay included") {
  world w(cluster_of(2, many(7)));
  follower follows(w);
  for (int i = 0; i < 2; ++i)
    if (auto news = follows.place(w); !news.empty()) w.log.say(command::assigned{news});
  w.direct(directive_kind::target_role, "r100", config::role::stopped); // n1 has three more now
  w.log.say(command::assigned{follows.place(w)});
  w.lift(directive_kind::target_role, "r100");
  auto news = follows.place(w);
  CHECK(follows.places.last_effort().placed < 7);
  CHECK(text_of(news) == text_of(changed(w.placed().items, w.log.s)));
}

} // namespace troupe::scheduler::standing_placement_test
