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
  bool managed = false;
  for (auto u : ids_of(s_.units))
    managed = managed || (s_.units[u].kind == resource_kind::primitive && a_.units[u].managed);
  std::vector<std::pair<node_id, action_id>> fenced;
  for (auto n : ids_of(in_.nodes)) {
    if (in_.nodes[n].kind == node_kind::guest) {
      if (guest_reset_[n.at()] && managed && can_fence(in_, s_, n)) fence_guest(n);
      continue;
    }
    if (!to_fence_[n.at()] || !managed || !can_fence(in_, s_, n)) continue;
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
    if (a.what == task::start) starts = true;
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

// A node that joined anew must be let in again by the devices that shut it out, before anything that needs that starts
// there.
void planner::unfence_nodes() {
  if (!in_.settings.fencing) return;
  auto device = std::find_if(in_.resources.begin(), in_.resources.end(), [](auto& r) { return r.unfences; });
  if (device == in_.resources.end()) return;
  for (auto n : ids_of(in_.nodes)) {
    auto& st = s_.nodes[n];
    if (in_.nodes[n].kind != node_kind::cluster || !st.online || st.pending || st.unclean || !in_.nodes[n].unfenced)
      continue;
    auto id = fence(n, fence_kind::on, "required by " + device->name + " monitor");
    for (auto u : ids_of(s_.units))
      for (auto start : plan_.of_unit[u.at()]) {
        auto& a = plan_.actions[start];
        if (a.what == task::start && a.node == n && a.needs == requirement::unfencing) order(id, start, sequence);
      }
  }
}

void planner::order_shutdowns() {
  for (auto n : ids_of(in_.nodes)) {
    auto& st = s_.nodes[n];
    if (in_.nodes[n].kind != node_kind::cluster || !st.online || !st.shutting_down || to_fence_[n.at()]) continue;
    auto id = plan_.actions.add({.unit = {}, .node = n, .what = task::shutdown, .optional = false, .reason = {}});
    for (auto u : ids_of(s_.units))
      for (auto stop : plan_.of_unit[u.at()])
        if (plan_.actions[stop].what == task::stop && plan_.actions[stop].node == n) order(stop, id, sequence);
  }
}

} // namespace troupe::scheduler
