// The examples are what people copy: each is read, has no warning, and says what its comments promise.
#include "conf/check.hpp"
#include "conf/cluster_file.hpp"
#include "conf/file.hpp"
#include "conf/node_file.hpp"
#include "messages/types/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

namespace troupe::conf::examples_test {

const std::filesystem::path folder = TROUPE_EXAMPLES;

std::string text_of_example(const char* name) {
  return read_file(folder / name, max_file).value().text;
}

TEST_CASE("every example is good, without a warning") {
  int seen = 0;
  for (const auto& e : std::filesystem::directory_iterator(folder)) {
    auto answer = check_text(read_file(e.path(), max_file).value().text, std::nullopt);
    CHECK_MESSAGE(answer.found.text(e.path().filename().string()).empty(),
                  answer.found.text(e.path().filename().string()));
    ++seen;
  }
  CHECK(seen == 4);
}

TEST_CASE("cluster.toml: a group, a clone, a device for every node") {
  diagnostics d;
  auto c = parse_cluster_file(text_of_example("cluster.toml"), d).value();
  CHECK(config::voters(c).size() == 3);
  CHECK(c.groups.at(0).members == std::vector{resource_name("vip"), resource_name("site")});
  CHECK(c.fencing == config::fencing_policy::devices);
  CHECK(std::count_if(c.resources.begin(), c.resources.end(), [](const auto& r) { return r.clone.has_value(); }) == 1);
}

TEST_CASE("control-plane.toml: three of five vote, a second level of fencing, storage that asks for power") {
  diagnostics d;
  auto c = parse_cluster_file(text_of_example("control-plane.toml"), d).value();
  CHECK(config::voters(c) == std::vector{node_name("ctl1"), node_name("ctl2"), node_name("ctl3")});
  CHECK(std::count_if(c.devices.begin(), c.devices.end(), [](const auto& f) { return f.level == 2; }) == 1);
  auto volumes =
      std::find_if(c.resources.begin(), c.resources.end(), [](const auto& r) { return r.name.text == "volumes"; });
  REQUIRE(volumes != c.resources.end());
  CHECK(volumes->accepts == std::set{config::proof_kind::power});
  auto is = [&](const char* name) {
    auto found = std::find_if(c.resources.begin(), c.resources.end(), [&](auto& r) { return r.name.text == name; });
    return found == c.resources.end() ? config::resource{} : *found;
  };
  CHECK(is("copies").target == config::role::stopped);
  CHECK_FALSE(is("metering").managed);
  CHECK_FALSE(c.orders.back().symmetrical);
}

// Not fencing = "off", which nobody should copy, and node-max, which this version does not carry out.
TEST_CASE("every other key that a cluster.toml may have is shown by an example") {
  std::string all;
  for (auto name : {"cluster.toml", "control-plane.toml", "redis.toml"}) all += "\n" + text_of_example(name);
  auto shown = [&](const std::string& key) {
    auto pattern = key + " = ";
    for (auto at = all.find(pattern); at != std::string::npos; at = all.find(pattern, at + 1))
      if (std::string_view("\n ").find(all[at - 1]) != std::string_view::npos) return true;
    return false;
  };
  for (auto key : {"name",
                   "tolerate",
                   "restart-grace",
                   "boot-grace",
                   "late-margin",
                   "no-quorum",
                   "mass-loss",
                   "stickiness",
                   "key",
                   "addresses",
                   "voter",
                   "agent",
                   "params",
                   "start",
                   "stop",
                   "promote",
                   "demote",
                   "monitor",
                   "interval",
                   "timeout",
                   "tolerate-failures",
                   "role",
                   "clone",
                   "max",
                   "interleave",
                   "ordered",
                   "notify",
                   "promotable",
                   "target",
                   "managed",
                   "priority",
                   "failure-threshold",
                   "failure-timeout",
                   "accepts",
                   "members",
                   "resource",
                   "node",
                   "score",
                   "first",
                   "then",
                   "kind",
                   "symmetrical",
                   "with",
                   "targets",
                   "plugs",
                   "action",
                   "level",
                   "retries",
                   "budget"})
    CHECK_MESSAGE(shown(key), std::string(key));
}

TEST_CASE("redis.toml: one of three is promoted, all are told, the address is where it is") {
  diagnostics d;
  auto c = parse_cluster_file(text_of_example("redis.toml"), d).value();
  auto& redis = c.resources.at(0);
  CHECK(redis.promotable == config::promotable_options{1, 1, std::nullopt});
  CHECK(redis.clone->notify);
  CHECK(redis.target == config::role::promoted);
  CHECK(c.colocations.at(0).with_role == config::role::promoted);
  CHECK(c.orders.at(0).first_action == config::action::promote);
}

TEST_CASE("node.toml is the first node of cluster.toml, and its seeds are the others") {
  diagnostics d;
  auto n = parse_node_file(text_of_example("node.toml"), d).value();
  auto c = parse_cluster_file(text_of_example("cluster.toml"), d).value();
  CHECK(n.name == c.nodes.at(0).name);
  CHECK(n.listen == c.nodes.at(0).addresses);
  REQUIRE(n.seeds.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(n.seeds[i].name == c.nodes.at(i + 1).name);
    CHECK(n.seeds[i].key == c.nodes[i + 1].key);
    CHECK(n.seeds[i].addresses == c.nodes[i + 1].addresses);
  }
}

TEST_CASE("a damaged file ends in diagnostics that name a fault and a fix, or is good") {
  random_source random{3};
  unsigned good = 0, bad = 0;
  for (int i = 0; i < 3000; ++i) {
    auto text = text_of_example(i % 2 == 0 ? "cluster.toml" : "node.toml");
    for (auto n = 1 + random.below(3); n > 0; --n) {
      auto at = random.below(text.size());
      if (random.below(3) == 0)
        text.erase(at, 1 + random.below(40));
      else
        text[at] = static_cast<char>(random.below(256));
      if (text.empty()) text = "x";
    }
    auto answer = check_text(text, std::nullopt);
    for (const auto& d : answer.found.sorted()) {
      CHECK_FALSE(d.found.what.empty());
      CHECK_FALSE(d.found.fix.empty());
      CHECK(d.at.line > 0);
    }
    ++(answer.found.good() ? good : bad);
  }
  CHECK(good > 100); // comments, spaces, other values
  CHECK(bad > 1000);
}

} // namespace troupe::conf::examples_test
