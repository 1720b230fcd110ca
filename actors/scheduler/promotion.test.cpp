// Which of a clone's instances is promoted, by the peer's rules, each alone.
#include "actors/scheduler/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::promotion_test {

using fixture::small_cluster;

TEST_CASE("promotion: what could not be promoted is not promoted there again before something has succeeded") {
  small_cluster c{2};
  auto a = c.primitive("a");
  auto cl = c.clone("c", a);
  c.in.resources[cl].promotable = true;
  for (std::size_t n : {0u, 1u}) c.in.promotion_scores.push_back({.where = node_id{n}, .what = a, .value = 10});
  c.running(a, 1);
  c.running(a, 2);
  CHECK(c.decided() == "Promote a:0 n1");
  c.report(a, 1, task::promote, 1, exit_code::ok);
  CHECK(c.decided() == "Recover a:0 n1; Promote a:1 n2");
  c.report(a, 1, task::start, exit_code::ok, exit_code::ok);
  CHECK(c.decided() == "Promote a:0 n1");
}

TEST_CASE("promotion: of equally good instances the first one, however many are where they come from") {
  small_cluster c{4};
  auto a = c.primitive("a");
  auto cl = c.clone("c", a);
  c.in.resources[cl].promotable = true;
  c.in.resources[cl].clone_max = 3;
  for (std::size_t n : {0u, 3u}) c.in.promotion_scores.push_back({.where = node_id{n}, .what = a, .value = 10});
  c.running(a, 1);
  c.running(a, 3);
  c.report(a, 4, task::monitor, exit_code::not_running, exit_code::not_running);
  CHECK(c.decided() == "Promote a:0 n1; Move a:1 n3 n4; Start a:2 n2");
}

TEST_CASE("promotion: those that are not promoted keep the order in which they were assigned") {
  small_cluster c{3};
  auto x = c.primitive("x"), a = c.primitive("a");
  auto cl = c.clone("c", a);
  c.in.resources[cl].promotable = true;
  c.in.promotion_scores.push_back({.where = node_id{std::size_t{0}}, .what = a, .value = 10});
  c.report(a, 3, task::monitor, exit_code::not_running, exit_code::not_running); // so a:0 has no score, and comes last
  c.colocate(x, cl, -10);                                                        // the last one cannot drive it away
  CHECK(c.decided() == "Start x n3; Start a:0 n3; Promote a:1 n1; Start a:2 n2");
}

} // namespace troupe::scheduler::promotion_test
