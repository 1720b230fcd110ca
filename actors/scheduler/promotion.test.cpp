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

TEST_CASE("promotion: the score without a number is for the instances of an anonymous clone") {
  for (bool unique : {false, true}) {
    small_cluster c{1};
    auto a = c.primitive("a");
    auto cl = c.clone("c", a);
    c.in.resources[cl].promotable = true;
    c.in.resources[cl].promoted_max = 1;
    c.in.resources[cl].clone_max = 1;
    c.in.resources[cl].unique = unique;
    c.in.promotion_scores.push_back({.where = node_id{std::size_t{0}}, .what = a, .value = 5});
    CHECK(c.decided() == (unique ? "Start a:0 n1" : "Promote a:0 n1"));
  }
}

TEST_CASE("promotion: a wish to be with something says which instance is promoted, not whether one is") {
  for (std::int32_t weight : {1000, -3, score::limit}) {
    for (bool scored : {true, false}) {
      small_cluster c{1};
      auto a = c.primitive("a"), b = c.primitive("b");
      auto cl = c.clone("c", a);
      c.in.resources[cl].promotable = true;
      c.colocate(cl, b, weight);
      c.in.colocations[0].dependent_role = role::promoted;
      if (scored) c.in.promotion_scores.push_back({.where = node_id{std::size_t{0}}, .what = a, .value = 2});
      bool promoted = weight == score::limit || (scored && weight > 0);
      CHECK(c.decided() == (promoted ? "Start b n1; Promote a:0 n1" : "Start b n1; Start a:0 n1"));
    }
  }
}

TEST_CASE("promotion: a score does not keep an instance where it must not be") {
  for (std::int32_t dislike : {-100, -1}) {
    small_cluster c{2};
    auto a = c.primitive("a");
    auto cl = c.clone("c", a);
    c.in.resources[cl].promotable = true;
    c.in.resources[a].stickiness = 1;
    c.running(a, 2);
    c.locate(cl, 2, dislike); // less than it sticks there, or not
    c.in.promotion_scores.push_back({.where = node_id{std::size_t{1}}, .what = a, .value = 1000});
    CHECK(c.decided() == (dislike == -1 ? "Move a:0 n2 n1" : "Stop a:0 n2; Start a:1 n1"));
  }
}

TEST_CASE("promotion: a colocation by role counts once for an instance that has it from its clone") {
  for (std::int32_t dislike : {-9, -12}) {
    small_cluster c{2};
    auto a = c.primitive("a"), b = c.primitive("b");
    auto cl = c.clone("c", a);
    c.in.resources[cl].promotable = true;
    c.in.resources[a].stickiness = 100;
    c.running(a, 1);
    c.running(a, 2);
    c.running(b, 1);
    c.in.resources[b].stickiness = 100;
    c.in.promotion_scores.push_back({.where = node_id{std::size_t{1}}, .what = a, .value = 10});
    c.colocate(cl, b, dislike);
    c.in.colocations.back().dependent_role = role::unpromoted; // so rather promoted there
    CHECK(c.decided() == (dislike == -9 ? "Promote a:1 n2" : "Promote a:0 n1"));
  }
}

TEST_CASE("promotion: what the clone would like to be with is drawn to where an instance ranks high") {
  for (std::int32_t rank : {1, 0}) {
    small_cluster c{3};
    auto a = c.primitive("a"), b = c.primitive("b");
    auto cl = c.clone("c", a);
    c.in.resources[cl].promotable = true;
    for (std::int32_t n : {1, 2})
      if (auto value = n == 1 ? rank : 1000; value > 0)
        c.in.promotion_scores.push_back({.where = node_id{static_cast<std::size_t>(n)}, .what = a, .value = value});
    c.colocate(b, cl, -100);
    c.in.colocations.back().primary_role = role::promoted;
    c.colocate(cl, b, 100);
    CHECK(c.decided().starts_with(rank > 0 ? "Start b n2" : "Start b n1"));
  }
}

} // namespace troupe::scheduler::promotion_test
