// Rules by which the peer's users know their clusters, each alone.
#include "actors/scheduler/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::peer_rules_test {

using fixture::small_cluster;

TEST_CASE("current node: of what needs no fencing, the first that is up and clean") {
  small_cluster c{3};
  c.in.settings.fencing = true;
  auto f = c.primitive("f");
  c.in.resources[f].fence_device = true;
  c.running(f, 1);
  c.running(f, 2);
  c.lose(1);
  auto s = unpack(c.in);
  auto u = s.unit_of[f];
  CHECK(s.now[u].running_on.size() == 2);
  CHECK(current_node(c.in, s, u) == node_id{std::size_t{1}});
  c.in.resources[f].needs = requirement::fencing;
  CHECK(current_node(c.in, unpack(c.in), u) == node_id{std::size_t{0}});
}

TEST_CASE("group: with a member that is unmanaged, the next one follows what the group is with") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b"), x = c.primitive("x");
  auto g = c.group("g", {a, b});
  c.running(a, 1);
  c.in.resources[a].managed = false;
  c.in.resources[x].target = role::stopped;
  CHECK(c.decided() == "Start b n1");
  c.colocate(g, x);
  CHECK(c.decided().empty());
}

TEST_CASE("group: a location counts for its first member, and for each one if they need not be together") {
  for (bool together : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a"), b = c.primitive("b");
    auto g = c.group("g", {a, b});
    c.in.resources[g].members_together = together;
    c.in.resources[a].target = role::stopped;
    c.in.resources[g].members_in_order = false;
    c.locate(g, 2, 10);
    CHECK(c.decided() == (together ? "" : "Start b n2"));
  }
}

TEST_CASE("group: a member that is blocked would need a start and gets none, so the next one cannot start") {
  for (bool failed : {false, true}) {
    small_cluster c{1};
    auto a = c.primitive("a"), b = c.primitive("b");
    c.group("g", {a, b});
    c.running(a, 1);
    if (failed) c.report(a, 1, task::stop, 1, exit_code::ok);
    CHECK(c.decided() == (failed ? "Start b n1 blocked" : "Start b n1"));
  }
}

TEST_CASE("discovery: exclusive to some nodes limits where the whole runs, not where a member does") {
  for (bool whole : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a");
    auto g = c.group("g", {a});
    c.locate(whole ? g : a, 1, -100);
    c.in.locations[0].probes = discovery::exclusive;
    CHECK(c.decided() == (whole ? "" : "Start a n2"));
  }
}

TEST_CASE("discovery: of several constraints on a node the most exclusive one counts") {
  for (bool exclusive_first : {true, false}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.locate(a, 1, 10);
    c.locate(a, 1, 10);
    c.in.locations[0].probes = exclusive_first ? discovery::exclusive : discovery::never;
    c.in.locations[1].probes = exclusive_first ? discovery::never : discovery::exclusive;
    CHECK(c.decided() == "Start a n1");
  }
}

TEST_CASE("utilization: of a group that may be spread each member needs only its own") {
  for (bool together : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a"), b = c.primitive("b");
    auto g = c.group("g", {a, b});
    c.in.resources[g].members_together = together;
    c.in.settings.strategy = placement::utilization;
    c.in.resources[b].uses.push_back({.kind = 0, .amount = 4});
    c.in.nodes[node_id{std::size_t{1}}].capacity.push_back({0, 4});
    CHECK(c.decided() == (together ? "Start a n2; Start b n2" : "Start a n1; Start b n2"));
  }
}

TEST_CASE("probes: an instance waits for a node that is still joining, unless another one is active") {
  small_cluster c{3};
  c.in.settings.fencing = true;
  auto f = c.primitive("f"), a = c.primitive("a");
  c.in.resources[f].fence_device = true;
  c.in.resources[f].target = role::stopped;
  c.clone("c", a);
  c.in.nodes[node_id{std::size_t{1}}].join = join_state::pending;
  CHECK(c.decided() == "Start a:0 n1 blocked; Start a:1 n3 blocked");
  c.running(a, 1);
  CHECK(c.decided() == "Start a:1 n3");
}

