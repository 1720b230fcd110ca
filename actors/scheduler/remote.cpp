// What happens on remote and guest nodes needs their connection: before it, after it, or not at all any more.
#include "actors/scheduler/planner.hpp"

#include <algorithm>

namespace troupe::scheduler {

connection_state planner::connection_of(node_id n) const {
  auto link = s_.unit_of[in_.nodes[n].connection];
  auto& st = s_.now[link];
  auto& chosen = a_.units[link];
  node_id host = current_node(in_, s_, link);
  if (chosen.next == role::stopped || !chosen.node.valid()) {
    if (host.valid() && s_.nodes[host].unclean) return connection_state::failed;
    if (!st.failed) return connection_state::stopped;
    bool waiting = chosen.next == role::stopped && in_.resources[s_.units[link].what].reconnect_ms > 0 &&
                   in_.nodes[n].remote_fenced && !s_.nodes[n].shutting_down;
    return waiting ? connection_state::unknown : connection_state::failed;
  }
  if (!host.valid()) return connection_state::unknown;
  if (s_.nodes[host].unclean || !s_.nodes[host].online) return connection_state::resting;
  if (st.running_on.size() > 1 && st.migration_source.valid()) return connection_state::resting;
  return connection_state::alive;
}

// Something would have to be probed there.
bool planner::is_unknown(node_id n) const {
  for (auto u : ids_of(s_.units))
    if (s_.units[u].kind == resource_kind::primitive && probe_due(u, n)) return true;
  return false;
}

void planner::order_remote() {
  bool any = std::any_of(in_.nodes.begin(), in_.nodes.end(), [](auto& n) { return n.kind != node_kind::cluster; });
  if (!any) return;
  for (auto n : ids_of(in_.nodes)) { // what is not known there cannot be probed
    if (in_.nodes[n].kind != node_kind::remote || !in_.nodes[n].connection.valid() || !in_.settings.startup_probes ||
        connection_of(n) != connection_state::failed)
      continue;
    if (!a_.nodes[n].online)
      want_fence(n, "the connection is unrecoverable");
    else if (is_unknown(n))
      want_fence(n, "resources are in unknown state and connection is unrecoverable");
  }
  auto count = plan_.actions.size();
  for (std::size_t i = 0; i < count; ++i) {
    action_id id{i};
    auto& a = plan_.actions[id];
    if (!a.unit.valid() || !a.node.valid() || a.pseudo || in_.nodes[a.node].kind == node_kind::cluster) continue;
    if (!in_.nodes[a.node].connection.valid()) continue;
    auto link = s_.unit_of[in_.nodes[a.node].connection];
    // Leave the old place only once the new one can be reached.
    if (a.what == task::start)
      for (auto other : std::vector{plan_.of_unit[a.unit.at()]})
        if (plan_.actions[other].what == task::stop && plan_.actions[other].node != a.node)
          for (auto up : actions_of(link, task::start)) order(up, other, sequence);
    if (in_.nodes[a.node].container.valid())
      order_on_guest(id);
    else
      order_on_remote(id);
  }
}

// After the connection's start; where there is none, after one that cannot be.
void planner::order_after_connection(unit_id link, action_id id, std::uint32_t flags) {
  auto starts = actions_of(link, task::start);
  if (starts.empty()) {
    action none{.unit = link, .node = {}, .what = task::start, .optional = true, .runnable = false, .reason = {}};
    auto made = plan_.actions.add(std::move(none));
    plan_.of_unit[link.at()].push_back(made);
    starts.push_back(made);
  }
  for (auto s : starts) order(s, id, flags);
}

void planner::order_on_remote(action_id id) {
  auto a = plan_.actions[id];
  auto link = s_.unit_of[in_.nodes[a.node].connection];
  auto state = connection_of(a.node);
  auto after_start = [&](std::uint32_t flags) { order_after_connection(link, id, flags); };
  auto before_stop = [&](std::uint32_t flags) {
    for (auto s : actions_of(link, task::stop)) order(id, s, flags);
  };
  switch (a.what) {
  case task::start:
  case task::promote:
    after_start(runnable_left | (state == connection_state::failed ? std::uint32_t{implies_then} : 0u));
    break;
  case task::stop:
    if (state == connection_state::alive)
      before_stop(holds_up);
    else if (state == connection_state::failed)
      want_fence(a.node, "resources are active but connection is unrecoverable");
    else if (a_.units[link].next == role::stopped)
      before_stop(holds_up);
    else
      after_start(runnable_left);
    break;
  case task::demote:
    if (state == connection_state::resting || state == connection_state::unknown) after_start(runnable_left);
    break;
  default: break;
  }
}

void planner::order_on_guest(action_id id) {
  auto a = plan_.actions[id];
  auto link = s_.unit_of[in_.nodes[a.node].connection];
  auto container = s_.unit_of[in_.nodes[a.node].container];
  if (s_.now[container].failed) guest_reset_[a.node.at()] = true;
  switch (a.what) {
  case task::start:
  case task::promote:
    for (auto s : actions_of(container, task::start)) order(s, id, implies_then | runnable_left);
    order_after_connection(link, id, runnable_left);
    break;
  case task::stop:
  case task::demote:
    if (!s_.now[container].failed)
      for (auto s : actions_of(link, task::stop)) order(id, s, sequence);
    break;
  default: break;
  }
}

} // namespace troupe::scheduler
