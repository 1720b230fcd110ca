// troupe-sim: whole clusters in virtual time, from a seed.
#include "tools/sim/plants.hpp"
#include "tools/sim/sweep.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <malloc.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>

namespace troupe::sim {

namespace {

// What node_main does: a fault of one of these parts which never has an effect fails the sweep.
const std::set<reach> node_does{reach::journal, reach::agents, reach::fencing};

constexpr int exit_good = 0, exit_violation = 1, exit_usage = 2;

struct arguments {
  std::uint64_t seed = 1;
  std::string seeds;
  std::optional<std::size_t> machines_asked;
  std::string theme_asked;
  std::int64_t seconds = 120;
  std::int64_t quiet = 60;
  std::string scenario_file;
  std::string trace_file;
  bool load = false;
  bool calm = false;
  std::vector<std::string> plants;

  // As asked for; else where the planted bug shows, as the catalogue says.
  [[nodiscard]] std::size_t machines() const {
    auto* p = plants.empty() ? nullptr : plant_named(plants.front());
    return machines_asked.value_or(p ? p->machines : plant{}.machines);
  }
  [[nodiscard]] std::optional<theme> of() const {
    if (!theme_asked.empty()) return theme_named(theme_asked);
    auto* p = plants.empty() ? nullptr : plant_named(plants.front());
    return p ? p->of : std::nullopt;
  }
};

[[nodiscard]] std::chrono::seconds in_seconds(std::int64_t n) {
  return std::chrono::seconds{n};
}

// The scenario of a file, or of the seed.
result<scenario> scenario_for(const arguments& a) {
  if (a.scenario_file.empty()) {
    auto drawn = plan_from_seed(a.seed, a.machines(), in_seconds(a.seconds), in_seconds(a.quiet), a.of());
    if (a.calm) drawn.plan.erase(drawn.plan.begin(), drawn.plan.end() - 1); // but heal, of nothing
    return drawn;
  }
  std::ifstream in{a.scenario_file};
  std::stringstream text;
  if (!in || !(text << in.rdbuf())) return failure(fmt::format("{}: cannot be read\n", a.scenario_file));
  return parse_scenario(text.str(), a.scenario_file);
}

int plan_command(const arguments& a) {
  auto s = scenario_for(a);
  if (!s) {
    fmt::print(stderr, "{}", s.error().text);
    return exit_usage;
  }
  fmt::print("{}", to_toml(*s));
  return exit_good;
}

int run_command(const arguments& a) {
  auto s = scenario_for(a);
  if (!s) {
    fmt::print(stderr, "{}", s.error().text);
    return exit_usage;
  }
  world_options options{.seed = a.seed, .plan = *s, .plants = {a.plants.begin(), a.plants.end()}};
  options.calm = a.calm;
  std::ofstream out;
  if (!a.trace_file.empty()) {
    out.open(a.trace_file);
    if (!out) {
      fmt::print(stderr, "{}: cannot be written\n", a.trace_file);
      return exit_usage;
    }
    options.trace_sink = [&out](std::string_view line) { out << line << '\n'; };
  }
  auto report = run_seed(std::move(options), standard_invariants());
  if (!a.trace_file.empty() && !out.flush()) {
    fmt::print(stderr, "{}: was not written whole\n", a.trace_file);
    return exit_usage;
  }
  fmt::print("seed {}: {} machines, {} of faults and {} of quiet, {} faults planned\n", a.seed, s->machines.size(),
             show(s->faults_for), show(s->quiet_for), s->plan.size());
  fmt::print("{} messages handled, {} datagrams, {} trace lines, trace {:016x}\n", report.resumes, report.datagrams,
             report.trace_lines, report.trace_hash);
  if (a.load) fmt::print("messages handled, by kind of actor:\n{}", report.load);
  fmt::print("{}", show(report.effects));
  if (report.violations.empty()) {
    fmt::print("no violation\n");
    return exit_good;
  }
  fmt::print("{}", tell_story(report));
  return exit_violation;
}

// "A..B", or one seed.
std::optional<std::pair<std::uint64_t, std::uint64_t>> seed_range(const std::string& text) {
  auto dots = text.find("..");
  auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t n = 0;
    auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (wrong != std::errc{} || end != digits.data() + digits.size()) return {};
    return n;
  };
  auto first = number(std::string_view{text}.substr(0, dots));
  auto last = dots == std::string::npos ? first : number(std::string_view{text}.substr(dots + 2));
  if (!first || !last || *last < *first || *last == UINT64_MAX) return {};
  return std::pair{*first, *last};
}

int sweep_command(const arguments& a) {
  auto seeds = seed_range(a.seeds);
  if (!seeds) {
    fmt::print(stderr, "--seeds: expects A..B with A <= B, as in --seeds 1..300\n");
    return exit_usage;
  }
  sweep_options how{.first = seeds->first,
                    .last = seeds->second,
                    .machines = a.machines(),
                    .faults_for = in_seconds(a.seconds),
                    .quiet_for = in_seconds(a.quiet),
                    .of = a.of(),
                    .plants = {a.plants.begin(), a.plants.end()},
                    .node_does = node_does};
  auto report = sweep(how, standard_invariants(), [&](const run_report& one) {
    if (one.violations.empty()) return;
    fmt::print("seed {} FAILED\n{}replay: {}\n\n", one.seed, tell_story(one), replay_line(one.seed, how));
    std::fflush(stdout);
  });
  fmt::print("{} seeds, {} failed{}; how often each fault had its effect:\n{}", report.seeds, report.failed.size(),
             report.seeds <= seeds->second - seeds->first ? " (stopped there)" : "", show(report.effects));
  for (auto e : report.never) fmt::print("NEVER: {}: this sweep did not test it\n", name_of(e));
  return report.good() ? exit_good : exit_violation;
}

void common_options(CLI::App& command, arguments& a, bool with_plants, std::int64_t least_seconds = 10) {
  command.add_option("--nodes", a.machines_asked, "how many machines (5, or what the plant asks for)")
      ->check(CLI::Range(std::size_t{1}, max_machines));
  command.add_option("--seconds", a.seconds, "virtual seconds of faults")
      ->check(CLI::Range(least_seconds, std::int64_t{80'000}));
  command.add_option("--theme", a.theme_asked, "what plans are made of: any, storm, agents, machines or coups")
      ->check([](const std::string& name) {
        return theme_named(name) ? "" : "'" + name + "' is no theme; any, storm, agents, machines or coups";
      });
  command.add_option("--quiet", a.quiet, "virtual seconds of quiet after them")->check(CLI::Range(0, 6'000));
  if (with_plants)
    command.add_option("--plant", a.plants, "plant this bug (see --list-plants)")->check([](const std::string& name) {
      return plant_named(name) ? "" : "'" + name + "' is no plant; see --list-plants";
    });
}

} // namespace

int main_of_troupe_sim(int argc, char** argv) {
  arguments a;
  int status = exit_good;
  CLI::App app{"Whole clusters in virtual time, reproducible from a seed.", "troupe-sim"};
  app.require_subcommand(0, 1);
  bool list = false;
  app.add_flag("--list-plants", list,
               "the bugs that can be planted: a name first on each line, who finds it, and where it shows soon");

  auto* plan = app.add_subcommand("plan", "print the fault plan of a seed, as a scenario file");
  common_options(*plan, a, false);
  plan->add_option("--seed", a.seed, "the seed")->required();
  plan->add_option("--scenario", a.scenario_file, "check this file and print it in full");

  auto* run = app.add_subcommand("run", "run one seed; exit 1 on a violation");
  common_options(*run, a, true);
  run->add_option("--seed", a.seed, "the seed")->required();
  run->add_option("--scenario", a.scenario_file, "faults from this file; the seed still decides everything else");
  run->add_option("--trace", a.trace_file, "write every line of the trace there");
  run->add_flag("--calm", a.calm, "a cluster at rest: no faults, operators who seldom speak, the default tolerate")
      ->excludes("--scenario");
  run->add_flag("--load", a.load, "say how many messages each kind of actor handled");

  auto* sweep_app = app.add_subcommand("sweep", "run many seeds; exit 1 on a violation or a fault that never fired");
  common_options(*sweep_app, a, true, 120);
  sweep_app->add_option("--seeds", a.seeds, "A..B")->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? exit_good : exit_usage;
  }
  if (list)
    for (const auto& p : plants())
      fmt::print("{:<28} {:<4} {} nodes, {:<9} {}\n", p.name, p.invariant, p.machines, p.of ? name_of(*p.of) : "-",
                 p.does);
  else if (*plan)
    status = plan_command(a);
  else if (*run)
    status = run_command(a);
  else if (*sweep_app)
    status = sweep_command(a);
  else {
    fmt::print(stderr, "{}", app.help());
    status = exit_usage;
  }
  return status;
}

// A run allocates and frees the same few megabytes over and over: what it has once it keeps, rather than give it back to
// the system and have it zeroed again (8 % of the time).
void keep_memory() {
  constexpr int keep = 256 << 20;
  mallopt(M_TRIM_THRESHOLD, keep);
  mallopt(M_MMAP_THRESHOLD, keep);
  mallopt(M_TOP_PAD, 16 << 20);
}

} // namespace troupe::sim

int main(int argc, char** argv) {
  troupe::sim::keep_memory();
  try {
    return troupe::sim::main_of_troupe_sim(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "troupe-sim: {}\n", e.what());
    return 3;
  }
}
