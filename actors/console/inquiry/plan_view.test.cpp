#include "actors/console/inquiry/plan_view.hpp"

#include "actors/scheduler/native/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::console::plan_view_test {

using scheduler::native_fixture::cloned;
using scheduler::native_fixture::cluster_of;
using scheduler::native_fixture::world;
using lines = std::vector<std::string>;

config::cluster promoting(std::optional<std::int32_t> score = {}) {
  auto redis = cloned("redis");
  redis.promotable = config::promotable_options{};
  redis.promotable->score = score;
  redis.target = config::role::promoted;
  return cluster_of(2, {redis});
}

lines steps_of(const cluster::state& s) {
  lines out;
  for (auto& step : answer_plan(s, {}, node_name{"n1"}).steps)
    out.push_back(std::to_string(step.wave) + " " + step.kind + " " + step.what + " (" + step.because + ")");
  return out;
}

TEST_CASE("a promotion that only the agent can decide is said to come") {
  world w(promoting());
  auto starts = lines{"1 place redis: new -> n1, n2 (one instance a node, as many as it may have)",
                      "1 act start redis on n1 (placement)", "1 act start redis on n2 (placement)"};
  auto all = starts;
  all.push_back("2 act promote redis where its agent says (promotion scores are set once it runs)");
  CHECK(steps_of(w.log.s) == all);
  SUBCASE("but not when it is to run unpromoted") {
    w.direct(command::directive_kind::target_role, "redis", config::role::started);
    CHECK(steps_of(w.log.s) == starts);
  }
  SUBCASE("nor when it runs already: then its agent has not said so") {
    w.commit();
    for (auto n : {"n1", "n2"}) w.log.run("redis", n);
    CHECK(steps_of(w.log.s) == lines{});
  }
}

TEST_CASE("a score that is configured decides now") {
  world w(promoting(5));
  auto steps = steps_of(w.log.s);
  REQUIRE_FALSE(steps.empty());
  CHECK(steps.back() == "2 act promote redis on n1 (placement)");
}

} // namespace troupe::console::plan_view_test
