// I7: once the faults have stopped and a majority can talk, everything runs that has a place, within the quiet time of
// the run. Drawn clusters are feasible by construction and operators have taken back what stood in the way, so at the
// end every resource must run as often as it is configured, with its present parameters, where its constraints want it;
// nothing may be open, and nothing may still be on the move. Failed stops and lost disks can make a cluster fence one
// node after the other, each time without a quorum until that one is back: who was down late in the quiet time has as
// much again.
#include "tools/sim/judges/judges.hpp"
#include "tools/sim/judges/log_observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace troupe::sim {

namespace {

constexpr duration still_for = std::chrono::seconds{8}; // at the end
constexpr duration settling = std::chrono::seconds{20}; // from a daemon's start until all is where it belongs

class recovery_observer final : public log_observer {
public:
  void begins(const scenario& s) override { end_ = instant{s.faults_for + s.quiet_for}; }

  void see(const truth_event& event) override {
    if (event.kind == truth_kind::power_off) down_.insert(event.machine);
    if (event.kind == truth_kind::daemon_up) {
      down_.erase(event.machine);
      last_up_ = event.at;
    }
    if (event.kind == truth_kind::service_started) runs_[event.slice][event.machine] = event.detail;
    if (event.kind == truth_kind::service_stopped) runs_[event.slice].erase(event.machine);
    if (event.kind == truth_kind::promoted) promoted_[event.slice].insert(event.machine);
    if (event.kind == truth_kind::service_stopped || event.kind == truth_kind::demoted)
      promoted_[event.slice].erase(event.machine);
  }

  [[nodiscard]] bool settled(instant end) const override { return down_.empty() && last_up_ + settling <= end; }

  void at_end(instant end) override {
    if (!last_) return report(end, "I7", "no cluster has formed");
    judge_members(end);
    judge_services(end);
    judge_places(end);
    auto restless = std::ranges::count_if(moves_, [&](instant at) { return at + still_for > end; });
    if (restless > 0)
      report(end, "I7",
             fmt::format("{} acts and assignments in the last {}: the cluster does not come to rest", restless,
                         show(still_for)));
  }

private:
  void fact(instant at, const command::command& what, const cluster::state& after) override {
    bool moves =
        std::holds_alternative<command::act>(what.what) || std::holds_alternative<command::assigned>(what.what);
    if (moves) moves_.push_back(at);
    while (!moves_.empty() && moves_.front() + still_for <= at) moves_.pop_front();
    if (at + std::chrono::seconds{15} > end_) last_ = after; // operators ask all the time
  }

  void judge_members(instant end) {
    for (auto& n : last_->config().value.nodes) {
      auto* m = last_->find(cluster::member_key{n.name});
      if (!m || !std::holds_alternative<cluster::joined>(m->value.here))
        report(end, "I7", fmt::format("{} has not joined", n.name.text));
    }
    for (auto& [key, found] : last_->all<cluster::inventory_key>())
      report(end, "I7", fmt::format("{} has not looked for {}", key.node.text, found.value.pending.front().text));
    for (auto& [key, found] : last_->all<cluster::attempt_key>())
      if (found.value.ended == cluster::attempt::end::open)
        report(end, "I7", fmt::format("a fence attempt on {} is open", key.target.text));
    for (auto& [key, found] : last_->all<cluster::holder_key>())
      if (found.value.open)
        report(end, "I7", fmt::format("an act of {} on {} is open", key.resource.text, key.node.text));
    for (auto& [key, found] : last_->all<cluster::directive_key>())
      report(end, "I7", fmt::format("a directive about '{}' could not be lifted", key.subject));
  }

  void judge_services(instant end) {
    auto& c = last_->config().value;
    for (auto& r : c.resources) {
      auto& on = runs_[r.name.text];
      auto wanted = r.target == config::role::stopped ? 0 : most_instances(c, r.name.text);
      if (on.size() != wanted)
        report(end, "I7", fmt::format("{} runs on {} machines instead of {}", r.name.text, on.size(), wanted));
      auto ranked = r.target == config::role::promoted ? most_promoted(c, r.name.text) : 0;
      if (promoted_[r.name.text].size() != ranked)
        report(end, "I7",
               fmt::format("{} is promoted on {} machines instead of {}", r.name.text, promoted_[r.name.text].size(), ranked));
      std::string parameters;
      for (auto& [name, value] : r.params)
        parameters += fmt::format("{}{}={}", parameters.empty() ? "" : " ", name, value);
      for (auto& [m, with] : on)
        if (with != parameters)
          report(end, "I7",
                 fmt::format("{} runs on n{} with {} instead of {}", r.name.text, m.value + 1, with, parameters));
    }
    for (auto& [slice, on] : runs_) {
      auto same = [&slice = slice](auto& r) { return r.name.text == slice; };
      if (!on.empty() && std::none_of(c.resources.begin(), c.resources.end(), same))
        report(end, "I7", fmt::format("{} was removed from the configuration and runs on", slice));
    }
  }

  // Plain resources only: of a clone, any instance will do.
  void judge_places(instant end) {
    auto& c = last_->config().value;
    auto together = [&](const std::string& a, const std::string& b, bool wanted) {
      if (is_clone(c, a) || is_clone(c, b) || runs_[a].size() != 1 || runs_[b].size() != 1) return;
      if ((runs_[a].begin()->first == runs_[b].begin()->first) != wanted)
        report(end, "I7", fmt::format("{} and {} are{} on one machine", a, b, wanted ? " not" : ""));
    };
    auto all_together = [&](const std::string& a, const std::string& b, bool wanted) {
      for (auto& x : members_of(c, a))
        for (auto& y : members_of(c, b)) together(x, y, wanted);
    };
    for (auto& g : c.groups)
      for (std::size_t i = 1; i < g.members.size(); ++i) together(g.members[0].text, g.members[i].text, true);
    for (auto& k : c.colocations)
      if (k.weight.must() || k.weight.must_not()) all_together(k.what, k.with, k.weight.must());
    for (auto& l : c.locations)
      for (auto& x : members_of(c, l.what))
        if (l.weight.must_not() && runs_[x].contains(machine_of(l.node)))
          report(end, "I7", fmt::format("{} runs on {}, where it must not", x, l.node.text));
  }

  instant end_{};
  std::deque<instant> moves_; // of the last still_for
  std::set<machine_index> down_;
  instant last_up_{};
  std::optional<cluster::state> last_;
  std::map<std::string, std::map<machine_index, std::string>> runs_; // with which parameters
  std::map<std::string, std::set<machine_index>> promoted_;
};

} // namespace

std::unique_ptr<observer> recovery() {
  return std::make_unique<recovery_observer>();
}

} // namespace troupe::sim
