// Whole clusters of detectors on a seeded network: complete, accurate, in time, at constant load. Figures are printed.
#include "actors/detector/test_cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

namespace troupe::detector_cluster_test {

using namespace std::chrono_literals;
using detector_test::cluster_options;
using detector_test::test_cluster;
using gossip::standing;

std::string ms(duration d) {
  return std::to_string(d.count() / 1'000'000);
}

struct distribution {
  std::vector<duration> all;
  [[nodiscard]] duration at(double part) {
    std::ranges::sort(all);
    return all[static_cast<std::size_t>(part * static_cast<double>(all.size() - 1))];
  }
  std::string text() {
    std::ostringstream out;
    out << all.size() << " samples, ms: min " << ms(at(0)) << ", median " << ms(at(0.5)) << ", p90 " << ms(at(0.9))
        << ", p99 " << ms(at(0.99)) << ", max " << ms(at(1));
    return out.str();
  }
};

// From the death of node `dead` until each survivor called it faulty.
void detect(test_cluster& c, unsigned dead, distribution& into) {
  c.forget_past();
  c.kill(dead);
  auto died = c.now();
  c.run_for(3 * c.timers().tolerate);
  for (unsigned i = 0; i < c.size(); ++i) {
    if (c.dead(i)) continue;
    CHECK(c.view(i, dead) == standing::faulty);
    for (const auto& s : c.sightings())
      if (s.observer == i && s.what.node == c.name(dead) && s.what.is == standing::faulty) {
        into.all.push_back(s.at - died);
        break;
      }
  }
}

bool anybody_accused(const test_cluster& c) {
  return std::ranges::any_of(c.sightings(), [](const auto& s) { return s.what.is != standing::alive; });
}

// Sightings in which `by` accuses.
std::size_t accusations_by(const test_cluster& c, unsigned by) {
  return static_cast<std::size_t>(std::ranges::count_if(c.sightings(), [&](const auto& s) {
    return s.observer == by && std::ranges::find(s.what.accusers, c.name(by)) != s.what.accusers.end();
  }));
}

TEST_CASE("complete: small clusters detect a death within the bound of the timers") {
  for (unsigned nodes : {2u, 3u, 5u, 7u}) {
    distribution times;
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
      test_cluster c({.nodes = nodes, .seed = seed});
      c.run_for(1s + duration{std::chrono::milliseconds{seed * 7}});
      detect(c, static_cast<unsigned>(seed % nodes), times);
    }
    // A period is longer than its interval by how late timers are; ten milliseconds for that and the network.
    auto bound = conf::detection_bound(conf::derive({}).value(), nodes) + 2 * nodes * 1ms + 10ms;
    MESSAGE(nodes << " nodes, tolerate 2000, bound " << ms(bound) << ": " << times.text());
    CHECK(times.all.size() == 150 * (nodes - 1));
    CHECK(times.at(1) <= bound);
    CHECK(times.at(0) >= 400ms);
  }
}

TEST_CASE("complete: large clusters detect a death about as fast") {
  for (unsigned nodes : {32u, 128u}) {
    distribution times;
    for (std::uint64_t seed = 1; seed <= (nodes == 32 ? 20u : 3u); ++seed) {
      test_cluster c({.nodes = nodes, .seed = seed});
      c.run_for(1s);
      detect(c, static_cast<unsigned>(seed), times);
    }
    MESSAGE(nodes << " nodes, tolerate 2000: " << times.text());
    CHECK(times.at(0.5) <= 2s);
    CHECK(times.at(1) <= 3s);
  }
}

TEST_CASE("complete: at every tolerate, in the same fraction of it") {
  for (duration tolerate : {duration{200ms}, duration{1s}, duration{60s}}) {
    distribution times;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      test_cluster c({.nodes = 3, .seed = seed, .tolerate = tolerate, .timer_late = 200us});
      c.run_for(tolerate);
      detect(c, 1, times);
    }
    MESSAGE("3 nodes, tolerate " << ms(tolerate) << ": " << times.text());
    CHECK(times.at(1) <= conf::detection_bound(conf::derive({.tolerate = tolerate}).value(), 3) + 10ms);
  }
}

TEST_CASE("complete: two of five die at once") {
  distribution times;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    test_cluster c({.nodes = 5, .seed = seed});
    c.run_for(1s + duration{std::chrono::milliseconds{seed * 7}});
    c.kill(3);
    detect(c, 4, times);
  }
  MESSAGE("5 nodes, 2 dead, tolerate 2000: " << times.text());
  CHECK(times.at(0.99) <= 2s);
}

TEST_CASE("accurate: nobody healthy is suspected while nothing is lost") {
  for (unsigned nodes : {2u, 3u, 5u, 32u, 128u}) {
    test_cluster c({.nodes = nodes, .seed = nodes});
    c.run_for(nodes < 32 ? 120s : 10s);
    CHECK_FALSE(anybody_accused(c));
    CHECK(c.all_well());
    for (unsigned i = 0; i < nodes; ++i) CHECK(c.core(i).local_health_score() == 0);
  }
}

