#include "tools/simulate/plan_text.hpp"

#include "tools/simulate/status_text.hpp"

#include <fmt/format.h>

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

std::string execution_text(const input& in, const outcome& o) {
  std::string text;
  for (auto id : executable(o.steps)) {
    auto& a = o.steps.actions[id];
    if (a.what == task::one_or_more) continue;
    auto node = a.node.valid() ? " on " + in.nodes[a.node].name : std::string{};
    if (a.what == task::fence || a.what == task::unfence) {
      for (auto& f : o.steps.fencing)
        if (f.what == id) text += fmt::format("  * Fencing {} ({})\n", in.nodes[a.node].name, fence_text(f.kind));
    } else if (!a.unit.valid())
      text += fmt::format("  * Cluster action:  {}{}\n", task_text(a.what), node);
    else if (a.pseudo)
      text += fmt::format("  * Pseudo action:   {}_{}_0\n", unit_name(in, o.state, a.unit), task_text(a.what));
    else
      text +=
          fmt::format("  * Resource action: {:<15} {}{}\n", unit_name(in, o.state, a.unit), task_text(a.what), node);
  }
  return text;
}

} // namespace troupe::simulate
