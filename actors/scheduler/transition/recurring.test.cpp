// Which monitors begin, and which end.
#include "actors/scheduler/transition/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::recurring_test {

using fixture::small_cluster;
using transition_fixture::every;
using transition_fixture::followed;

std::string monitors(const small_cluster& c) {
  auto in = c.in;
  in.settings.startup_probes = false;
  return followed(in, {task::monitor, task::cancel});
}

struct one_resource : small_cluster {
  explicit one_resource(std::size_t nodes = 2)
    : small_cluster(nodes)
    , a(primitive("a")) {
    in.resources[a].operations.push_back(every(10'000));
  }
  resource_id a;
};

TEST_CASE("monitors: they begin with a start, and what goes on goes on") {
  one_resource c;
  CHECK(monitors(c) == "monitor=10000 a n1");
  c.running(c.a, 1);
  CHECK(monitors(c) == "monitor=10000 a n1"); // it never began
  c.report(c.a, 1, task::monitor, exit_code::ok, exit_code::ok, 10'000);
  CHECK(monitors(c).empty());
  c.locate(c.a, 2, score::limit); // it moves
  CHECK(monitors(c) == "monitor=10000 a n2");
  c.in.settings.quorate = false; // it only stops
  CHECK(monitors(c).empty());
}

TEST_CASE("monitors: what is stopped, disabled, ambiguous or in maintenance begins none") {
  for (int what : {0, 1, 2, 3}) {
    one_resource c;
    auto& r = c.in.resources[c.a];
    if (what == 0) r.target = role::stopped;
    if (what == 1) r.operations[0].enabled = false;
    if (what == 2) r.operations[0].ambiguous = true;
    if (what == 3) r.maintenance = true;
    CHECK(monitors(c).empty());
  }
}

TEST_CASE("monitors: one with another definition begins anew, and so does one whose failure is long ago") {
  one_resource c;
  c.running(c.a, 1);
  c.report(c.a, 1, task::monitor, exit_code::ok, exit_code::ok, 10'000);
  c.last_record(c.a, 1).params = definition::reloadable;
  CHECK(monitors(c) == "monitor=10000 a n1");
  auto& op = c.last_record(c.a, 1);
  op.params = definition::same;
  op.rc = 1;
  op.status = operation_status::error;
  op.last_change = 1;
  c.in.resources[c.a].failure_timeout_ms = 1'000;
  c.in.now = stamp{std::chrono::seconds{100}};
  CHECK(monitors(c) == "monitor=10000 a n1");
  CHECK(c.decided().empty());
}

TEST_CASE("monitors: what is no longer configured is cancelled, and in maintenance everything") {
  one_resource c;
  c.running(c.a, 1);
  c.report(c.a, 1, task::monitor, exit_code::ok, exit_code::ok, 10'000);
  c.report(c.a, 1, task::monitor, exit_code::ok, exit_code::ok, 7'000);
  CHECK(monitors(c) == "cancel=7000 a n1");
  c.in.settings.cancel_orphan_operations = false;
  CHECK(monitors(c).empty());
  c.in.resources[c.a].maintenance = true;
  CHECK(monitors(c) == "cancel=10000 a n1; cancel=7000 a n1");
  c.report(c.a, 1, task::stop, exit_code::ok, exit_code::ok);
  CHECK(monitors(c).empty()); // they ended with it
}

TEST_CASE("monitors: of a role there are those while it has it") {
  one_resource c{1};
  auto cl = c.clone("c", c.a);
  c.in.resources[cl].promotable = true;
  c.in.resources[c.a].operations[0] = every(10'000, role::promoted);
  c.in.resources[c.a].operations.push_back(every(11'000, role::unpromoted));
  CHECK(monitors(c) == "monitor=11000 a:0 n1");
  c.running(c.a, 1);
  c.report(c.a, 1, task::monitor, exit_code::ok, exit_code::ok, 11'000);
  c.in.promotion_scores.push_back({.where = node_id{std::size_t{0}}, .what = c.a, .value = 10});
  CHECK(monitors(c) == "cancel=11000 a:0 n1; monitor=10000 a:0 n1");
}

TEST_CASE("monitors: that it stays stopped is watched wherever it does not run") {
  one_resource c{3};
  c.in.resources[c.a].operations[0] = every(10'000, role::stopped);
  c.lose(3);
  CHECK(monitors(c) == "monitor=10000 a n2");
  c.report(c.a, 1, task::monitor, exit_code::not_running, exit_code::not_running);
  c.report(c.a, 2, task::start, exit_code::ok, exit_code::ok);
  CHECK(monitors(c) == "monitor=10000 a n1");
  c.clone("c", c.a);
  CHECK(monitors(c).empty()); // another instance might
}

} // namespace troupe::scheduler::recurring_test
