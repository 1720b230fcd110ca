#include "actors/scheduler/fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::scheduler::scheduler_test {

using fixture::small_cluster;

TEST_CASE("candidates: with equal scores the emptier node wins, then the lower name") {
  small_cluster c{2};
  c.primitive("a");
  c.primitive("b");
  c.primitive("d");
  CHECK(c.decided() == "Start a n1; Start b n2; Start d n1");
}

TEST_CASE("candidates: in an opt-in cluster only named nodes count") {
  small_cluster c{2};
  c.in.settings.symmetric = false;
  auto a = c.primitive("a");
  c.primitive("b");
  c.locate(a, 2, 0);
  CHECK(c.decided() == "Start a n2");
}

TEST_CASE("stickiness: without any, two on one node are spread; with one, they stay") {
  small_cluster c{2};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.running(a, 1);
  c.running(b, 1);
  CHECK(c.decided() == "Move b n1 n2");
  c.in.settings.stickiness = 1;
  CHECK(c.decided().empty());
}

TEST_CASE("failure threshold: at the limit the node is left") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.in.resources[a].migration_threshold = 3;
  c.running(a, 1);
  c.in.settings.stickiness = 100;
  c.in.failures.push_back({.where = node_id{std::size_t{0}}, .what = a, .count = 2});
  CHECK(c.decided().empty());
  c.in.failures.back().count = 3;
  CHECK(c.decided() == "Move a n1 n2");
}

TEST_CASE("colocation: mandatory, forbidden, and a dependent whose finite wish cannot be had") {
  small_cluster c{2};
  auto a = c.primitive("a"), b = c.primitive("b"), d = c.primitive("d");
  c.locate(a, 2, 10);
  c.colocate(b, a);
  c.colocate(d, a, -score::limit);
  CHECK(c.decided() == "Start a n2; Start b n2; Start d n1");
  c.in.resources[a].target = role::stopped;
  CHECK(c.decided() == "Start d n1"); // b may not run without a
  c.in.colocations[0].weight = score{100};
  CHECK(c.decided() == "Start b n1; Start d n2"); // a finite wish is dropped rather than obeyed to death
}

TEST_CASE("colocation: a dependent's wish of 5 through a score of 5 still is worth 1") {
  small_cluster c{2};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.colocate(b, a, 5);
  c.locate(b, 2, 5);
  CHECK(c.decided() == "Start a n2; Start b n2");
}

TEST_CASE("group: members stay together, in order, and resist with the sum of their stickiness") {
  small_cluster c{2};
  auto a = c.primitive("a"), b = c.primitive("b");
  auto g = c.group("g", {a, b});
  c.running(a, 1);
  c.running(b, 1);
  c.in.resources[a].stickiness = c.in.resources[b].stickiness = 10;
  c.locate(g, 2, 15);
  CHECK(c.decided().empty());
  c.in.locations[0].weight = score{25};
  CHECK(c.decided() == "Move a n1 n2; Move b n1 n2");
}

TEST_CASE("group: a member that may not run stops those after it only") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b"), d = c.primitive("d");
  c.group("g", {a, b, d});
  for (auto m : {a, b, d}) c.running(m, 1);
  c.in.resources[b].target = role::stopped;
  CHECK(c.decided() == "Stop b n1; Stop d n1");
}

TEST_CASE("clone: one instance a node, kept where it is, surplus stopped") {
  small_cluster c{3};
  auto a = c.primitive("a");
  auto cl = c.clone("c", a);
  CHECK(c.decided() == "Start a:0 n1; Start a:1 n2; Start a:2 n3");
  c.running(a, 2);
  c.running(a, 3);
  c.in.resources[cl].clone_max = 1;
  CHECK(c.decided() == "Stop a:1 n3");
}

TEST_CASE("promotion: by score; none at all promotes nobody; a location rule for the role suffices") {
  small_cluster c{2};
  auto a = c.primitive("a");
  auto cl = c.clone("c", a);
  c.in.resources[cl].promotable = true;
  CHECK(c.decided() == "Start a:0 n1; Start a:1 n2");
  c.locate(cl, 2, 1, role::promoted);
  CHECK(c.decided() == "Start a:0 n1; Promote a:1 n2");
  c.in.promotion_scores.push_back({.where = node_id{std::size_t{0}}, .what = a, .value = 10});
  CHECK(c.decided() == "Promote a:0 n1; Start a:1 n2");
}

