#include "tools/sim/run.hpp"

#include "tools/sim/load.hpp"

#include <algorithm>

namespace troupe::sim {

namespace {

constexpr duration look_every = std::chrono::seconds{1};

// Keeps the story as it was when the first violation was reported.
class story_keeper final : public observer {
public:
  story_keeper(kernel& k, const std::vector<std::unique_ptr<observer>>& judges)
    : kernel_(k)
    , judges_(judges) {}

  void see(const truth_event&) override { look(); }
  void applied(instant, machine_index, const node::applied_command&) override { look(); }
  void at_end(instant) override {
    if (story.empty()) keep();
  }

  std::vector<std::string> story;

private:
  void look() {
    if (story.empty() &&
        std::any_of(judges_.begin(), judges_.end(), [](const auto& judge) { return !judge->found().empty(); }))
      keep();
  }
  void keep() {
    const auto& lines = kernel_.record().last_lines();
    auto from = lines.size() > story_lines ? lines.end() - story_lines : lines.begin();
    story.assign(from, lines.end());
  }

  kernel& kernel_;
  const std::vector<std::unique_ptr<observer>>& judges_;
};

// False: the world got stuck, or a judge found something.
bool to_the_end(world& w, instant end, const std::vector<std::unique_ptr<observer>>& judges) {
  auto clean = [&] { return std::ranges::all_of(judges, [](auto& judge) { return judge->found().empty(); }); };
  for (auto at = w.inside().now(); at < end && w.stuck().empty() && clean();) {
    at = std::min(end, at + look_every);
    w.run_until(at);
  }
  return w.inside().now() >= end && w.stuck().empty();
}

} // namespace

run_report run_seed(world_options options, const invariant_registry& invariants) {
  run_report report;
  report.seed = options.seed;
  auto quiet = options.plan.quiet_for;
  auto end = instant{options.plan.faults_for + quiet};
  auto judges = invariants.make_all();
  world w{std::move(options)};
  for (auto& judge : judges) w.watch(*judge);
  story_keeper keeper{w.inside(), judges}; // after the judges, so that it sees what they found
  w.watch(keeper);
  load_meter load;
  w.watch(load);
  bool whole = to_the_end(w, end, judges);
  if (whole && !std::ranges::all_of(judges, [&](auto& judge) { return judge->settled(end); }))
    whole = to_the_end(w, end += quiet, judges);
  if (whole)
    for (auto& judge : judges) judge->at_end(end);
  keeper.at_end(end);
  for (auto& judge : judges)
    report.violations.insert(report.violations.end(), judge->found().begin(), judge->found().end());
  if (!w.stuck().empty()) report.violations.push_back({w.inside().now(), "I10", w.stuck()});
  std::stable_sort(report.violations.begin(), report.violations.end(),
                   [](const violation& a, const violation& b) { return a.at < b.at; });
  report.load = load.show();
  report.trace_hash = w.inside().record().hash();
  report.trace_lines = w.inside().record().lines();
  report.resumes = w.resumes();
  report.datagrams = w.network().delivered();
  report.effects = w.inside().effects();
  report.story = std::move(keeper.story);
  return report;
}

} // namespace troupe::sim
