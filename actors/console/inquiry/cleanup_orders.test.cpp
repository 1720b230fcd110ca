#include "actors/console/inquiry/cleanup_orders.hpp"

#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>

namespace troupe::cleanup_orders_test {

using cluster::test::script;
using console::cleanup_orders;

resource_name named(const char* name) {
  return resource_name{name};
}

config::cluster with_group() {
  auto c = cluster::test::three_nodes();
  auto ip = c.resources[0];
  ip.name = named("ip");
  auto web = ip;
  web.name = named("web");
  c.resources = {c.resources[0], ip, c.resources[1], web};
  config::group g;
  g.name = config::group_name{"site"};
  g.members = {named("web"), named("ip")};
  c.groups = {g};
  return c;
}

TEST_CASE("cleanup of a group: each member, in the group's order, on the node that was named") {
  script c(with_group());
  using orders = std::vector<command::cleanup>;
  CHECK(cleanup_orders(c.s, {named("site"), {}}) == orders{{named("web"), {}}, {named("ip"), {}}});
  node_name n2{"n2"};
  CHECK(cleanup_orders(c.s, {named("site"), n2}) == orders{{named("web"), n2}, {named("ip"), n2}});
}

TEST_CASE("cleanup of a resource, of all, and of what nobody knows stays as it was asked") {
  script c(with_group());
  for (auto name : {"db", "web", "", "nosuch"})
    CHECK(cleanup_orders(c.s, {named(name), {}}) == std::vector{command::cleanup{named(name), {}}});
}

TEST_CASE("the members' failures are forgotten, and nobody else's") {
  script c(with_group());
  c.assemble();
  for (auto node : {"n1", "n2", "n3"})
    for (auto name : {"ip", "web"}) c.probe(node, name);
  for (auto name : {"db", "ip", "web"}) {
    c.run(name, "n1");
    REQUIRE(c.report("n1", {command::monitored{named(name), 0, false, 1, "gone"}}) == refusal::none);
  }
  REQUIRE(c.s.all<cluster::failure_key>().size() == 3);
  for (auto& order : cleanup_orders(c.s, {named("site"), {}})) CHECK(c.operator_says(order) == refusal::none);
  REQUIRE(c.s.all<cluster::failure_key>().size() == 1);
  CHECK(c.s.all<cluster::failure_key>().begin()->first.resource == named("db"));
}

} // namespace troupe::cleanup_orders_test
