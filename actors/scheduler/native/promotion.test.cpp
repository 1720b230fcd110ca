// Who of a promotable clone is promoted in a running cluster: each rule alone.
#include "actors/scheduler/native/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::native_promotion_test {

using namespace native_fixture;
using config::role;

// "redis" may be promoted once, on any node; with `vip` that address runs where it is.
struct cast : world {
  explicit cast(const config::promotable_options& options = {}, std::size_t nodes = 3, bool vip = false)
    : world(config_of(options, nodes, vip)) {}

  static config::cluster config_of(const config::promotable_options& options, std::size_t nodes, bool vip) {
    auto redis = plain("redis");
    redis.promotable = options;
    redis.target = role::promoted;
    if (!vip) return cluster_of(nodes, {redis});
    auto c = cluster_of(nodes, {redis, plain("vip")});
    c.colocations = {
        {.what = "vip", .what_role = {}, .with = "redis", .with_role = role::promoted, .weight = score::infinity()}};
    return c;
  }
  // Its agent's word on a node; none: it takes it back.
  void scores(const char* node, std::optional<std::string> value) {
    log.say(command::attributes{{{node_name{node}, command::lifetime::reboot, "master-redis", std::move(value)}}});
  }
};

TEST_CASE("promotable: whose agent has said the highest score; without a word none is promoted") {
  cast w;
  CHECK(w.at("redis") == "n1 n2 n3");
  w.scores("n2", "5");
  CHECK(w.at("redis") == "n1 n2* n3");
  w.scores("n3", "10");
  CHECK(w.at("redis") == "n1 n2 n3*");
  w.scores("n3", "-INFINITY");
  CHECK(w.at("redis") == "n1 n2* n3");
  auto said = lines_of(w.why("redis"));
  REQUIRE(said.size() == 4);
  CHECK(said[1].find(", no promotion score") != std::string::npos);
  CHECK(said[2].find(", promotion score 5") != std::string::npos);
  CHECK(said[3].find(", promotion score -infinity") != std::string::npos);
  w.commit();
  w.scores("n1", "5"); // no better than where it is
  CHECK(w.at("redis") == "n1 n2* n3");
  w.scores("n1", "6");
  CHECK(w.at("redis") == "n1* n2 n3");
  w.scores("n1", std::nullopt);
  w.scores("n2", std::nullopt);
  CHECK(w.at("redis") == "n1 n2 n3"); // nobody speaks for any
}

// Twice the promoted one was demoted for it, each time in vain.
TEST_CASE("promotable: nobody is demoted for a node where promotions failed; where nobody is, it comes last") {
  using command::act_end;
  cast w;
  for (auto n : {"n1", "n2", "n3"}) {
    REQUIRE(w.log.start("redis", n) == refusal::none);
    w.log.done("redis", n);
  }
  w.scores("n1", "5");
  w.commit();
  auto promote = [&](const char* n, act_end end) {
    REQUIRE(w.log.act(config::action::promote, "redis", n) == refusal::none);
    w.log.done("redis", n, end, end == act_end::ok ? 0 : 1);
  };
  auto recover = [&](const char* n) {
    REQUIRE(w.log.stop("redis", n) == refusal::none);
    w.log.done("redis", n);
    REQUIRE(w.log.start("redis", n) == refusal::none);
    w.log.done("redis", n);
  };
  w.scores("n2", "10");
  w.scores("n3", "1");
  CHECK(w.at("redis") == "n1 n2* n3");
  promote("n2", act_end::failed);
  recover("n2"); // a start that succeeds says nothing of promotions
  CHECK(w.at("redis") == "n1* n2 n3");
  CHECK(lines_of(w.why("redis"))[2].find(", promotions failed") != std::string::npos);
  SUBCASE("the others that may be come first") {
    w.scores("n1", std::nullopt);
    CHECK(w.at("redis") == "n1 n2 n3*");
    w.scores("n3", std::nullopt);
    CHECK(w.at("redis") == "n1 n2* n3");
  }
  SUBCASE("an operator wants it there, as long as it does not fail again") {
    w.direct(directive_kind::move, "redis", role::stopped, "n2");
    CHECK(w.at("redis") == "n1 n2* n3");
    promote("n2", act_end::failed);
    CHECK(w.at("redis") == "n1* n2 n3");
  }
  SUBCASE("it could be promoted after all") {
    promote("n2", act_end::ok);
    CHECK(w.at("redis") == "n1 n2* n3");
  }
  SUBCASE("a cleanup") {
    REQUIRE(w.log.operator_says(command::cleanup{resource_name{"redis"}, {}}) == refusal::none);
    CHECK(w.at("redis") == "n1 n2* n3");
  }
}

