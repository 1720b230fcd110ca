// I3 and I4: how often a service runs, and how often it may run as far as anybody can know.
#include "tools/sim/judges/judges.hpp"
#include "tools/sim/judges/log_observer.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace troupe::sim {

namespace {

using machines = std::set<machine_index>;

std::string list_of(const machines& where) {
  std::string list;
  for (auto m : where) list += fmt::format(" n{}", m.value + 1);
  return list;
}

// The highest limit that any configuration gave: what runs within an earlier one may run on.
class limits {
public:
  void note(const config::cluster& c) {
    for (auto& r : c.resources) {
      auto& most = most_[r.name.text];
      most = std::max(most, most_instances(c, r.name.text));
    }
  }
  [[nodiscard]] std::size_t of(const std::string& slice) const {
    auto found = most_.find(slice);
    return found == most_.end() ? 1 : found->second;
  }

private:
  std::map<std::string, std::size_t> most_;
};

class single_active_observer final : public log_observer {
public:
  void see(const truth_event& event) override {
    if (event.kind == truth_kind::service_stopped) active_[event.slice].erase(event.machine);
    if (event.kind != truth_kind::service_started) return;
    auto& where = active_[event.slice];
    where.insert(event.machine);
    if (where.size() <= limits_.of(event.slice)) return;
    report(event.at, "I3",
           fmt::format("{} runs on{} and may run on {}", event.slice, list_of(where), limits_.of(event.slice)));
  }

private:
  void fact(instant, const command::command&, const cluster::state&) override { limits_.note(*configuration()); }

  limits limits_;
  std::map<std::string, machines> active_;
};

class single_promoted_observer final : public log_observer {
public:
  void see(const truth_event& event) override {
    auto& where = promoted_[event.slice];
    if (event.kind == truth_kind::service_stopped || event.kind == truth_kind::demoted) where.erase(event.machine);
    if (event.kind != truth_kind::promoted) return;
    where.insert(event.machine);
    if (where.size() <= most_[event.slice]) return;
    report(event.at, "I3",
           fmt::format("{} is promoted on{} and may be on {}", event.slice, list_of(where), most_[event.slice]));
  }

private:
  // As with instances: what was promoted within an earlier configuration's limit may go on.
  void fact(instant, const command::command&, const cluster::state&) override {
    for (auto& r : configuration()->resources) {
      auto& most = most_[r.name.text];
      most = std::max(most, most_promoted(*configuration(), r.name.text));
    }
  }

  std::map<std::string, std::size_t> most_;
  std::map<std::string, machines> promoted_;
};

// A claim: a machine that was declared lost may still run this, for all anybody knows.
class fence_first_observer final : public log_observer {
public:
  void see(const truth_event& event) override {
    if (event.kind == truth_kind::power_off) release(event.machine);
    if (event.kind == truth_kind::service_stopped) active_[event.slice].erase(event.machine);
    if (event.kind != truth_kind::service_started) return;
    active_[event.slice].insert(event.machine);
    auto where = active_[event.slice];
    auto& claims = claimed_[event.slice];
    if (claims.empty()) return;
    where.insert(claims.begin(), claims.end());
    if (where.size() <= limits_.of(event.slice)) return;
    report(event.at, "I4",
           fmt::format("{} starts on n{} while it may still run on{}, declared lost and not off", event.slice,
                       event.machine.value + 1, list_of(claims)));
  }

private:
  void fact(instant, const command::command& what, const cluster::state& after) override {
    limits_.note(*configuration());
    if (auto* lost = std::get_if<command::node_lost>(&what.what)) {
      auto* m = after.find(cluster::member_key{lost->node});
      if (!m || !std::holds_alternative<cluster::lost>(m->value.here)) return; // the brake
      auto where = machine_of(lost->node);
      for (auto& [slice, on] : active_)
        if (on.contains(where)) claimed_[slice].insert(where);
    }
    // It came back: what it has looked for and reported is known again.
    if (auto* r = std::get_if<command::report>(&what.what))
      for (auto& item : r->items)
        if (auto* p = std::get_if<command::probed>(&item)) claimed_[p->resource.text].erase(machine_of(r->node));
  }
  void release(machine_index m) {
    for (auto& [slice, claims] : claimed_) claims.erase(m);
  }

  limits limits_;
  std::map<std::string, machines> active_, claimed_;
};

} // namespace

std::unique_ptr<observer> single_active() {
  return std::make_unique<single_active_observer>();
}
std::unique_ptr<observer> single_promoted() {
  return std::make_unique<single_promoted_observer>();
}
std::unique_ptr<observer> fence_first() {
  return std::make_unique<fence_first_observer>();
}

} // namespace troupe::sim
