// The plan, carried out: its marks, and what is done beside it.
#include "actors/scheduler/transition/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::transition_test {

using fixture::small_cluster;
using transition_fixture::followed;

std::string of(const small_cluster& c) {
  auto in = c.in;
  in.settings.startup_probes = false;
  return followed(in);
}

TEST_CASE("marks: a group begins if anything of it does, and is done if all that was asked for is") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.group("g", {a, b});
  CHECK(of(c) == "(start g); (started g); start a n1; start b n1");
  c.running(a, 1);
  c.running(b, 1);
  CHECK(of(c).empty());
  c.in.resources[b].target = role::stopped;
  CHECK(of(c) == "(stop g); (stopped g); stop b n1");
}

TEST_CASE("marks: what cannot start from the outset is not asked for") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.group("g", {a});
  c.clone("c", b);
  c.in.settings.quorate = false;
  CHECK(c.decided() == "Start a n1 blocked; Start b:0 n1 blocked");
  CHECK(of(c).empty());
}

TEST_CASE("marks: a clone starts if one waits for enough of it, and an instance only stops") {
  for (bool waited_for : {false, true}) {
    small_cluster c{2};
    auto a = c.primitive("a"), b = c.primitive("b");
    auto cl = c.clone("c", a);
    c.running(a, 1);
    c.running(a, 2);
    c.running(b, 1);
    c.locate(cl, 2, -score::limit);
    c.order(cl, b);
    if (waited_for) c.in.orders[0].minimum = 1;
    CHECK(of(c) == (waited_for ? "(start c); (started c); (stop c); (stopped c); stop a:1 n2"
                               : "(stop c); (stopped c); stop a:1 n2"));
  }
}

TEST_CASE("marks: that enough is up counts only with a start that it counts") {
  small_cluster c{2};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.order(c.clone("c", a), b);
  c.in.orders[0].minimum = 2;
  CHECK(of(c) == "(enough c); (start c); (started c); start a:0 n2; start a:1 n1; start b n1");
}

TEST_CASE("a live migration: the start that it stands for is a mark") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.in.resources[a].allow_migrate = true;
  c.running(a, 1);
  c.locate(a, 2, score::limit);
  CHECK(of(c) == "(start a n2); migrate_from a n2; migrate_to a n1; stop a n1");
}

TEST_CASE("multiple-active=stop_unexpected: it is expected to run, and is not started") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.in.resources[a].on_multiple = multiple_active::stop_unexpected;
  c.running(a, 1);
  c.running(a, 2);
  c.locate(a, 1, 100);
  CHECK(of(c) == "(start a n1); stop a n2");
  small_cluster elsewhere{3}; // a slip of the peer's: nobody starts it
  auto b = elsewhere.primitive("b");
  elsewhere.in.resources[b].on_multiple = multiple_active::stop_unexpected;
  elsewhere.running(b, 1);
  elsewhere.running(b, 2);
  elsewhere.locate(b, 3, score::limit);
  CHECK(of(elsewhere) == "(start b n3); stop b n1; stop b n2");
}

TEST_CASE("a reload is done unless there is a restart") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.running(a, 1);
  c.last_record(a, 1).params = definition::reloadable;
  CHECK(of(c) == "reload a n1; start b n1");
  c.order(b, a);
  CHECK(of(c) == "start a n1; start b n1; stop a n1");
}

TEST_CASE("a node does not go as long as what should stop there cannot") {
  small_cluster c{1};
  auto a = c.primitive("a");
  c.running(a, 1);
  c.in.nodes[node_id{std::size_t{0}}].shutdown_requested = true;
  CHECK(of(c) == "shutdown n1; stop a n1");
  c.in.resources[a].managed = false;
  CHECK(of(c) == "shutdown n1");
  c.in.resources[a].managed = true;
  c.in.resources[a].operations.push_back({.what = task::stop, .name = "stop", .failure = on_fail::block});
  c.report(a, 1, task::stop, 1, exit_code::ok);
  CHECK(of(c).empty());
}

TEST_CASE("room: with utilization every node where something that has a size may be is marked") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.running(a, 1);
  c.in.settings.strategy = placement::utilization;
  CHECK(of(c).empty());
  c.in.resources[a].uses = {{.kind = 0, .amount = 0}};
  CHECK(of(c) == "(room n1); (room n2)");
}

TEST_CASE("clean-ups: counts that are too old, of what is gone, or of what was defined otherwise") {
  for (int why : {0, 1, 2, 3}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.running(a, 1);
    c.in.failures.push_back({.where = node_id{std::size_t{0}}, .what = a, .count = 1, .last = 1});
    c.in.now = stamp{std::chrono::seconds{100}};
    std::string expected;
    if (why == 0) {
      c.failed_monitor(a, 1);
      c.last_record(a, 1).last_change = 1;
      c.in.resources[a].failure_timeout_ms = 1'000;
      expected = "cancel=10000 a n1; clear a n1"; // it is not configured
    } else if (why == 1) {
      c.in.resources[a].orphan = true;
      expected = "clear a n1; forget a n1; stop a n1";
    } else if (why == 2) {
      c.report(a, 1, task::monitor, exit_code::ok, exit_code::ok, 10'000);
      c.last_record(a, 1).params = definition::reloadable;
      c.in.resources[a].operations.push_back(transition_fixture::every(10'000));
      expected = "clear a n1; monitor=10000 a n1";
    } else {
      c.in.resources[a].managed = false;
      c.failed_monitor(a, 1);
      c.last_record(a, 1).last_change = 1;
      c.in.resources[a].failure_timeout_ms = 1'000;
      expected = "cancel=10000 a n1"; // of what is nobody's to touch nothing is cleared
    }
    CHECK(of(c) == expected);
  }
}

TEST_CASE("clean-ups: the history of another agent is forgotten") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.running(a, 1);
  c.report(a, 2, task::stop, exit_code::ok, exit_code::ok);
  for (auto& h : c.in.histories)
    if (h.where == node_id{std::size_t{1}}) h.other_agent = true;
  CHECK(of(c) == "forget a n2");
}

} // namespace troupe::scheduler::transition_test
