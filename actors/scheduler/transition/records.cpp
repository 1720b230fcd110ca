#include "actors/scheduler/transition/records.hpp"

#include "actors/scheduler/operations.hpp"

#include <algorithm>

namespace troupe::scheduler {

std::vector<const operation_record*> since_start(const history& h) {
  std::vector<const operation_record*> ops;
  for (auto& op : h.operations) ops.push_back(&op);
  std::stable_sort(ops.begin(), ops.end(), [](auto* a, auto* b) {
    bool pa = a->call_id < 0, pb = b->call_id < 0;
    return pa != pb ? pb : a->call_id < b->call_id;
  });
  int start = -1, by_role = -1, by_monitor = -1, stop = -1;
  for (int i = 0; i < static_cast<int>(ops.size()); ++i) {
    auto& op = *ops[static_cast<std::size_t>(i)];
    if (op.what == task::stop && op.status == operation_status::done) stop = i;
    if (op.what == task::start || op.what == task::migrate_from) start = i;
    if (by_monitor <= stop && op.what == task::monitor && (op.rc == exit_code::ok || op.rc == exit_code::promoted))
      by_monitor = i;
    if (op.what == task::promote || op.what == task::demote) by_role = i;
  }
  if (start < 0) start = by_role >= 0 ? by_role : by_monitor;
  if (start < stop) return {};
  ops.erase(ops.begin(), ops.begin() + std::max(start, 0));
  return ops;
}

std::vector<const operation_record*> still_recurring(const cluster_state& s, const history& h) {
  auto recurs = [](auto& op) { return op.interval_ms > 0; }; // nothing does where it only was looked for
  if (!s.nodes[h.where].online || std::none_of(h.operations.begin(), h.operations.end(), recurs)) return {};
  auto ops = since_start(h);
  std::erase_if(ops, [](auto* op) { return op->interval_ms <= 0 || op->status == operation_status::pending; });
  return ops;
}

bool looked_after(const cluster_state& s, node_id n) {
  auto& node = s.nodes[n];
  if (node.maintenance) return true;
  return node.online && !node.unclean && !node.shutting_down && !node.standby;
}

bool takes_part(const input& in, const cluster_state& s, const assignment& a, node_id n) {
  if (!(s.nodes[n].online || a.nodes[n].online) || a.nodes[n].unclean || s.nodes[n].pending) return false;
  return in.nodes[n].kind != node_kind::guest || can_fence(in, s, n); // else it may never come to an end there
}

role next_role(const input& in, const cluster_state& s, const assignment& a, unit_id u) {
  auto& chosen = a.units[u];
  auto next = chosen.next != role::unknown ? chosen.next : chosen.node.valid() ? role::started : role::stopped;
  return next == role::started && in_promotable(in, s, u) ? role::unpromoted : next;
}

} // namespace troupe::scheduler
