// Which of a clone's instances goes where, by the peer's rules, each alone.
#include "actors/scheduler/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::instances_test {

using fixture::small_cluster;

TEST_CASE("instances: of those that must leave, one that is on a member has its turn before one that is gone") {
  small_cluster c{3};
  c.in.settings.fencing = true;
  c.in.settings.watchdog = true;
  auto a = c.primitive("a");
  c.clone("c", a);
  c.running(a, 2);
  c.running(a, 3);
  c.in.nodes[node_id{std::size_t{1}}].in_membership = false; // both are fenced
  c.in.nodes[node_id{std::size_t{2}}].process_online = false;
  CHECK(c.decided() == "Fence n2; Fence n3; Stop a:0 n2; Move a:1 n3 n1");
}

TEST_CASE("instances: what is drawn to what a clone is with counts in the order of its instances") {
  small_cluster c{3};
  auto x = c.primitive("x"), a = c.primitive("a");
  auto cl = c.clone("c", a);
  for (auto n : {1u, 2u, 3u}) c.running(a, n);
  c.colocate(cl, x, -10);
  c.locate(cl, 3, score::limit); // so the clone keeps x off n3, and with that draws a:2 there
  CHECK(c.decided() == "Start x n1");
}

TEST_CASE("instances: what needs no fencing is not one of a few where its node is gone, or only to be fenced") {
  for (auto needs : {requirement::quorum, requirement::fencing}) {
    small_cluster c{3};
    c.in.settings.fencing = true;
    c.in.settings.watchdog = true;
    auto a = c.primitive("a");
    c.in.resources[c.clone("c", a)].clone_max = 2;
    c.in.resources[a].needs = needs;
    c.running(a, 1);
    c.running(a, 3);
    c.in.nodes[node_id{std::size_t{2}}].terminate_requested = true;
    CHECK(c.decided() ==
          (needs == requirement::quorum ? "Fence n3; Start a:1 n2; Stop a:2 n3" : "Fence n3; Move a:1 n3 n2"));
  }
}

TEST_CASE("instances: one that must leave comes after one that runs nowhere") {
  small_cluster c{2};
  auto a = c.primitive("a");
  auto cl = c.clone("c", a);
  c.in.resources[cl].clone_max = 2;
  c.running(a, 1);
  c.locate(cl, 1, -score::limit);
  CHECK(c.decided() == "Stop a:0 n1; Start a:1 n2");
}

} // namespace troupe::scheduler::instances_test
