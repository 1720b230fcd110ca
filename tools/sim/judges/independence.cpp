// I8: a service that died gets an operation, or what is ordered behind it does, within a bound: its monitor's interval
// and time-out as often as failures are tolerated, and a moment for everybody else. Judged only where nothing global is
// wrong: agents of other services may be as slow as they like.
#include "tools/sim/judges/judges.hpp"
#include "tools/sim/judges/weather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace troupe::sim {

namespace {

constexpr duration calm_before = std::chrono::seconds{25};
constexpr duration a_moment = std::chrono::seconds{5};

class independence_observer final : public log_observer {
public:
  void begins(const scenario& s) override { weather_.begins(s); }
  void struck(instant at, const fault& f) override { weather_.struck(at, f); }

  void see(const truth_event& event) override {
    weather_.see(event);
    judge_due(event.at);
    if (event.kind != truth_kind::service_stopped || event.detail != "died" || !configuration()) return;
    auto& c = *configuration();
    auto r = std::find_if(c.resources.begin(), c.resources.end(), [&](auto& x) { return x.name.text == event.slice; });
    if (r == c.resources.end() || r->monitors.empty() || disturbed(event.slice, event.machine, event.at) ||
        busy_.contains(event.slice))
      return;
    duration bound{};
    for (auto& m : r->monitors) {
      auto one = (m.tolerate_failures + 1) * (m.interval + m.timeout);
      bound = bound == duration{} ? one : std::min(bound, one);
    }
    waiting_[event.slice] = {event.at, event.at + bound + a_moment, event.machine};
  }

  void operation(const operation_event& op) override {
    bool act = op.scope.find_first_not_of("0123456789") == std::string::npos;
    if (!act) return;
    if (!op.began()) return void(busy_.erase(op.slice));
    busy_[op.slice] = op.at;
    std::erase_if(waiting_, [&](auto& w) { return w.first == op.slice || comes_after(w.first, op.slice); });
  }

  void at_end(instant end) override { judge_due(end); }

private:
  struct death {
    instant at, due;
    machine_index where;
  };

  void fact(instant at, const command::command&, const cluster::state& after) override {
    directed_.clear();
    for (auto& [key, directive] : after.all<cluster::directive_key>()) directed_.insert(key.subject);
    judge_due(at);
  }

  // Somebody wants something of it, of its group, of its machine or of the whole cluster.
  [[nodiscard]] bool directed(const std::string& slice, machine_index where) const {
    auto* g = configuration() ? group_of(*configuration(), slice) : nullptr;
    return directed_.contains("") || directed_.contains(slice) || directed_.contains(name_of(where).text) ||
           (g && directed_.contains(g->name.text));
  }
  [[nodiscard]] bool disturbed(const std::string& slice, machine_index where, instant now) const {
    return directed(slice, where) || !weather_.network_calm(now, calm_before) ||
           !weather_.disks_calm(now, calm_before) || !weather_.others_well(std::nullopt, now, calm_before) ||
           !weather_.agents_calm(slice, now, calm_before);
  }

  // Whatever is disturbed meanwhile is judged no more.
  void judge_due(instant now) {
    std::erase_if(waiting_, [&](auto& w) { return disturbed(w.first, w.second.where, now); });
    std::erase_if(waiting_, [&](auto& w) {
      if (w.second.due >= now) return false;
      report(now, "I8",
             fmt::format("{} died on n{} at {} and nothing was done about it", w.first, w.second.where.value + 1,
                         show_time(w.second.at)));
      return true;
    });
  }

  // Reachable by orders and groups, whatever their kind: it has to stop first.
  [[nodiscard]] bool comes_after(const std::string& slice, const std::string& other) const {
    auto& c = *configuration();
    std::vector<std::string> reached{slice};
    auto add = [&](const std::string& x) {
      if (std::find(reached.begin(), reached.end(), x) == reached.end()) reached.push_back(x);
    };
    for (std::size_t i = 0; i < reached.size(); ++i) {
      auto from = reached[i];
      if (auto* g = group_of(c, from))
        for (auto& m : g->members) add(m.text);
      for (auto& o : c.orders) {
        auto firsts = members_of(c, o.first);
        if (std::find(firsts.begin(), firsts.end(), from) == firsts.end()) continue;
        for (auto& x : members_of(c, o.then)) add(x);
      }
    }
    return std::find(reached.begin(), reached.end(), other) != reached.end();
  }

  weather weather_;
  std::set<std::string> directed_;      // whom a directive is for
  std::map<std::string, instant> busy_; // an act of it is under way
  std::map<std::string, death> waiting_;
};

} // namespace

std::unique_ptr<observer> independence() {
  return std::make_unique<independence_observer>();
}

} // namespace troupe::sim
