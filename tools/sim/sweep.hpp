// Many seeds, one verdict: a violation names the seed, the line that replays it and its story; and every fault must
// have had its effect somewhere, or the sweep has not tested what it says.
#pragma once

#include "tools/sim/run.hpp"

namespace troupe::sim {

inline constexpr std::size_t enough_seeds = 50; // from here on an effect that never came is a failure, of any theme

struct sweep_options {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::size_t machines = 5;
  duration faults_for = std::chrono::seconds{120};
  duration quiet_for = std::chrono::seconds{60};
  std::optional<theme> of{}; // unset: each seed draws its own
  std::set<std::string> plants{};
  std::set<reach> node_does{}; // an effect that needs more than this may be zero
};

struct sweep_report {
  std::uint64_t seeds = 0;
  std::vector<run_report> failed; // stops at max_failed; with a plant where that is found: the last
  tally effects;
  std::vector<effect> never; // that should have come and did not
  [[nodiscard]] bool good() const { return failed.empty() && never.empty(); }
};

inline constexpr std::size_t max_failed = 5;

sweep_report sweep(const sweep_options& how, const invariant_registry& invariants,
                   const std::function<void(const run_report&)>& after_each = {});

// The command that runs the same again.
std::string replay_line(std::uint64_t seed, const sweep_options& how);
// For people: what was violated, when, and the lines that led there.
std::string tell_story(const run_report& report);
// "fault, how often" lines, in a fixed order.
std::string show(const tally& effects);

} // namespace troupe::sim
