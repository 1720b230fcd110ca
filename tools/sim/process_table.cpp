#include "tools/sim/process_table.hpp"

#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace troupe::sim {

using namespace agents;

static stuck survivor(const scope_name& scope) {
  return {"a process of " + scope.slice + "/" + scope.scope + " survived KILL"};
}

process_table::process_table(kernel& k, machine_index machine, power_grid& grid)
  : kernel_(k)
  , machine_(machine)
  , grid_(grid)
  , random_(k.random_for("processes", machine.value)) {}

void process_table::run(const scope_name& scope, command call, processes::done on_end) {
  if (auto there = running_.find(scope); there != running_.end()) {
    if (there->second.beyond_help)
      on_end(survivor(scope));
    else if (there->second.orphaned)
      on_end(not_started{EBUSY, scope.slice + "/" + scope.scope + " runs from an earlier time"});
    else
      there->second.waiting.push_back(std::move(on_end));
    return;
  }
  TROUPE_ASSERT(running_.size() < max_running_agents, "a node starts agents without bound");
  auto plan_ = plan(scope, call);
  if (plan_.status < 0) {
    on_end(not_started{ENOENT, call.arguments.empty() ? "no program" : call.arguments[0] + ": No such file"});
    return;
  }
  auto& op = running_[scope];
  op.number = ++last_;
  op.plan = std::move(plan_);
  op.call = std::move(call);
  op.waiting.push_back(std::move(on_end));
  names_[op.number] = scope;
  start_operation(op);
}

// Acts and fencing make a story; monitors would drown it.
void process_table::tell(const operation& op, std::optional<int> status) {
  const auto& scope = names_.at(op.number);
  auto about = about_call(op.call);
  bool matters = scope.scope.find_first_not_of("0123456789") == std::string::npos || !about.target.empty();
  if (matters)
    kernel_.record().story(kernel_.now(), kernel_.name(machine_),
                           fmt::format("{}/{}: {}{}{}", scope.slice, scope.scope, about.action,
                                       about.target.empty() ? "" : " ", about.target) +
                               (status ? fmt::format(" ended with {}", *status) : " begins"));
  kernel_.operations().tell({kernel_.now(), machine_, kernel_.hardware(machine_).boot, scope.slice, scope.scope,
                             about.action, about.target, status});
}

void process_table::start_operation(const operation& op) {
  tell(op, std::nullopt);
  auto boot = kernel_.boot_of(machine_);
  auto number = op.number;
  if (!op.plan.hangs) {
    kernel_.after(op.plan.takes / 2, boot, [this, number] { half_way(number); });
    kernel_.after(op.plan.takes, boot, [this, number] { ended(number); });
  } else if (random_.below(2) == 0) {
    kernel_.after(op.call.timeout / 2, boot, [this, number] { half_way(number); });
  }
  if (op.call.timeout == duration{}) return;
  constexpr int term = 15, kill = 9;
  bool heeds_term = !op.plan.hangs || random_.below(2) == 0;
  if (heeds_term && !op.plan.stuck)
    kernel_.after(op.call.timeout, boot, [this, number] { timed_out(number, term); });
  else
    kernel_.after(op.call.timeout + op.call.grace, boot, [this, number] { timed_out(number, kill); });
}

// The operation of this number, if it still runs.
process_table::operation* process_table::find(std::uint64_t number) {
  auto named = names_.find(number);
  return named == names_.end() ? nullptr : &running_.at(named->second);
}

void process_table::half_way(std::uint64_t number) {
  auto* op = find(number);
  if (op == nullptr || !op->plan.works) return;
  auto works = std::move(op->plan.works); // it may cut our own power, and the operation with it
  works();
}

void process_table::ended(std::uint64_t number) {
  auto* op = find(number);
  if (op == nullptr) return;
  int status = op->plan.answer ? op->plan.answer() : op->plan.status;
  finish(number, exited{status, false, op->plan.output, {}});
}

void process_table::timed_out(std::uint64_t number, int signal) {
  auto* op = find(number);
  if (op == nullptr) return;
  if (!op->plan.stuck) return finish(number, exited{128 + signal, true, {}, {}});
  op->beyond_help = true;
  for (auto& waiting : std::exchange(op->waiting, {})) waiting(survivor(names_.at(number)));
}

void process_table::finish(std::uint64_t number, const outcome& how) {
  if (auto* op = find(number)) tell(*op, std::get<exited>(how).status);
  auto name = names_.extract(number);
  if (name.empty()) return;
  auto op = running_.extract(name.mapped());
  for (auto& waiting : op.mapped().waiting) waiting(how);
}

void process_table::end_slice(const std::string& slice, duration grace, processes::done on_end) {
  end({slice, std::nullopt, std::move(on_end)}, grace);
}

void process_table::end_scope(const scope_name& scope, duration grace, processes::done on_end) {
  end({scope.slice, scope.scope, std::move(on_end)}, grace);
}

void process_table::end(ending what, duration grace) {
  // What heeds TERM goes at once; a hanging agent waits for KILL.
  bool stubborn = std::any_of(running_.begin(), running_.end(),
                              [&](const auto& each) { return what.holds(each.first) && each.second.plan.hangs; });
  auto ticket = ++last_;
  ending_[ticket] = std::move(what);
  kernel_.after(slice_end_takes + (stubborn ? grace : duration{}), kernel_.boot_of(machine_),
                [this, ticket] { place_ended(ticket); });
}

void process_table::place_ended(std::uint64_t ticket) {
  auto node = ending_.extract(ticket);
  const auto& what = node.mapped();
  std::vector<std::uint64_t> over;
  std::optional<scope_name> left;
  for (const auto& [scope, op] : running_) {
    if (!what.holds(scope)) continue;
    if (op.plan.stuck)
      left = scope;
    else
      over.push_back(op.number);
  }
  if (!what.scope) stop_service(what.slice, "killed");
  for (auto number : over) finish(number, exited{128 + 9, false, {}, {}});
  if (!what.on_end) return; // whoever asked is gone; the kill was under way
  if (left)
    what.on_end(survivor(*left));
  else
    what.on_end(exited{});
}

living process_table::list() const {
  living found;
  std::set<std::string> slices;
  for (const auto& [slice, state] : services_) slices.insert(slice);
  for (const auto& [scope, op] : running_) {
    found.operations.push_back(scope);
    slices.insert(scope.slice);
  }
  found.slices.assign(slices.begin(), slices.end());
  return found;
}

void process_table::forget_callbacks() {
  for (auto& [scope, op] : running_) {
    op.waiting.clear();
    op.orphaned = true;
  }
  for (auto& [ticket, each] : ending_) each.on_end = {};
}

void process_table::kill_service(const std::string& slice, std::string why) {
  stop_service(slice, std::move(why));
}

void process_table::lose_power() {
  running_.clear();
  names_.clear();
  ending_.clear();
  while (!services_.empty()) stop_service(std::string(services_.begin()->first), "power off");
}

} // namespace troupe::sim
