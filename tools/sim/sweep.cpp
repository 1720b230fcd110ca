#include "tools/sim/sweep.hpp"

#include <fmt/format.h>

namespace troupe::sim {

static bool in_reach(effect e, const sweep_options& how) {
  return reach_of(e) == reach::always || how.node_does.contains(reach_of(e));
}

sweep_report sweep(const sweep_options& how, const invariant_registry& invariants,
                   const std::function<void(const run_report&)>& after_each) {
  sweep_report all;
  auto enough = how.plants.empty() ? max_failed : 1; // of a plant one wants to know the first seed that finds it
  for (auto seed = how.first; seed <= how.last && all.failed.size() < enough; ++seed) {
    world_options options;
    options.seed = seed;
    options.plan = plan_from_seed(seed, how.machines, how.faults_for, how.quiet_for);
    options.plants = how.plants;
    auto report = run_seed(std::move(options), invariants);
    ++all.seeds;
    all.effects.add(report.effects);
    if (after_each) after_each(report);
    if (!report.violations.empty()) all.failed.push_back(std::move(report));
  }
  for (std::size_t i = 0; i < effect_count && all.seeds >= enough_seeds; ++i)
    if (auto e = static_cast<effect>(i); all.effects.of(e) == 0 && in_reach(e, how)) all.never.push_back(e);
  return all;
}

std::string replay_line(std::uint64_t seed, std::size_t machines, duration faults_for, duration quiet_for,
                        const std::set<std::string>& plants) {
  auto seconds = [](duration d) { return std::chrono::duration_cast<std::chrono::seconds>(d).count(); };
  auto line = fmt::format("troupe-sim run --seed {} --nodes {} --seconds {} --quiet {}", seed, machines,
                          seconds(faults_for), seconds(quiet_for));
  for (const auto& plant : plants) line += " --plant " + plant;
  return line;
}

std::string tell_story(const run_report& report) {
  std::string text;
  for (const auto& line : report.story) text += "  " + line + "\n";
  for (const auto& v : report.violations)
    text += fmt::format("{:>14} VIOLATED {}: {}\n", show_time(v.at), v.invariant, v.text);
  return text;
}

std::string show(const tally& effects) {
  std::string text;
  for (std::size_t i = 0; i < effect_count; ++i) {
    auto e = static_cast<effect>(i);
    text += fmt::format("  {:<30} {:>10}\n", name_of(e), effects.of(e));
  }
  return text;
}

} // namespace troupe::sim
