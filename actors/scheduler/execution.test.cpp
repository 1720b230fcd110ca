// What is taken to have been done when a plan is carried out in thought.
#include "actors/scheduler/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::execution_test {

using fixture::small_cluster;

TEST_CASE("execution: a cancelled monitor is taken for life, but not of a node where nothing may run") {
  for (bool standby : {false, true}) {
    small_cluster c{2};
    c.in.rules = policy::pacemaker;
    c.in.settings.cancel_orphan_operations = true;
    auto a = c.primitive("a");
    c.running(a, 1);
    c.report(a, 1, task::monitor, exit_code::ok, exit_code::ok);
    c.last_record(a, 1).interval_ms = 77'000;
    c.locate(a, 1, -score::limit);
    c.in.nodes[node_id{std::size_t{0}}].standby = standby;
    auto before = schedule(c.in);
    auto after = unpack(execute(c.in, before));
    std::vector<node_id> here{node_id{std::size_t{1}}};
    if (!standby) here.insert(here.begin(), node_id{std::size_t{0}});
    CHECK(after.now[unit_id{std::size_t{0}}].running_on == here);
    c.in.locations.push_back(c.in.locations[0]);
    c.in.locations[1].where = node_id{std::size_t{1}}; // it goes nowhere
    CHECK(unpack(execute(c.in, schedule(c.in))).now[unit_id{std::size_t{0}}].running_on.empty());
    c.in.locations.pop_back();
    c.in.resources[a].orphan = true;
    CHECK(unpack(execute(c.in, schedule(c.in))).now[unit_id{std::size_t{0}}].running_on.empty());
  }
}

TEST_CASE("execution: what is restarted for an order is promoted again if it is watched as promoted") {
  for (bool watched : {true, false}) {
    small_cluster c{1};
    auto a = c.primitive("a"), b = c.primitive("b");
    auto cl = c.clone("c", a);
    c.in.resources[cl].promotable = true;
    c.report(a, 1, task::promote, exit_code::ok, exit_code::ok);
    c.in.promotion_scores.push_back({.where = node_id{std::size_t{0}}, .what = a, .value = 10});
    if (watched)
      c.in.resources[a].operations.push_back(
          {.what = task::monitor, .name = "monitor", .interval_ms = 10'000, .in_role = role::promoted});
    c.order(b, cl);
    CHECK(c.decided() == "Start b n1; Restart a:0 n1");
    CHECK(c.decided_next() == (watched ? "" : "Promote a:0 n1"));
  }
}

TEST_CASE("execution: of an anonymous clone a node reports once, whichever instance it is that starts there") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.clone("c", a);
  c.lose(2);
  c.report(a, 1, task::stop, 1, exit_code::ok);
  CHECK(c.decided() == "Start a:1 n1");
  auto after = execute(c.in, schedule(c.in));
  CHECK(after.histories.size() == 1);
  CHECK(unpack(after).units.size() == 3); // and no surplus instance
}

} // namespace troupe::scheduler::execution_test
