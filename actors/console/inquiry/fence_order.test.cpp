#include "actors/console/inquiry/fence_order.hpp"

#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>

namespace troupe::fence_order_test {

using namespace troupe::console;
using cluster::test::script;
using namespace std::chrono_literals;

config::cluster with_device(std::uint32_t level) {
  auto c = cluster::test::three_nodes();
  config::fence_device d;
  d.name = device_name{"pdu"};
  d.targets = {node_name{"n1"}};
  d.level = level + 1;
  c.devices = {d};
  d.name = device_name{"ipmi"};
  d.level = level;
  c.devices.push_back(d);
  return c;
}

std::string refused(const script& c, const fence& asked, const char* self = "n2") {
  auto order = order_fence(c.s, asked, node_name{self});
  return order ? "" : order.error().text;
}

TEST_CASE("an attempt: the lowest level, executed by the node that was asked, if it can") {
  script c(with_device(2));
  c.assemble();
  auto of = [&](const char* self) {
    auto order = order_fence(c.s, {node_name{"n1"}, {}, {}}, node_name{self});
    REQUIRE(order);
    CHECK(order->causes == std::vector{c.s.version_of(cluster::member_key{node_name{"n1"}})});
    return std::get<command::fence_attempt>(order->what);
  };
  CHECK(of("n3") == command::fence_attempt{node_name{"n1"}, c.node("n1").boot, node_name{"n3"}, c.session("n3"), 2});
  CHECK(of("n1").executor.text == "n2"); // never itself
  c.lose("n2");
  CHECK(of("n2").executor.text == "n3");
  c.lose("n3");
  CHECK(refused(c, {node_name{"n1"}, {}, {}}) == "no other node has joined that could fence n1");
}

TEST_CASE("what an attempt is refused for, with the way out") {
  script c(with_device(1));
  c.assemble();
  CHECK(refused(c, {node_name{"n9"}, {}, {}}) == "there is no node n9 in this cluster; `troupe status` lists them");
  CHECK(refused(c, {node_name{"n2"}, {}, {}}) == "no fence device has n2 as a target. Switch it off by hand, see that "
                                                 "it is off, and vouch for that: troupe fence n2 "
                                                 "--confirmed-off --reason TEXT");
  c.run("db", "n1");
  c.lose("n1");
  REQUIRE(c.operator_says(order_fence(c.s, {node_name{"n1"}, {}, {}}, node_name{"n2"})->what) == refusal::none);
  CHECK(refused(c, {node_name{"n1"}, {}, {}}).starts_with("n1 is being fenced by n2 already (attempt "));
  REQUIRE(c.prove("n1") == refusal::none);
  CHECK(refused(c, {node_name{"n1"}, {}, {}}) == "n1 is proved dead already");
  CHECK(refused(c, {node_name{"n1"}, c.node("n1").boot, "x"}) == "n1 is proved dead already");
}

TEST_CASE("an operator's word: for a node that is away, and for the boot that he has seen") {
  script c;
  c.assemble();
  c.run("db", "n1");
  auto boot = c.node("n1").boot;
  CHECK(refused(c, {node_name{"n1"}, boot, "x"}).starts_with("n1 is a joined member: it talks to this cluster"));
  c.lose("n1");
  CHECK(refused(c, {node_name{"n1"}, log_index{boot.value - 1}, "x"}).starts_with("n1 has started again since: "));
  auto order = order_fence(c.s, {node_name{"n1"}, boot, "unplugged"}, node_name{"n2"});
  REQUIRE(order);
  CHECK(c.operator_says(order->what) == refusal::none);
  CHECK(c.held("db", "n1") == nullptr);
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("an operator's word: for what a dead boot has left over, whoever started since") {
  auto configuration = cluster::test::three_nodes();
  configuration.resources[0].accepts = {config::proof_kind::operator_word};
  script c(configuration);
  c.assemble();
  c.run("db", "n1");
  auto boot = c.node("n1").boot;
  REQUIRE(c.join("n1", 7) == refusal::none);
  auto order = order_fence(c.s, {node_name{"n1"}, boot, "seen"}, node_name{"n2"});
  REQUIRE(order);
  CHECK(c.operator_says(order->what) == refusal::none);
  CHECK(c.held("db", "n1") == nullptr);
  CHECK(refused(c, {node_name{"n1"}, boot, "seen"}).starts_with("n1 is a joined member"));
}

} // namespace troupe::fence_order_test