TEST_CASE("unfencing: where it was never done it is due, and restarts what runs there and needs it") {
  small_cluster c{2};
  c.in.settings.fencing = true;
  auto f = c.primitive("f"), a = c.primitive("a");
  c.in.resources[f].fence_device = c.in.resources[f].unfences = true;
  for (auto r : {f, a})
    for (auto n : {std::size_t{1}, std::size_t{2}})
      c.report(r, n, task::monitor, exit_code::not_running, exit_code::not_running);
  c.running(f, 2);
  c.running(a, 1);
  CHECK(c.decided().empty());
  c.in.nodes[node_id{std::size_t{0}}].unfenced = true;
  CHECK(c.decided() == "Fence n1; Restart a n1");
}

TEST_CASE("unfencing: without quorum only of members, and of what is connected to by then") {
  for (bool connects : {true, false}) {
    small_cluster c{1};
    c.in.settings.fencing = true;
    c.in.settings.quorate = false;
    auto f = c.primitive("f"), far = c.primitive("far");
    c.in.resources[f].fence_device = c.in.resources[f].unfences = true;
    c.in.resources[f].isolated_ok = c.in.resources[far].isolated_ok = false;
    c.primitive("a");
    c.in.resources[far].remote_connection = true;
    c.in.resources[far].connects =
        c.in.nodes.add({.name = "far", .kind = node_kind::remote, .seen = true, .unfenced = true, .connection = far});
    if (!connects) c.in.resources[far].target = role::stopped;
    CHECK(c.decided().starts_with("Fence far") == connects);
  }
}

TEST_CASE("decision: of what is active twice and may not start again only one stop is told, and both are done") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.running(a, 1);
  c.running(a, 2);
  CHECK(c.decided() == "Restart a n1");
  c.in.settings.quorate = false;
  CHECK(c.decided() == "Stop a n1");
  CHECK(c.decided_next() == "Start a n1 blocked");
}

TEST_CASE("active twice: behind a connection that comes up again counts, too") {
  for (bool returns : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a"), far = c.primitive("far");
    c.in.resources[far].remote_connection = true;
    c.in.resources[far].isolated_ok = false;
    auto n = c.in.nodes.add({.name = "far", .kind = node_kind::remote, .seen = true, .connection = far});
    c.in.resources[far].connects = n;
    c.in.reporting_order.push_back(n);
    if (!returns) c.in.resources[far].target = role::stopped;
    c.running(far, 1);
    c.failed_monitor(far, 1);
    c.running(a, 2);
    c.running(a, 3);
    CHECK(c.decided() == (returns ? "Restart a n2; Recover far n1" : "Stop far n1"));
  }
}

TEST_CASE("history: what is under way came last, unless a later plan of the same coordinator is done already") {
  struct {
    std::int32_t coordinator, start_plan, stop_plan;
    bool over;
  } cases[] = {{1, 8, 9, true}, {1, 9, 8, false}, {1, 8, 8, false}, {1, 8, -1, true}, {-1, 8, 9, false}};
  for (auto& k : cases) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.report(a, 1, task::start, 193, exit_code::ok);
    auto& start = c.last_record(a, 1);
    start.call_id = -1;
    start.status = operation_status::pending;
    start.coordinator = k.coordinator;
    start.plan = k.start_plan;
    c.report(a, 1, task::stop, exit_code::ok, exit_code::ok);
    c.last_record(a, 1).coordinator = k.coordinator;
    c.last_record(a, 1).plan = k.stop_plan;
    CHECK(unpack(c.in).now[unit_id{std::size_t{0}}].running_on.empty() == k.over);
  }
}

TEST_CASE("maintenance: of the whole cluster, a remote node's connection is left alone, too") {
  for (bool maintenance : {true, false}) {
    small_cluster c{2};
    auto far = c.primitive("far");
    c.in.resources[far].remote_connection = true;
    c.running(far, 1);
    c.locate(far, 1, -score::limit);
    c.in.settings.maintenance = maintenance;
    CHECK(c.decided() == (maintenance ? "" : "Move far n1 n2"));
  }
}

