#include "tools/simulate/plan_text.hpp"

#include "tools/simulate/status_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::simulate {

using namespace scheduler;

const char* verb_text(verb v) {
  switch (v) {
  case verb::start: return "Start";
  case verb::stop: return "Stop";
  case verb::move: return "Move";
  case verb::recover: return "Recover";
  case verb::restart: return "Restart";
  case verb::reload: return "Reload";
  case verb::migrate: return "Migrate";
  case verb::promote: return "Promote";
  case verb::demote: return "Demote";
  case verb::re_promote: return "Re-promote";
  }
  return "";
}

const char* task_text(task t) {
  switch (t) {
  case task::monitor: return "monitor";
  case task::start: return "start";
  case task::stop: return "stop";
  case task::promote: return "promote";
  case task::demote: return "demote";
  case task::migrate_to: return "migrate_to";
  case task::migrate_from: return "migrate_from";
  case task::reload: return "reload-agent";
  case task::notify: return "notify";
  case task::cancel: return "cancel";
  case task::started: return "running";
  case task::stopped: return "stopped";
  case task::promoted: return "promoted";
  case task::demoted: return "demoted";
  case task::shutdown: return "do_shutdown";
  case task::fence: return "stonith";
  case task::forget: return "delete";
  default: return "action";
  }
}

const char* fence_text(fence_kind k) {
  return k == fence_kind::on ? "on" : k == fence_kind::off ? "off" : "reboot";
}

namespace {

// What changes, between the brackets: roles where they matter, both nodes where they differ.
std::string detail(const input& in, const decision& d) {
  auto name = [&](node_id n) { return n.valid() ? in.nodes[n].name : std::string{}; };
  bool roles = d.from_role > role::started || d.to_role > role::started;
  auto to = d.to.valid() ? name(d.to) : name(d.from), from = name(d.from);
  switch (d.what) {
  case verb::start: return to;
  case verb::stop: return roles ? fmt::format("{} {}", role_text(d.from_role), from) : from;
  case verb::promote:
  case verb::demote:
    if (d.from.valid() && d.to.valid() && d.from != d.to)
      return fmt::format("{} {} -> {} {}", role_text(d.from_role), from, role_text(d.to_role), to);
    return fmt::format("{} -> {} {}", role_text(d.from_role), role_text(d.to_role), to);
  default: break;
  }
  bool moves = d.from.valid() && d.to.valid() && d.from != d.to;
  if (moves && d.from_role != d.to_role && roles)
    return fmt::format("{} {} -> {} {}", role_text(d.from_role), from, role_text(d.to_role), to);
  if (moves)
    return roles ? fmt::format("{} -> {} {}", from, to, role_text(d.to_role)) : fmt::format("{} -> {}", from, to);
  if (d.from_role != d.to_role && roles)
    return fmt::format("{} -> {} {}", role_text(d.from_role), role_text(d.to_role), to);
  return roles ? fmt::format("{} {}", role_text(d.to_role), to) : to;
}

} // namespace

std::string summary_text(const input& in, const outcome& o) {
  std::string text;
  for (auto& f : o.steps.fencing) {
    auto& node = in.nodes[f.node];
    std::string resource;
    if (node.kind == node_kind::guest) resource = fmt::format(" (resource: {})", in.resources[node.container].name);
    text += fmt::format("  * Fence ({}) {}{} '{}'\n", fence_text(f.kind), node.name, resource, f.reason);
  }
  for (auto& d : o.decisions) {
    text += fmt::format("  * {:<10} {} ( {} )", verb_text(d.what), unit_name(in, o.state, d.unit), detail(in, d));
    if (!d.reason.empty())
      text += fmt::format("  due to {}{}", d.reason, d.blocked ? " (blocked)" : "");
    else if (d.blocked)
      text += "  blocked";
    text += "\n";
  }
  return text;
}

namespace {

std::string fence_step(const input& in, const outcome& o, const step& s) {
  auto& name = in.nodes[s.node].name;
  for (auto& f : o.steps.fencing)
    if (f.what == s.act)
      return s.pseudo ? fmt::format("Pseudo action:   stonith-{}-{} on {}", name, fence_text(f.kind), name)
                      : fmt::format("Fencing {} ({})", name, fence_text(f.kind));
  return {};
}

std::string mark_name(const input& in, const outcome& o, const step& s) {
  auto unit = unit_name(in, o.state, s.unit);
  switch (s.about) {
  case step::notice::none: return fmt::format("{}_{}_0", unit, task_text(s.what));
  case step::notice::before: return fmt::format("{}_pre_notify_{}_0", unit, task_text(s.what));
  case step::notice::before_done: return fmt::format("{}_confirmed-pre_notify_{}_0", unit, task_text(s.what));
  case step::notice::after: return fmt::format("{}_post_notify_{}_0", unit, task_text(s.what));
  case step::notice::after_done: return fmt::format("{}_confirmed-post_notify_{}_0", unit, task_text(s.what));
  case step::notice::fenced_done: return fmt::format("{}_notified_0", unit);
  }
  return {};
}

// Of a clone that must be up in several instances, or of a set of which any will do.
std::string one_or_more_name(const input& in, const outcome& o, const step& s) {
  auto origin = o.steps.actions[s.act].origin;
  auto name = origin.valid() ? in.constraint_names[origin.at()] : std::string{};
  bool of_set = std::any_of(in.any_of_orders.begin(), in.any_of_orders.end(), [&](auto& a) { return a.set == origin; });
  return (of_set ? "one-or-more:" : "clone-one-or-more:") + name;
}

} // namespace

std::string step_text(const input& in, const outcome& o, const step& s) {
  if (s.what == task::fence || s.what == task::unfence) return fence_step(in, o, s);
  auto node = s.node.valid() ? " on " + in.nodes[s.node].name : std::string{};
  if (s.what == task::room_made) return "Pseudo action:   load_stopped_" + in.nodes[s.node].name;
  if (s.what == task::one_or_more) return "Pseudo action:   " + one_or_more_name(in, o, s);
  if (!s.unit.valid()) return fmt::format("Cluster action:  {}{}", task_text(s.what), node);
  auto unit = unit_name(in, o.state, s.unit);
  if (s.what == task::clear_failures) return fmt::format("Cluster action:  clear_failcount for {}{}", unit, node);
  if (s.pseudo) return "Pseudo action:   " + mark_name(in, o, s);
  std::string what = s.name.empty() ? task_text(s.what) : s.name;
  if (s.interval_ms > 0) what += fmt::format("={}", s.interval_ms);
  return fmt::format("Resource action: {:<15} {}{}", unit, what, node);
}

std::string execution_text(const input& in, const outcome& o) {
  std::string text;
  for (auto& s : transition(in, o)) text += "  * " + step_text(in, o, s) + "\n";
  return text;
}

} // namespace troupe::simulate
