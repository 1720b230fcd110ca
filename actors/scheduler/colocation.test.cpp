// What is to be with, or apart from, what: by the rules of the peer, each alone.
#include "actors/scheduler/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::colocation_test {

using fixture::small_cluster;

TEST_CASE("colocation: what a clone is with counts for its instances in the order of the others' names") {
  small_cluster c{2};
  auto a = c.primitive("a");
  auto cl = c.clone("c", a);
  auto x = c.primitive("x"), y = c.primitive("y");
  c.locate(x, 1, 1);
  c.locate(y, 2, 1);
  c.colocate(cl, y, -10); // counts after x, and then there is no other node
  c.colocate(cl, x, -score::limit);
  CHECK(c.decided() == "Start a:0 n2; Start x n1; Start y n2");
}

TEST_CASE("colocation: what a group is with counts for its first member among the member's own") {
  small_cluster c{2};
  auto a = c.primitive("a");
  auto g = c.group("g", {a});
  auto x = c.primitive("x"), y = c.primitive("y");
  c.colocate(a, y, 50);
  c.colocate(g, x, -10); // x has its turn before y, when nothing draws or drives it anywhere
  CHECK(c.decided() == "Start a n1; Start x n1; Start y n1");
}

TEST_CASE("colocation: nodes that lack the attribute are alike") {
  auto decided = [](std::int32_t weight, std::vector<std::size_t> in_rack) { // b is on n1, a with it or apart
    small_cluster c{2};
    for (auto n : in_rack) c.in.nodes[node_id{n - 1}].attributes = {{7, static_cast<std::int32_t>(n)}};
    auto b = c.primitive("b"), a = c.primitive("a");
    c.colocate(a, b, weight);
    c.in.colocations.back().node_attribute = 7;
    return c.decided();
  };
  CHECK(decided(score::limit, {}) == "Start b n1; Start a n2"); // they are as good as each other
  CHECK(decided(-score::limit, {}) == "Start b n1");
  CHECK(decided(score::limit, {2}) == "Start b n1; Start a n1");
  CHECK(decided(-score::limit, {2}) == "Start b n1; Start a n2");
  CHECK(decided(50, {2}) == "Start b n1; Start a n1");
}

// As many ways from one to another as there are sets of those between them: to follow all would take for ever.
// With a dozen the peer decides as we do, and takes a minute for two dozen.
TEST_CASE("colocation: a web of wishes is followed only so far") {
  for (auto rules : {policy::pacemaker, policy::native}) {
    small_cluster c{3};
    c.in.rules = rules;
    std::vector<resource_id> all;
    for (int i = 0; i < 40; ++i) {
      all.push_back(c.primitive(("r" + std::to_string(100 + i)).c_str()));
      for (int other = 0; other < i; ++other) c.colocate(all.back(), all[static_cast<std::size_t>(other)], -10);
    }
    std::string all_others;
    for (int i = 2; i < 40; ++i) all_others += "; Start r" + std::to_string(100 + i) + " n3";
    CHECK(c.decided() == "Start r100 n1; Start r101 n2" + all_others);
  }
}

TEST_CASE("colocation: what must be with what cannot start stops, whatever keeps that from starting") {
  small_cluster c{1};
  auto a = c.primitive("a"), x = c.primitive("x");
  c.running(a, 1);
  c.colocate(a, x);
  c.in.settings.quorate = false;
  c.in.settings.without_quorum = no_quorum::freeze;
  CHECK(c.decided() == "Stop a n1; Start x n1 blocked");
}

TEST_CASE("colocation: what is not to be beside another unpromoted is not started there, promoted it may be") {
  for (auto in_role : {role::unpromoted, role::promoted}) {
    small_cluster c{1};
    auto x = c.primitive("x"), a = c.primitive("a");
    auto cl = c.clone("c", a);
    c.in.resources[cl].promotable = true;
    c.colocate(cl, x, -score::limit);
    c.in.colocations[0].dependent_role = in_role;
    CHECK(c.decided() == (in_role == role::unpromoted ? "Start x n1" : "Start x n1; Start a:0 n1"));
  }
}

