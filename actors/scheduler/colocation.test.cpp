// Which of several colocations counts first, by the peer's rules.
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

} // namespace troupe::scheduler::colocation_test
