#include "tools/sim/sweep.hpp"

#include "tools/sim/plants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::sim {

static bool in_reach(effect e, const sweep_options& how) {
  return reach_of(e) == reach::always || how.node_does.contains(reach_of(e));
}

// By its own observer: what the bug leads to later may strike others first.
static bool finds(const run_report& report, const std::set<std::string>& planted) {
  auto* known = plant_named(*planted.begin());
  return std::any_of(report.violations.begin(), report.violations.end(),
                     [&](auto& v) { return !known || v.invariant == known->invariant; });
}

sweep_report sweep(const sweep_options& how, const invariant_registry& invariants,
                   const std::function<void(const run_report&)>& after_each) {
  sweep_report all;
  bool sought = false;
  for (auto seed = how.first; seed <= how.last && !sought && (!how.plants.empty() || all.failed.size() < max_failed);
       ++seed) {
    world_options options;
    options.seed = seed;
    options.plan = plan_from_seed(seed, how.machines, how.faults_for, how.quiet_for, how.of);
    options.plants = how.plants;
    auto report = run_seed(std::move(options), invariants);
    ++all.seeds;
    all.effects.add(report.effects);
    if (after_each) after_each(report);
    sought = !how.plants.empty() && finds(report, how.plants);
    bool kept = sought || all.failed.size() < max_failed;
    if (!report.violations.empty() && kept) all.failed.push_back(std::move(report));
  }
  for (std::size_t i = 0; i < effect_count && all.seeds >= enough_seeds && !how.of; ++i)
    if (auto e = static_cast<effect>(i); all.effects.of(e) == 0 && in_reach(e, how)) all.never.push_back(e);
  return all;
}

std::string replay_line(std::uint64_t seed, const sweep_options& how) {
  auto seconds = [](duration d) { return std::chrono::duration_cast<std::chrono::seconds>(d).count(); };
  auto line = fmt::format("troupe-sim run --seed {} --nodes {} --seconds {} --quiet {}", seed, how.machines,
                          seconds(how.faults_for), seconds(how.quiet_for));
  if (how.of) line += fmt::format(" --theme {}", name_of(*how.of));
  for (const auto& plant : how.plants) line += " --plant " + plant;
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
