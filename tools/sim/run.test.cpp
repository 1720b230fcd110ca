#include "tools/sim/run.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

namespace troupe::sim::run_test {

using namespace std::chrono_literals;

struct nothing {};

} // namespace troupe::sim::run_test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::sim::run_test::nothing)

namespace troupe::sim::run_test {

caf::actor idle_node(caf::actor_system& system, env::environment& env, const node::node_options&) {
  return system.spawn([](caf::event_based_actor*, env::environment*) -> caf::behavior { return {[](nothing) {}}; },
                      &env);
}

TEST_CASE("a seed replays to the byte; another seed is another run") {
  auto run_of = [](std::uint64_t seed, bool written) {
    std::string text;
    world_options o;
    o.seed = seed;
    o.plan = plan_from_seed(seed, 5);
    if (written) o.trace_sink = [&](std::string_view line) { (text += line) += '\n'; };
    auto report = run_seed(std::move(o), standard_invariants());
    return std::pair{report.trace_hash, text};
  };
  auto first = run_of(11, true);
  auto again = run_of(11, true);
  CHECK(first.second.size() > 100'000);
  CHECK(first.second == again.second);
  CHECK(first.first == again.first);
  CHECK(run_of(11, false).first == first.first);
  CHECK(run_of(12, false).first != first.first);
}

TEST_CASE("a run ends soon after its first violation, and what is judged at the end is not judged then") {
  struct judge final : observer {
    judge(bool strict, int& boots, int& ends)
      : strict_(strict)
      , boots_(boots)
      , ends_(ends) {}
    void see(const truth_event& e) override {
      if (strict_ && e.kind == truth_kind::power_off) report(e.at, "I3", "a machine is off");
      if (e.kind == truth_kind::power_on) ++boots_;
    }
    void at_end(instant) override { ++ends_; }
    bool strict_;
    int &boots_, &ends_;
  };
  for (bool strict : {false, true}) {
    int boots = 0, ends = 0; // the first boots come before anybody watches
    invariant_registry judges;
    judges.add("I3", "no machine is off", [&] { return std::make_unique<judge>(strict, boots, ends); });
    world_options options;
    options.plan.machines = machine_names(3);
    options.plan.faults_for = 100s;
    options.plan.plan = {{30s, 20s, faults::power_loss{node_name{"n2"}}}};
    options.make = idle_node;
    options.with_operators = false;
    auto report = run_seed(std::move(options), judges);
    CHECK(report.violations.empty() != strict);
    CHECK(boots == (strict ? 0 : 1));
    CHECK(ends == (strict ? 0 : 1));
  }
}

// Two seconds are tolerated in this seed's cluster, and who hears no leader stops its services. Who leads is not known
// beforehand, and a node asks for its leader only now and then: so each machine is cut off in turn, again and again.
TEST_CASE("a leader that is cut off for as long as is tolerated stops nothing") {
  world_options options;
  options.seed = 26;
  options.plan.machines = machine_names(3);
  options.plan.faults_for = 200s;
  options.plan.quiet_for = 20s;
  for (std::uint32_t i = 0; i < 24; ++i) {
    faults::partition alone;
    for (std::uint32_t k = 0; k < 3; ++k)
      (k == i % 3 ? alone.from : alone.to).push_back(node_name{"n" + std::to_string(k + 1)});
    options.plan.plan.push_back({30s + i * 6700ms, 1900ms, alone});
  }
  auto report = run_seed(std::move(options), standard_invariants());
  for (auto& v : report.violations) CHECK_MESSAGE(false, v.invariant, " ", v.text);
  CHECK(report.violations.empty());
}

} // namespace troupe::sim::run_test