TEST_CASE("history: what is under way since before the failure-timeout is forgotten") {
  for (std::int64_t age : {299, 301}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.in.resources[a].failure_timeout_ms = 300'000;
    c.in.now = stamp{std::chrono::seconds{1'000'000 + age}};
    c.report(a, 1, task::start, 193, exit_code::ok);
    auto& start = c.last_record(a, 1);
    start.call_id = -1;
    start.status = operation_status::pending;
    start.last_change = 1'000'000;
    CHECK(unpack(c.in).now[unit_id{std::size_t{0}}].running_on.empty() == (age > 300));
  }
}

TEST_CASE("utilization: what is on a node in standby has its turn before what runs nowhere") {
  for (bool running : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a"), b = c.primitive("b");
    c.in.settings.strategy = placement::utilization;
    for (auto r : {a, b}) c.in.resources[r].uses.push_back({.kind = 0, .amount = 4});
    for (auto& n : c.in.nodes) n.capacity.push_back({0, 4});
    c.in.nodes[node_id{std::size_t{0}}].standby = true;
    if (running) c.running(b, 1);
    CHECK(c.decided() == (running ? "Move b n1 n2" : "Start a n2"));
    if (!running) continue;
    c.in.settings.stickiness = 100;
    c.in.top = {b, a};
    c.running(a, 2); // of those that stick as much, what is where it may be
    CHECK(c.decided() == "Stop b n1");
  }
}