TEST_CASE("colocation: what cannot be promoted anywhere keeps only what is with its promoted role from starting") {
  small_cluster c{1};
  auto a = c.primitive("a"), b = c.primitive("b");
  auto cl = c.clone("c", a);
  c.in.resources[cl].promotable = true;
  c.in.colocations.push_back(
      {.dependent = b, .primary = cl, .primary_role = role::promoted, .weight = score{score::limit}});
  CHECK(c.decided() == "Start a:0 n1");
  c.in.colocations[0].primary_role = role::unpromoted;
  CHECK(c.decided() == "Start b n1; Start a:0 n1");
}

TEST_CASE("colocation: a wish that is too small to count still counts 1") {
  small_cluster c{3};
  auto a = c.primitive("a"), b = c.primitive("b");
  c.locate(b, 3, 5);
  c.colocate(b, a, 5); // 5 of a million of 5
  CHECK(c.decided() == "Start a n3; Start b n3");
}

TEST_CASE("colocation: along a chain each link attenuates by its own weight alone") {
  small_cluster c{2};
  auto a = c.primitive("a"), b = c.primitive("b"), d = c.primitive("d");
  c.locate(d, 2, 1000);
  c.colocate(d, b); // all of it
  c.colocate(b, a, 1);
  c.locate(a, 1, 999);
  CHECK(c.decided() == "Start a n2; Start b n2; Start d n2");
  c.in.locations[1].weight = score{1001};
  CHECK(c.decided() == "Start a n1; Start b n2; Start d n2");
}

TEST_CASE("colocation: of a clone's instances the one to be promoted is kept away from first") {
  for (bool scored : {true, false}) {
    small_cluster c{2};
    auto a = c.primitive("a"), b = c.primitive("b");
    auto cl = c.clone("c", a);
    c.in.resources[cl].promotable = true;
    c.running(a, 1);
    c.running(a, 2);
    if (scored) c.in.promotion_scores.push_back({.where = node_id{std::size_t{1}}, .what = a, .value = 10});
    c.colocate(b, cl, -100); // on both nodes: what leaves no node is taken back
    CHECK(c.decided() == (scored ? "Start b n1; Promote a:1 n2" : "Start b n2"));
  }
}

TEST_CASE("colocation: instances go on running with a clone that has none and cannot start one") {
  for (bool cloned : {true, false}) {
    small_cluster c{1};
    auto a = c.primitive("a"), b = c.primitive("b"), first = c.primitive("first");
    auto whole = c.clone("ca", a);
    c.in.resources[first].target = role::stopped;
    c.running(b, 1);
    c.order(first, whole); // so it cannot start
    c.colocate(cloned ? c.clone("cb", b) : b, whole);
    CHECK(c.decided() == (cloned ? "Start a:0 n1 blocked" : "Stop b n1; Start a:0 n1 blocked"));
  }
}

TEST_CASE("colocation: with a clone, an instance beyond its number draws nothing away from where it is not") {
  small_cluster c{3};
  auto a = c.primitive("a"), b = c.primitive("b"), far = c.primitive("far");
  auto cl = c.clone("c", a);
  c.in.resources[cl].clone_max = 2;
  c.in.resources[a].stickiness = 1;
  c.running(a, 1);
  c.running(a, 2);
  c.report(a, 3, task::monitor, exit_code::not_running, exit_code::not_running); // of which instance?
  CHECK(unpack(c.in).units.size() == 6);
  c.running(far, 3);
  c.in.resources[far].stickiness = 1000;
  c.running(b, 3);
  c.colocate(b, cl, 50);
  c.colocate(b, far);
  CHECK(c.decided() == "");
}

} // namespace troupe::scheduler::colocation_test
