// Where it is looked whether something runs.
#include "actors/scheduler/transition/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::probes_test {

using fixture::small_cluster;
using transition_fixture::followed;

std::string probed(const small_cluster& c) {
  return followed(c.in, {task::monitor});
}

TEST_CASE("probes: where nobody knows, and somebody can look") {
  small_cluster c{3};
  auto a = c.primitive("a");
  c.running(a, 1);
  CHECK(probed(c) == "monitor a n2; monitor a n3");
  c.lose(3);
  CHECK(probed(c) == "monitor a n2");
  c.in.settings.startup_probes = false;
  CHECK(probed(c).empty());
}

TEST_CASE("probes: of an anonymous clone one instance looks for all, the one that is to run there or the first") {
  small_cluster c{3};
  auto a = c.primitive("a");
  auto cl = c.clone("c", a);
  c.in.resources[cl].clone_max = 2;
  c.locate(cl, 1, -score::limit);
  CHECK(probed(c) == "monitor a:0 n1; monitor a:0 n2; monitor a:1 n3");
  c.report(a, 2, task::monitor, exit_code::not_running, exit_code::not_running);
  CHECK(probed(c) == "monitor a:0 n1; monitor a:1 n3");
  c.in.resources[cl].unique = true;
  CHECK(probed(c) == "monitor a:0 n1; monitor a:0 n3; monitor a:1 n1; monitor a:1 n2; monitor a:1 n3");
}

TEST_CASE("probes: each member of a cloned group is looked for by itself") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.clone("c", c.group("g", {a, b}));
  c.report(a, 1, task::monitor, exit_code::not_running, exit_code::not_running);
  CHECK(probed(c) == "monitor b:0 n1");
}

TEST_CASE("probes: locations say where it is not looked, or where alone") {
  for (auto how : {discovery::never, discovery::exclusive}) {
    small_cluster c{2};
    auto a = c.primitive("a");
    c.locate(a, 1, 0);
    c.in.locations[0].probes = how;
    CHECK(probed(c) == (how == discovery::never ? "monitor a n2" : "monitor a n1"));
  }
}

TEST_CASE("probes: behind a connection it is looked once that is up, or before it closes") {
  for (bool closes : {false, true}) {
    small_cluster c{1};
    auto link = c.primitive("far"), a = c.primitive("a");
    auto n = c.in.nodes.add({.name = "far", .kind = node_kind::remote, .connection = link});
    auto& r = c.in.resources[link];
    r.remote_connection = true;
    r.isolated_ok = false;
    r.connects = n;
    c.report(a, 1, task::monitor, exit_code::not_running, exit_code::not_running);
    if (closes) {
      c.running(link, 1);
      c.in.resources[link].target = role::stopped;
      CHECK(probed(c) == "monitor a far");
      c.failed_monitor(link, 1); // nobody gets through
      CHECK(probed(c).empty());
    } else {
      CHECK(probed(c) == "monitor a far; monitor far n1");
      c.in.settings.quorate = false; // it does not come up
      CHECK(probed(c) == "monitor far n1");
    }
  }
}

} // namespace troupe::scheduler::probes_test