TEST_CASE("order: a restart of the first restarts the second; an optional order does not") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.running(a, 1);
  c.running(b, 1);
  c.failed_monitor(a, 1);
  CHECK(c.decided() == "Recover a n1");
  c.order(a, b);
  CHECK(c.decided() == "Recover a n1; Restart b n1");
  c.in.orders[0].kind = order_kind::optional;
  CHECK(c.decided() == "Recover a n1");
}

TEST_CASE("order: what must follow something that cannot start is blocked") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.order(a, b);
  c.in.resources[a].target = role::stopped;
  CHECK(c.decided() == "Start b n1 blocked");
}

TEST_CASE("migration: alive if allowed, unless what it needs must start first") {
  small_cluster c{2};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.in.resources[b].allow_migrate = true;
  c.running(a, 1);
  c.running(b, 1);
  c.in.nodes[node_id{std::size_t{0}}].standby = true;
  c.colocate(b, a);
  CHECK(c.decided() == "Move a n1 n2; Migrate b n1 n2");
  c.order(a, b);
  CHECK(c.decided() == "Move a n1 n2; Move b n1 n2");
}

TEST_CASE("fencing: a lost node is fenced, and the starts of what ran there come after it") {
  small_cluster c{2};
  c.in.settings.fencing = true;
  auto f = c.primitive("f"), a = c.primitive("a");
  c.in.resources[f].fence_device = true;
  c.running(f, 2);
  c.running(a, 1);
  c.lose(1);
  CHECK(c.decided() == "Fence n1; Move a n1 n2");
  auto o = schedule(c.in);
  auto waits = std::any_of(o.steps.edges.begin(), o.steps.edges.end(), [&](const edge& e) {
    return o.steps.actions[e.before].what == task::fence && o.steps.actions[e.after].what == task::start &&
           o.steps.actions[e.after].unit == o.state.unit_of[a];
  });
  CHECK(waits);
  CHECK(c.decided_next().empty());
}

TEST_CASE("no quorum: what runs is stopped, or frozen") {
  small_cluster c{2};
  auto a = c.primitive("a");
  c.primitive("b");
  c.running(a, 1);
  c.in.settings.quorate = false;
  CHECK(c.decided() == "Stop a n1; Start b n2 blocked");
  c.in.settings.without_quorum = no_quorum::freeze;
  CHECK(c.decided() == "Start b n2 blocked");
}

TEST_CASE("tickets: what is in another role than the one that needs it is neither frozen nor fenced") {
  for (auto loss : {ticket_loss::freeze, ticket_loss::fence}) {
    small_cluster c{2};
    c.in.settings.fencing = c.in.settings.watchdog = true;
    auto a = c.primitive("a");
    c.clone("c", a);
    c.in.resources[a].needs = requirement::nothing;
    c.running(a, 1);
    c.running(a, 2);
    auto t = c.in.tickets.add({.name = "site", .granted = false});
    c.in.ticket_dependencies.push_back({.needs = t, .what = a, .in_role = role::promoted, .on_loss = loss});
    CHECK(c.decided().empty());
    CHECK(unpack(c.in).now[unit_id{std::size_t{1}}].managed);
    c.in.ticket_dependencies[0].in_role = role::started;
    CHECK((c.decided().empty() && unpack(c.in).now[unit_id{std::size_t{1}}].managed) == false);
  }
}

TEST_CASE("tickets: without one nothing that needs it runs") {
  small_cluster c{1};
  auto a = c.primitive("a");
  c.running(a, 1);
  auto t = c.in.tickets.add({.name = "site", .granted = false});
  c.in.ticket_dependencies.push_back({.needs = t, .what = a});
  CHECK(c.decided() == "Stop a n1");
  c.in.ticket_dependencies[0].on_loss = ticket_loss::freeze;
  CHECK(c.decided().empty());
}

TEST_CASE("utilization: a node that lacks capacity is no candidate") {
  small_cluster c{2};
  c.in.settings.strategy = placement::utilization;
  auto a = c.primitive("a"), b = c.primitive("b");
  c.in.resources[a].uses = c.in.resources[b].uses = {{.kind = 0, .amount = 3}};
  c.in.nodes[node_id{std::size_t{0}}].capacity = {{0, 2}};
  c.in.nodes[node_id{std::size_t{1}}].capacity = {{0, 4}};
  CHECK(c.decided() == "Start a n2");
}

TEST_CASE("a stop that cannot be done keeps what it needs up") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.order(a, b);
  c.running(a, 1);
  c.running(b, 1);
  c.report(b, 1, task::stop, 1, exit_code::ok); // without fencing: blocked
  c.in.resources[a].target = role::stopped;
  CHECK(c.decided() == "Stop a n1 blocked");
}

} // namespace troupe::scheduler::scheduler_test
