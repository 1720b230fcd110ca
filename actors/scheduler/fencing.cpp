// What is fenced, and what waits for that.
#include "actors/scheduler/planner.hpp"

#include <algorithm>

namespace troupe::scheduler {

void planner::want_fence(node_id n, const std::string& reason) {
  if (in_.nodes[n].kind == node_kind::guest) return;
  if (!to_fence_[n.at()] && in_.nodes[n].kind == node_kind::remote && in_.nodes[n].connection.valid() &&
      !a_.units[s_.unit_of[in_.nodes[n].connection]].managed)
    return;
  to_fence_[n.at()] = true;
  if (fence_reason_[n.at()].empty()) fence_reason_[n.at()] = reason;
}

action_id planner::fence(node_id n, fence_kind kind, const std::string& reason) {
  action a{.unit = {},
           .node = n,
           .what = kind == fence_kind::on ? task::unfence : task::fence,
           .optional = false,
           .reason = reason};
  auto id = plan_.actions.add(std::move(a));
  plan_.fencing.push_back({n, id, kind, reason});
  return id;
}

void planner::fence_nodes() {
  bool managed = std::any_of(s_.top.begin(), s_.top.end(), [&](auto u) { // a collective by what is said of itself
    return s_.units[u].kind == resource_kind::primitive ? a_.units[u].managed : s_.now[u].managed;
  });
  std::vector<std::pair<node_id, action_id>> fenced;
  for (auto n : ids_of(in_.nodes)) {
    if (in_.nodes[n].kind == node_kind::guest) {
      if (guest_reset_[n.at()] && managed && can_fence(in_, s_, n)) fence_guest(n);
      continue;
    }
    if (!to_fence_[n.at()] || !managed || !can_fence(in_, s_, n, a_.nodes[n].online)) continue;
    fenced.emplace_back(n, fence(n, in_.settings.fence_off ? fence_kind::off : fence_kind::reboot,
                                 fence_reason_[n.at()].empty() ? "node is unclean" : fence_reason_[n.at()]));
  }
  for (auto& [n, id] : fenced) {
    if (n == in_.coordinator)
      for (auto& [other, before] : fenced)
        if (other != n) order(before, id, sequence);
    order_against_fencing(id, n);
  }
}

// A guest is fenced by recovering its container: the mark stands for that.
void planner::fence_guest(node_id n) {
  auto container = s_.unit_of[in_.nodes[n].container];
  bool starts = false;
  action_id stopping;
  for (auto id : plan_.of_unit[container.at()]) {
    auto& a = plan_.actions[id];
    if (a.what == task::start && a.node.valid()) starts = true; // without a node: a start that is missed
    if (a.what == task::stop && !stopping.valid()) stopping = id;
  }
  auto id = fence(n, starts ? fence_kind::reboot : fence_kind::off, "guest is unclean");
  plan_.actions[id].pseudo = true;
  if (stopping.valid()) order(stopping, id, runnable_left | implies_then);
  order_against_fencing(id, n);
}

void planner::order_against_fencing(action_id fencing, node_id n) {
  for (auto u : ids_of(s_.units)) {
    if (s_.units[u].kind != resource_kind::primitive) continue;
    auto needs = needs_[s_.units[u].what.at()];
    for (auto id : std::vector{plan_.of_unit[u.at()]}) {
      auto& a = plan_.actions[id];
      if (a.what == task::start || a.what == task::promote) {
        if (a.needs >= requirement::fencing)
          order(fencing, id, sequence);
        else if (a.needs == requirement::quorum && a.what == task::start && !s_.knows(u, n))
          order(fencing, id, runnable_left);
        continue;
      }
      if (a.node != n || (a.what != task::stop && a.what != task::demote)) continue;
      if (!a_.units[u].managed && a.what == task::demote) continue;
      // It would never complete: fencing implies it.
      a.pseudo = a.runnable = true;
      if (needs >= requirement::fencing || in_.nodes[n].kind == node_kind::guest) order(fencing, id, sequence);
    }
  }
}

// Some devices shut a node out when they fence it, and must let it in again before anything that needs that starts
// there or is looked for there. To be let in stops what runs there and needs it, so it is done only where it never was
// since the node joined, or where a device has changed.
void planner::unfence_nodes() {
  if (!in_.settings.fencing || !unfencing_) return;
  for (auto n : ids_of(in_.nodes)) {
    auto& node = a_.nodes[n]; // also if it comes up only now, with its connection
    if (!node.online || node.unclean || node.shutting_down || !can_fence(in_, s_, n, node.online)) continue;
    auto reason = unfence_reason(n);
    if (reason.empty()) continue;
    auto on = fence(n, fence_kind::on, reason);
    for (auto u : ids_of(s_.units))
      for (auto id : plan_.of_unit[u.at()]) {
        auto& a = plan_.actions[id];
        if (a.node != n) continue;
        if (a.what == task::start && waits_for_unfencing(u)) order(on, id, implies_then);
        if (a.what == task::stop && needs_[s_.units[u].what.at()] == requirement::unfencing) order(id, on, holds_up);
      }
  }
}

bool planner::waits_for_unfencing(unit_id u) const {
  auto& r = in_.resources[s_.units[u].what];
  if (s_.units[u].kind != resource_kind::primitive) return false;
  return r.fence_device || needs_[s_.units[u].what.at()] == requirement::unfencing;
}

std::string planner::unfence_reason(node_id n) const {
  for (auto& op : s_.operations)
    if (op.where == n && op.params != definition::same && in_.resources[s_.units[op.what].what].fence_device)
      return "device " + unit_name(in_, s_, op.what) + " changed";
  if (!in_.nodes[n].unfenced) return {};
  for (auto u : ids_of(s_.units))
    if (waits_for_unfencing(u) && probe_due(u, n)) return "required by " + unit_name(in_, s_, u) + " monitor";
  for (auto u : ids_of(s_.units))
    if (waits_for_unfencing(u))
      for (auto id : actions_of(u, task::start))
        if (plan_.actions[id].node == n) return "required by " + unit_name(in_, s_, u) + " start";
  return {};
}

void planner::order_shutdowns() {
  for (auto n : ids_of(in_.nodes)) {
    auto& st = s_.nodes[n];
    if (in_.nodes[n].kind != node_kind::cluster || !st.online || !st.shutting_down || to_fence_[n.at()]) continue;
    auto id = plan_.actions.add({.unit = {}, .node = n, .what = task::shutdown, .optional = false, .reason = {}});
    // What is left alone keeps no node from going; what should be stopped and cannot be does.
    auto touched = [&](unit_id u) {
      return !s_.now[u].maintenance && !st.maintenance && (a_.units[u].managed || s_.now[u].blocked);
    };
    for (auto u : ids_of(s_.units))
      for (auto stop : plan_.of_unit[u.at()])
        if (plan_.actions[stop].what == task::stop && plan_.actions[stop].node == n && touched(u))
          order(stop, id, runnable_left);
  }
}

} // namespace troupe::scheduler