TEST_CASE("exit codes: degraded is a monitor's result; of an act it is a failure") {
  for (auto what : {task::monitor, task::start}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.report(a, 1, task::start, exit_code::ok, exit_code::ok);
    c.report(a, 1, what, exit_code::degraded, exit_code::ok, what == task::monitor ? 10'000 : 0);
    CHECK(c.decided() == (what == task::monitor ? "" : "Recover a n1"));
    c.last_record(a, 1).rc = exit_code::degraded_promoted;
    auto s = unpack(c.in);
    CHECK(s.now[s.unit_of[a]].now == role::promoted);
    CHECK(c.decided() == "Recover a n1"); // a monitor expected it to be started only
  }
}

TEST_CASE("exit codes: a probe that finds running what was to be promoted has found a failure") {
  for (int expected : {exit_code::not_running, exit_code::promoted}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.report(a, 1, task::monitor, exit_code::ok, expected);
    CHECK(c.decided() == (expected == exit_code::promoted ? "Recover a n1" : ""));
  }
}

TEST_CASE("failure: to restart the container of what is in none answers as if nothing were said") {
  for (auto what : {task::stop, task::monitor}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.running(a, 1);
    c.report(a, 1, what, 1, exit_code::ok, what == task::stop ? 0 : 10'000);
    c.in.resources[a].operations.push_back(
        {.what = what, .interval_ms = what == task::stop ? 0 : 10'000, .failure = on_fail::restart_container});
    CHECK(c.decided() == (what == task::stop ? "" : "Recover a n1")); // a stop that failed blocks, without fencing
  }
}

TEST_CASE("roles: what has one and is not promotable any more is restarted") {
  for (bool promoted : {true, false}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.running(a, 1);
    c.report(a, 1, task::promote, exit_code::ok, exit_code::ok);
    if (!promoted) c.report(a, 1, task::demote, exit_code::ok, exit_code::ok);
    CHECK(c.decided() == "Restart a n1");
    c.in.resources[c.clone("c", a)].promotable = true;
    CHECK(c.decided() == (promoted ? "Demote a:0 n1" : ""));
  }
}

TEST_CASE("failure: a monitor at an interval that is not configured is answered by default") {
  small_cluster c{1};
  auto a = c.primitive("a");
  c.failed_monitor(a, 1);
  c.in.resources[a].operations.push_back({.failure = on_fail::stop});
  CHECK(c.decided() == "Recover a n1"); // what is configured counts for its own interval only
  c.in.resources[a].operations[0].by_default = true;
  CHECK(c.decided() == "Stop a n1");
  c.in.resources[a].operations.push_back({.interval_ms = 10'000, .failure = on_fail::restart});
  CHECK(c.decided() == "Recover a n1");
}

TEST_CASE("failure: one that blocks is forgotten in time, unless it is counted") {
  for (bool counted : {false, true}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    c.failed_monitor(a, 1);
    c.last_record(a, 1).last_change = 100;
    c.in.now = stamp{std::chrono::seconds{1000}};
    c.in.resources[a].failure_timeout_ms = 60'000;
    c.in.resources[a].operations.push_back({.interval_ms = 10'000, .failure = on_fail::block});
    if (counted) c.in.failures.push_back({.where = node_id{std::size_t{0}}, .what = a, .count = 1, .last = 100});
    auto s = unpack(c.in);
    CHECK(s.now[s.unit_of[a]].managed == !counted);
  }
}

TEST_CASE("failure: to stop on failure stops an anonymous clone as a whole, else another instance would start there") {
  for (bool unique : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a");
    auto cl = c.clone("c", a);
    c.in.resources[cl].unique = unique;
    c.in.resources[a].operations.push_back(
        {.what = task::monitor, .name = "monitor", .interval_ms = 10'000, .failure = on_fail::stop});
    c.running(a, 1);
    c.failed_monitor(a, 1);
    CHECK(c.decided() == (unique ? "Stop a:0 n1; Start a:1 n1" : "Stop a:0 n1"));
  }
}

TEST_CASE("shutdown lock: what a node took with it is kept for it, also without fencing") {
  for (bool lock : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a");
    c.in.settings.shutdown_lock = lock;
    c.running(a, 2);
    c.report(a, 2, task::stop, exit_code::ok, exit_code::ok);
    c.in.histories[0].shutdown_lock = 1;
    c.lose(2);
    c.in.nodes[node_id{std::size_t{1}}].expected_member = false;
    CHECK(c.decided() == (lock ? "" : "Start a n1"));
  }
}

TEST_CASE("quorum: without it what is active is not promoted, but what else is with the promoted one knows its place") {
  for (bool active : {true, false}) {
    small_cluster c{2};
    c.in.settings.quorate = false;
    c.in.settings.without_quorum = no_quorum::demote;
    auto a = c.primitive("a"), b = c.primitive("b");
    auto cl = c.clone("c", a);
    c.in.resources[cl].promotable = true;
    c.in.resources[a].stickiness = 1;
    c.in.promotion_scores.push_back({.where = node_id{std::size_t{1}}, .what = a, .value = 10});
    c.colocate(b, cl);
    c.in.colocations.back().primary_role = role::promoted;
    if (active) c.running(a, 2);
    CHECK(c.decided() == (active ? "Start b n2 blocked; Start a:1 n1 blocked"
                                 : "Start b n2 blocked; Promote a:0 n2 blocked; Start a:1 n1 blocked"));
  }
}

TEST_CASE("nodes: one that shuts down can stop what it has, also once it has left") {
  for (bool shuts_down : {true, false}) {
    small_cluster c{1};
    c.in.settings.fencing = true;
    auto a = c.primitive("a"), f = c.primitive("f");
    c.in.resources[f].fence_device = true;
    c.in.resources[f].target = role::stopped;
    c.in.resources[a].target = role::stopped;
    c.running(a, 1);
    auto& n = c.in.nodes[node_id{std::size_t{0}}];
    n.join = join_state::down;
    n.shutdown_requested = shuts_down;
    CHECK(c.decided() == (shuts_down ? "Stop a n1" : "Stop a n1 blocked"));
  }
}

TEST_CASE("capacity: what must be with another only in a role that it will not have needs no room beside it") {
  for (bool by_role : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a"), b = c.primitive("b");
    c.in.settings.strategy = placement::utilization;
    c.in.nodes[node_id{std::size_t{1}}].capacity = {{0, 2}};
    c.in.resources[b].uses = {{.kind = 0, .amount = 2}};
    c.colocate(b, a);
    if (by_role) c.in.colocations.back().dependent_role = role::promoted;
    CHECK(c.decided() == (by_role ? "Start a n1; Start b n2" : "Start a n2; Start b n2"));
  }
}

} // namespace troupe::scheduler::peer_rules_test
