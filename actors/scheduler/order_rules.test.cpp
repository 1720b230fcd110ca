// The peer's rules of orders, each alone: what waits for what, also by instances and roles.
#include "actors/scheduler/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::order_rules_test {

using fixture::small_cluster;

TEST_CASE("order: of two constraints on the same actions the first counts") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.running(b, 1);
  auto order = [&](order_kind kind) {
    c.in.orders.push_back({.origin = constraint_id{c.in.orders.size()}, .first = a, .then = b, .kind = kind});
  };
  order(order_kind::mandatory);
  CHECK(c.decided() == "Start a n1; Restart b n1");
  c.in.orders.clear();
  order(order_kind::optional);
  order(order_kind::mandatory);
  CHECK(c.decided() == "Start a n1");
}

TEST_CASE("order: what waits for the promotion of what is not promotable waits for ever") {
  for (bool cloned : {true, false}) {
    small_cluster c{1};
    auto a = c.primitive("a"), b = c.primitive("b");
    c.order(cloned ? c.clone("first", a) : c.group("first", {a}), b);
    c.in.orders.back().first_task = task::promote;
    CHECK(c.decided() == std::string("Start b n1 blocked; Start a") + (cloned ? ":0 n1" : " n1"));
  }
}

TEST_CASE("order: an interleaved group without its partner does not run, nor does what comes after it") {
  for (bool grouped : {true, false}) {
    small_cluster c{2};
    auto p = c.primitive("p"), a = c.primitive("a"), d = c.primitive("d");
    auto before = c.clone("before", p), cl = c.clone("c", grouped ? c.group("g", {a}) : a);
    c.in.resources[before].clone_max = 0;
    c.in.resources[cl].interleave = true;
    c.order(before, cl);
    c.order(cl, d);
    c.running(d, 1);
    c.in.nodes[node_id{std::size_t{0}}].standby = true;
    CHECK(c.decided() == "Stop d n1");
  }
}

TEST_CASE("order: what waits on each node for a promotion does not start where nothing is promoted") {
  for (bool managed : {true, false}) {
    small_cluster c{2};
    auto m = c.primitive("m"), a = c.primitive("a");
    auto first = c.clone("first", m), then = c.clone("c", a);
    c.in.resources[first].promotable = c.in.resources[then].interleave = true;
    c.in.resources[first].managed = c.in.resources[m].managed = managed;
    for (auto n : {std::size_t{1}, std::size_t{2}}) c.running(m, n);
    c.report(m, 1, task::promote, exit_code::ok, exit_code::ok);
    c.in.promotion_scores.push_back({.where = node_id{std::size_t{0}}, .what = m, .value = 5});
    c.running(a, 1);
    c.order(first, then);
    c.in.orders.back().first_task = task::promote;
    CHECK(c.decided() == "Start a:1 n2 blocked");
  }
}

TEST_CASE("order: what starts after a demotion decides whether that is one by one") {
  for (bool interleave : {true, false}) {
    small_cluster c{2};
    auto m = c.primitive("m"), a = c.primitive("a");
    auto first = c.clone("first", m), then = c.clone("c", a);
    c.in.resources[first].promotable = true;
    c.in.resources[then].interleave = interleave;
    c.order(first, then);
    c.in.orders.back().first_task = task::demote;
    for (auto n : {std::size_t{1}, std::size_t{2}})
      for (auto r : {m, a}) c.running(r, n);
    c.report(m, 1, task::promote, exit_code::ok, exit_code::ok);
    CHECK(c.decided() == std::string{"Demote m:0 n1; Restart a:0 n1"} + (interleave ? "" : "; Restart a:1 n2"));
  }
}

TEST_CASE("order: a clone that runs is up for what follows, though it could not start now") {
  for (bool runs : {true, false}) {
    small_cluster c{2};
    auto x = c.primitive("x"), a = c.primitive("a"), d = c.primitive("d");
    auto cl = c.clone("c", a);
    c.in.resources[x].target = role::stopped;
    c.order(x, cl);
    c.in.orders.back().symmetrical = false;
    c.in.orders.back().directed = true;
    c.order(cl, d);
    for (auto n : {std::size_t{1}, std::size_t{2}})
      if (runs) c.running(a, n);
    CHECK(c.decided() == (runs ? "Start d n1" : "Start d n1 blocked; Start a:0 n2 blocked; Start a:1 n1 blocked"));
  }
}

TEST_CASE("order: what needs any of several is stopped before each of them") {
  for (bool symmetrical : {true, false}) {
    small_cluster c{1};
    auto a = c.primitive("a"), b = c.primitive("b"), then = c.primitive("then");
    c.in.any_of_orders.push_back({.any = {a, b}, .then = {then}, .symmetrical = symmetrical});
    for (auto r : {a, b, then}) c.running(r, 1);
    c.in.resources[a].target = role::stopped;
    CHECK(c.decided() == "Stop a n1"); // b is enough
    c.report(then, 1, task::stop, 1, exit_code::ok);
    CHECK(c.decided() == (symmetrical ? "Stop a n1 blocked" : "Stop a n1"));
  }
}

TEST_CASE("order: what needs some of several cannot start without, of whichever kind the order is and in whichever "
          "direction") {
  for (auto kind : {order_kind::mandatory, order_kind::optional, order_kind::serialize})
    for (bool up : {true, false}) {
      small_cluster c{1};
      auto a = c.primitive("a"), then = c.primitive("then");
      c.in.resources[a].target = role::stopped;
      c.order(c.clone("c", a), then, kind);
      auto& o = c.in.orders.back();
      o.minimum = 1;
      o.symmetrical = false;
      o.directed = kind == order_kind::mandatory;
      o.first_task = up ? task::start : task::stop;
      CHECK(c.decided() == "Start then n1 blocked");
      c.in.orders.clear();
      c.in.any_of_orders.push_back({.any = {a}, .then = {then}, .mandatory = kind == order_kind::mandatory});
      CHECK(c.decided() == "Start then n1 blocked");
    }
}

} // namespace troupe::scheduler::order_rules_test