TEST_CASE("a move of a promotable clone moves what is promoted, for as long as an agent lets it") {
  cast w;
  w.scores("n1", "5");
  w.scores("n2", "10");
  w.commit();
  CHECK(w.at("redis") == "n1 n2* n3");
  w.direct(directive_kind::move, "redis", role::stopped, "n1");
  CHECK(w.at("redis") == "n1* n2 n3");
  w.commit();
  w.lift(directive_kind::move, "redis");
  w.scores("n1", "10");
  CHECK(w.at("redis") == "n1* n2 n3");
  w.direct(directive_kind::move, "redis", role::stopped, "n3"); // has not said that it can be promoted
  CHECK(w.at("redis") == "n1* n2 n3");
  w.scores("n3", "-INFINITY");
  CHECK(w.at("redis") == "n1* n2 n3");
}

TEST_CASE("with what is promoted: there; who runs with it is drawn along") {
  cast w({.score = 1}, 3, true);
  w.scores("n3", "10");
  CHECK(w.at("redis") == "n1 n2 n3*");
  CHECK(w.at("vip") == "n3");
}

TEST_CASE("promotable: the first promotion waits for the starts that are under way; a later one does not") {
  cast w;
  w.commit();
  w.log.run("redis", "n1");
  w.log.start("redis", "n3");
  w.scores("n1", "1");
  CHECK(w.at("redis") == "n1 n2 n3");
  w.scores("n3", "100");
  CHECK(w.at("redis") == "n1 n2 n3");
  w.log.done("redis", "n3");
  CHECK(w.at("redis") == "n1 n2 n3*");
  w.commit();
  w.log.run("redis", "n2");
  w.scores("n2", "50");
  w.log.lose("n3");
  w.log.stop("redis", "n1");
  w.log.done("redis", "n1");
  w.log.start("redis", "n1"); // is on its way, but what was promoted is lost
  CHECK(w.at("redis") == "n1 n2*");
}

TEST_CASE("promotable: what is with it counts as well, and why says how much") {
  cast w({}, 2, true);
  w.scores("n1", "1");
  w.commit();
  w.scores("n2", "2"); // not so much better that vip, which is there, would go
  CHECK(w.at("redis") == "n1* n2");
  auto said = lines_of(w.why("redis"));
  CHECK(said[1] == "* n1: 2, promotion score 1, in all 3 (stickiness 1, promotion score 1)");
  CHECK(said[2] == "* n2: 3, promotion score 2 (stickiness 1, promotion score 2)");
  w.scores("n2", "10");
  CHECK(w.at("redis") == "n1 n2*");
}

TEST_CASE("promotable: as many are promoted as may be; who is promoted stays so") {
  cast w({.score = 1});
  CHECK(w.at("redis") == "n1* n2 n3");
  w.log.say(command::assigned{
      {{resource_name{"redis"}, {{node_name{"n1"}}, {node_name{"n2"}, 0, role::promoted}, {node_name{"n3"}}}}}});
  CHECK(w.at("redis") == "n1 n2* n3");
  w.direct(directive_kind::target_role, "redis", role::started);
  CHECK(w.at("redis") == "n1 n2 n3");
}

} // namespace troupe::scheduler::native_promotion_test