TEST_CASE("accurate: with a tenth of all datagrams lost, suspicions are few and are refuted") {
  for (unsigned nodes : {3u, 5u, 32u}) {
    std::uint64_t suspicions = 0, called_faulty = 0, refuted = 0;
    duration observed{};
    for (std::uint64_t seed = 1; seed <= (nodes < 32 ? 20u : 3u); ++seed) {
      test_cluster c({.nodes = nodes, .seed = seed, .loss = 100'000});
      c.run_for(60s);
      observed += 60s * nodes;
      for (unsigned i = 0; i < nodes; ++i) {
        refuted += c.core(i).counts().refuted;
        called_faulty += c.core(i).counts().faulty;
        suspicions += c.core(i).counts().probes_failed;
      }
      c.lose(0);
      c.run_for(4s);
      CHECK(c.all_well());
    }
    auto hours = static_cast<double>(observed.count()) / 3.6e12;
    MESSAGE(nodes << " nodes, loss 10 %: per node and hour " << static_cast<double>(suspicions) / hours
                  << " suspicions raised, " << static_cast<double>(refuted) / hours << " refutations, "
                  << static_cast<double>(called_faulty) / hours << " times called faulty");
    CHECK(refuted > 0);
    // Of some hundred probes a second and cluster, one in thousands fails wholly.
    CHECK(static_cast<double>(called_faulty) / hours < 5.0);
  }
}

TEST_CASE("a link that is dead in one direction makes nobody suspect") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    test_cluster c({.nodes = 3, .seed = seed});
    c.run_for(1s);
    c.cut(0, 1);
    c.run_for(20s);
    CHECK_FALSE(anybody_accused(c));
    CHECK(c.core(2).counts().indirect == 0);
    CHECK(c.core(0).counts().indirect > 10);
  }
}

TEST_CASE("a node that nobody hears is called faulty by all, and is back soon after it is heard again") {
  distribution back;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    test_cluster c({.nodes = 5, .seed = seed});
    c.run_for(1s);
    for (unsigned i = 1; i < 5; ++i) c.cut(0, i);
    c.run_for(4s);
    for (unsigned i = 1; i < 5; ++i) CHECK(c.view(i, 0) == standing::faulty);
    for (unsigned i = 1; i < 5; ++i)
      for (unsigned j = 1; j < 5; ++j) CHECK((i == j || c.view(i, j) == standing::alive));
    c.heal();
    auto healed = c.now();
    while (!c.all_well() && c.now() < healed + 10s) c.run_for(10ms);
    back.all.push_back(c.now() - healed);
  }
  MESSAGE("5 nodes, all well after a one-way cut of 4000: " << back.text());
  CHECK(back.at(1) <= 2s);
}

TEST_CASE("two halves find each other again") {
  distribution back;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    test_cluster c({.nodes = 5, .seed = seed});
    c.run_for(1s);
    for (unsigned i : {0u, 1u})
      for (unsigned j : {2u, 3u, 4u}) c.cut(i, j), c.cut(j, i);
    c.run_for(10s);
    CHECK(c.view(0, 2) == standing::faulty);
    CHECK(c.view(4, 1) == standing::faulty);
    CHECK(c.view(0, 1) == standing::alive);
    CHECK(c.view(2, 4) == standing::alive);
    c.heal();
    auto healed = c.now();
    while (!c.all_well() && c.now() < healed + 10s) c.run_for(10ms);
    back.all.push_back(c.now() - healed);
  }
  MESSAGE("5 nodes, all well after a partition 2 | 3 of 10000: " << back.text());
  CHECK(back.at(1) <= 3s);
}

TEST_CASE("a node that stood still accuses nobody, and is alive to all soon after") {
  for (duration still : {duration{300ms}, duration{1900ms}, duration{20s}}) {
    distribution back;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      // Slow links, so that it often falls asleep with a probe on its way.
      test_cluster c({.nodes = 3, .seed = seed, .latency_min = 10ms, .latency_max = 20ms});
      c.run_for(1s + duration{std::chrono::milliseconds{seed * 7}});
      c.forget_past();
      c.pause(1, still);
      c.run_for(still);
      auto woke = c.now();
      while ((c.now() < woke + 50ms || !c.all_well()) && c.now() < woke + 10s) c.run_for(10ms);
      back.all.push_back(c.now() - woke);
      c.run_for(5s);
      CHECK(accusations_by(c, 1) == 0);
      CHECK(c.core(1).counts().pauses >= 1);
      CHECK(c.all_well());
    }
    MESSAGE("3 nodes, all well after a pause of " << ms(still) << ": " << back.text());
    CHECK(back.at(1) <= 1s);
  }
}

