#include "messages/types/assert.hpp"
#include "tools/sim/judges/judges.hpp"

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

} // namespace

std::unique_ptr<observer> agreement() {
  return std::make_unique<agreement_observer>();
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
  all.add("I3", "a service runs on no more machines than it may", single_active);
  all.add("I3", "no more instances are promoted than may be", single_promoted);
  all.add("I4", "nothing that may still run on a lost machine starts elsewhere", fence_first);
  all.add("I5", "an act begins once, in the session that it names", no_stale_act);
  all.add("I6", "nothing starts before, beside or where it must not", order_and_place);
  all.add("I7", "what is asked when all is well is answered", progress);
  all.add("I7", "after the faults everything runs that has a place, and the cluster is at rest", recovery);
  all.add("I8", "a service that died is seen to, whatever else is slow", independence);
  all.add("I9", "whoever answered is not fenced", no_needless_fencing);
  all.add("I9", "a silence that is tolerated stops nothing", no_needless_stops);
  all.add("I10", "mailboxes and numbers of actors stay bounded", bounds);
  all.add("I11", "nothing halts a replica or breaks an assertion", no_poison);
  all.add("I12", "what is planned after a part of a plan is its rest", stability);
  return all;
}

} // namespace troupe::sim
