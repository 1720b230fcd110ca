// I12: the plan of the state in which some of a plan has been carried out is the rest of it. So nothing that the
// cluster does makes it want something else, and it comes to rest. Judged on states that a run comes through, every so
// often: a plan costs more than all else that happens in a moment. Which part is carried out follows from the index.
//
// What a plan cannot foresee is no part of this: a service that fails, an operator, nodes that shoot each other, of
// which a plan lets both hit; and a node that could not be fenced, which may be of use again before the next attempt.
#include "actors/cluster/holdings.hpp"
#include "actors/supervisor/plan.hpp"
#include "tools/sim/judges/judges.hpp"
#include "tools/sim/judges/log_observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace troupe::sim {

namespace {

constexpr std::uint64_t one_in = 64; // commands
constexpr std::uint64_t stride = 16; // so that which part is carried out varies

using step = std::tuple<supervisor::step_kind, resource_name, node_name, config::action, std::string>;

// Which waves they are in is no matter: a wave that is half done is two.
std::vector<step> steps_from(const supervisor::plan& p, std::size_t first) {
  std::vector<step> all;
  for (auto at = first; at < p.steps.size(); ++at) {
    auto& s = p.steps[at];
    all.emplace_back(s.kind, s.resource, s.node, s.action, s.text);
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::string text_of_difference(const std::vector<step>& all, const std::vector<step>& others) {
  std::vector<step> only;
  std::set_difference(all.begin(), all.end(), others.begin(), others.end(), std::back_inserter(only));
  std::string out;
  for (auto& each : only) out += (out.empty() ? "" : ", ") + std::get<std::string>(each);
  return out.empty() ? "nothing" : out;
}

class stability_observer final : public log_observer {
  void fact(instant at, const command::command&, const cluster::state& after) override {
    if (newest().value % one_in != 0 || fencing_is_open(after)) return;
    auto self = somebody(after);
    if (!self) return;
    auto whole = supervisor::make_plan(after, {}, *self);
    if (whole.cut || whole.steps.empty()) return;
    supervisor::plan_question some;
    some.steps = 1 + newest().value / stride % whole.steps.size();
    auto part = supervisor::make_plan(after, some, *self);
    auto then = supervisor::make_plan(part.after, {}, *self);
    auto expected = steps_from(whole, part.steps.size()), planned = steps_from(then, 0);
    if (planned == expected) return;
    report(at, "I12",
           fmt::format("after {} of {} steps of the plan at index {} the plan is another: no longer {}; but now {}",
                       part.steps.size(), whole.steps.size(), newest().value, text_of_difference(expected, planned),
                       text_of_difference(planned, expected)));
  }

  static bool fencing_is_open(const cluster::state& s) {
    using end = cluster::attempt::end;
    auto ended = [&](const node_name& n) {
      auto* a = s.find(cluster::attempt_key{n});
      return a ? a->value.ended : end::proved;
    };
    auto& all = s.all<cluster::attempt_key>();
    return std::any_of(all.begin(), all.end(), [&](auto& a) {
      auto how = ended(a.first.target);
      bool in_vain = how == end::failed || how == end::executor_lost;
      return in_vain || (how == end::open && ended(a.second.value.executor) == end::open);
    });
  }

  static std::optional<node_name> somebody(const cluster::state& s) {
    for (auto& [key, member] : s.all<cluster::member_key>())
      if (cluster::acting_session(s, key.node)) return key.node;
    return std::nullopt;
  }
};

} // namespace

std::unique_ptr<observer> stability() {
  return std::make_unique<stability_observer>();
}

} // namespace troupe::sim