TEST_CASE("the whole cluster stands still: nobody is called faulty for it") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    test_cluster c({.nodes = 3, .seed = seed});
    c.run_for(1s);
    for (unsigned i = 0; i < 3; ++i) c.pause(i, 10s + duration{std::chrono::milliseconds{30 * i}});
    c.run_for(20s);
    for (unsigned i = 0; i < 3; ++i) CHECK(c.core(i).counts().faulty == 0);
    CHECK(c.all_well());
  }
}

TEST_CASE("load: what a node sends does not grow with the cluster") {
  for (unsigned nodes : {3u, 5u, 32u, 128u}) {
    test_cluster c({.nodes = nodes, .seed = 3});
    c.run_for(5s);
    c.forget_past();
    c.run_for(10s);
    std::uint64_t most = 0, sum = 0, bytes = 0;
    for (unsigned i = 0; i < nodes; ++i) {
      most = std::max(most, c.traffic_of(i).sent);
      sum += c.traffic_of(i).sent;
      bytes += c.traffic_of(i).bytes;
    }
    MESSAGE(nodes << " nodes idle, per node and second: " << static_cast<double>(sum) / 10 / nodes << " datagrams, "
                  << static_cast<double>(bytes) / 10 / nodes << " bytes; the busiest "
                  << static_cast<double>(most) / 10);
    CHECK(static_cast<double>(sum) / nodes <= 200); // a ping and an ack in each of 100 periods
    CHECK(most <= 300);
  }
}

TEST_CASE("a cluster forms from one seed") {
  for (unsigned nodes : {3u, 32u}) {
    test_cluster c({.nodes = nodes, .seed = nodes, .acquainted = false});
    auto born = c.now();
    auto formed = [&] {
      for (unsigned i = 0; i < nodes; ++i)
        if (c.core(i).nodes() != nodes) return false;
      return true;
    };
    while (!formed() && c.now() < born + 10s) c.run_for(10ms);
    MESSAGE(nodes << " nodes know each other after ms: " << ms(c.now() - born));
    CHECK(formed());
    CHECK(c.all_well());
    CHECK(c.now() - born <= 2s);
  }
}

TEST_CASE("who leaves is said to have left, by all, and is not suspected") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    test_cluster c({.nodes = 5, .seed = seed});
    c.run_for(1s);
    c.forget_past();
    c.leave(2);
    c.run_for(1s); // leave-limit
    CHECK(c.departed(2));
    c.kill(2);
    c.run_for(5s);
    for (unsigned i : {0u, 1u, 3u, 4u}) CHECK(c.core(i).opinion_of(c.name(2))->is == standing::left);
    for (const auto& s : c.sightings()) CHECK(s.what.is == standing::left);
  }
}

// --- the plants: each makes something above fail ---

TEST_CASE("plant trust_own_clock_jump: after a pause it accuses") {
  std::size_t accused = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    test_cluster c({.nodes = 3,
                    .seed = seed,
                    .latency_min = 10ms,
                    .latency_max = 20ms,
                    .planted = {.trust_own_clock_jump = true}});
    c.run_for(1s + duration{std::chrono::milliseconds{seed * 7}});
    c.forget_past();
    c.pause(1, 5s);
    c.run_for(10s);
    accused += accusations_by(c, 1);
  }
  CHECK(accused > 0);
}

TEST_CASE("plant accuse_after_pause: cut off when it wakes, it accuses") {
  for (bool planted : {false, true}) {
    std::size_t accused = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      test_cluster c({.nodes = 3, .seed = seed, .planted = {.accuse_after_pause = planted}});
      c.run_for(1s);
      c.pause(1, 5s);
      for (unsigned i : {0u, 2u}) c.cut(1, i), c.cut(i, 1);
      c.run_for(10s);
      accused += accusations_by(c, 1);
    }
    CHECK((accused > 0) == planted);
  }
}

TEST_CASE("plant ignore_refutation: who was suspected once is called faulty") {
  for (bool planted : {false, true}) {
    bool well = true;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      test_cluster c({.nodes = 3, .seed = seed, .planted = {.ignore_refutation = planted}});
      c.run_for(1s);
      c.pause(1, 400ms);
      c.run_for(5s);
      well = well && c.all_well();
    }
    CHECK(well != planted);
  }
}

TEST_CASE("plant believe_old_news: what was refuted comes back") {
  for (bool planted : {false, true}) {
    std::uint64_t sightings = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      test_cluster c({.nodes = 5, .seed = seed, .planted = {.believe_old_news = planted}});
      c.run_for(1s);
      c.pause(1, 600ms);
      c.run_for(3s);
      c.forget_past();
      c.run_for(5s);
      sightings += c.sightings().size();
    }
    CHECK((sightings > 0) == planted);
  }
}

TEST_CASE("plant skip_indirect: a one-way cut makes suspect") {
  test_cluster c({.nodes = 3, .seed = 1, .planted = {.skip_indirect = true}});
  c.run_for(1s);
  c.cut(0, 1);
  c.run_for(5s);
  CHECK(anybody_accused(c));
}

} // namespace troupe::detector_cluster_test
