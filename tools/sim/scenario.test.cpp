#include "tools/sim/scenario.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

namespace troupe::sim::scenario_test {

using namespace std::chrono_literals;

TEST_CASE("a seed is a plan: the same each time, another for another seed") {
  CHECK(plan_from_seed(7, 5) == plan_from_seed(7, 5));
  CHECK(plan_from_seed(7, 5) != plan_from_seed(8, 5));
}

TEST_CASE("a plan stays inside of its time, in order, names machines that exist and ends with heal") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto s = plan_from_seed(seed, 3);
    REQUIRE(s.plan.size() > 1);
    CHECK(std::holds_alternative<faults::heal>(s.plan.back().what));
    CHECK(s.plan.back().at == s.faults_for);
    for (std::size_t i = 1; i < s.plan.size(); ++i) CHECK(s.plan[i - 1].at <= s.plan[i].at);
    for (const auto& f : s.plan) CHECK(f.at <= s.faults_for);
  }
  CHECK(scenario{}.faults_for >= 120s);
}

TEST_CASE("two hundred seeds know every kind, and each leaves some out") {
  std::map<std::string_view, int> seeds_with;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::map<std::string_view, int> here;
    for (const auto& f : plan_from_seed(seed, 5).plan) ++here[name_of(f)];
    for (auto [kind, count] : here) ++seeds_with[kind];
  }
  CHECK(seeds_with.size() == std::variant_size_v<fault_kind>);
  for (auto [named, count] : seeds_with)
    if (auto kind = named; kind != "heal") { // clang 14 lets no lambda, which a message is, capture a binding
      CHECK_MESSAGE(count < 160, kind);
      CHECK_MESSAGE(count > 10, kind);
    }
}

TEST_CASE("disks that lie belong to a minority") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    std::set<node_name> liars;
    for (const auto& f : plan_from_seed(seed, 5).plan) {
      if (auto* flip = std::get_if<faults::disk_bit_flip>(&f.what)) liars.insert(flip->node);
      if (auto* fails = std::get_if<faults::disk_sync_fails>(&f.what)) liars.insert(fails->node);
    }
    CHECK(liars.size() <= 2);
  }
}

TEST_CASE("small worlds have plans too") {
  for (std::size_t machines : {1U, 2U}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed)
      for (const auto& f : plan_from_seed(seed, machines).plan) CHECK(name_of(f) != "disk-bit-flip");
  }
}

TEST_CASE("what is written down reads back as the same value") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    auto s = plan_from_seed(seed, 5);
    auto back = parse_scenario(to_toml(s), "seed.toml");
    if (!back) FAIL(back.error().text);
    CHECK(*back == s);
  }
}

TEST_CASE("times, in the largest unit that fits") {
  CHECK(show(0s) == "0s");
  CHECK(show(90s) == "90s");
  CHECK(show(120s) == "2min");
  CHECK(show(1500ms) == "1500ms");
  CHECK(show(-3s) == "-3s");
  CHECK(show(7ns) == "7ns");
}

TEST_CASE("a file by hand: defaults, any order, heal added") {
  auto s =
      parse_scenario("machines = 3\n"
                     "[[fault]]\nat = \"20s\"\nkind = \"pause\"\nnode = \"n2\"\nclock-stops = true\nlasts = \"3s\"\n"
                     "[[fault]]\nat = \"10s\"\nkind = \"partition\"\nfrom = [\"n1\"]\nto = [\"n2\", \"n3\"]\n",
                     "mine.toml");
  REQUIRE(s);
  CHECK(s->machines.size() == 3);
  CHECK(s->faults_for == 120s);
  REQUIRE(s->plan.size() == 3);
  CHECK(s->plan[0] == fault{10s, 0s, faults::partition{{node_name{"n1"}}, {node_name{"n2"}, node_name{"n3"}}, false}});
  CHECK(s->plan[1] == fault{20s, 3s, faults::pause{node_name{"n2"}, true}});
  CHECK(s->plan[2] == fault{120s, 0s, faults::heal{}});
}

TEST_CASE("what is wrong is said with its place, all of it at once") {
  auto wrong_with = [](const std::string& text) {
    auto s = parse_scenario(text, "f.toml");
    return s ? std::string("accepted") : s.error().text;
  };
  CHECK(wrong_with("machines = [\n").starts_with("f.toml:1:14: "));
  CHECK(wrong_with("machines = 1000\n") == "f.toml:1:12: machines: expects 1 to 128\n");
  CHECK(wrong_with("tick = \"0s\"\n") == "f.toml:1:8: tick: too short\n");
  CHECK(wrong_with("fualt = 3\n").starts_with("f.toml:1:1: fualt: no such key here; known are machines, "));
  CHECK(wrong_with("fault = 3\n").starts_with("f.toml:1:9: fault: expects [[fault]] tables"));
  auto text = wrong_with("[[fault]]\nat = \"5 parsecs\"\nkind = \"power-loss\"\nnode = \"n9\"\n"
                         "[[fault]]\nkind = \"meteor\"\n"
                         "[[fault]]\nkind = \"loss\"\nof = 2000000\nfrom = \"n1\"\n"
                         "[[fault]]\nkind = \"pause\"\nclock-stops = 1\nat = \"3min\"\nspeed = 4\nlasts = \"-1s\"\n");
  CAPTURE(text);
  for (const char* each :
       {"f.toml:2:6: at: expects a time such as", "f.toml:4:8: node: there is no machine 'n9'; they are n1 to n5",
        "f.toml:6:8: kind: 'meteor' is no fault; known are power-loss, ",
        "f.toml:9:6: of: expects parts in a million, 0 to 1000000", "f.toml:10:8: from: expects a list of machines",
        "f.toml:13:15: clock-stops: expects true or false", ": node: is missing; a pause is of one machine",
        "f.toml:14:6: at: lies outside of faults-for (2min)", "f.toml:15:1: speed: no such key here",
        "f.toml:16:9: lasts: expects no less than 0s"})
    CHECK_MESSAGE(text.find(each) != std::string::npos, each);
}

} // namespace troupe::sim::scenario_test
