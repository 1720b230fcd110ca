#include "messages/types/assert.hpp"
#include "tools/sim/observer.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace troupe::sim {

namespace {

class agreement_observer final : public observer {
public:
  void applied(instant at, machine_index who, const node::applied_command& what) override {
    auto [first, fresh] = seen_.try_emplace({what.lineage, what.index}, record{who, what});
    if (fresh) return;
    const auto& earlier = first->second;
    if (earlier.what.command != what.command)
      report(at, "I1",
             fmt::format("at index {} n{} applied a command that is not the one of n{}", what.index.value,
                         who.value + 1, earlier.who.value + 1));
    else if (earlier.what.state != what.state)
      report(at, "I1",
             fmt::format("after index {} n{} is in another state than n{}", what.index.value, who.value + 1,
                         earlier.who.value + 1));
  }

private:
  struct record {
    machine_index who;
    node::applied_command what;
  };
  std::map<std::pair<lineage_id, log_index>, record> seen_;
};

class single_active_observer final : public observer {
public:
  explicit single_active_observer(instance_limit limit)
    : limit_(std::move(limit)) {}

  void see(const truth_event& event) override {
    if (event.kind == truth_kind::service_stopped) active_[event.slice].erase(event.machine);
    if (event.kind != truth_kind::service_started) return;
    auto& where = active_[event.slice];
    where.insert(event.machine);
    if (where.size() <= limit_(event.slice)) return;
    std::string list;
    for (auto m : where) list += fmt::format(" n{}", m.value + 1);
    report(event.at, "I3", fmt::format("{} runs on{} and may run on {}", event.slice, list, limit_(event.slice)));
  }

private:
  instance_limit limit_;
  std::map<std::string, std::set<machine_index>> active_;
};

} // namespace

std::unique_ptr<observer> agreement() {
  return std::make_unique<agreement_observer>();
}

std::unique_ptr<observer> single_active(instance_limit limit) {
  return std::make_unique<single_active_observer>(std::move(limit));
}

void invariant_registry::add(std::string invariant, std::string says, factory make) {
  static const std::set<std::string> known{"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12"};
  TROUPE_ASSERT(known.contains(invariant), "an observer serves an invariant of the design");
  rows_.push_back({std::move(invariant), std::move(says), std::move(make)});
}

std::vector<std::unique_ptr<observer>> invariant_registry::make_all() const {
  std::vector<std::unique_ptr<observer>> all;
  for (const auto& each : rows_) all.push_back(each.make());
  return all;
}

invariant_registry standard_invariants() {
  invariant_registry all;
  all.add("I1", "no two nodes apply different commands at one index", agreement);
  all.add("I2", "what was acknowledged survives", durability);
  all.add("I3", "a plain service runs on at most one machine",
          [] { return single_active([](std::string_view) { return std::size_t{1}; }); });
  all.add("I7", "what is asked when all is well is answered", progress);
  return all;
}

} // namespace troupe::sim
