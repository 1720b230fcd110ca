// What it means that something is found active: for the unit, for what it is part of, and if it is active twice.
#include "actors/scheduler/operations.hpp"

#include <algorithm>

namespace troupe::scheduler {

void add_running(const input& in, cluster_state& s, unit_id u, node_id n) {
  auto& st = s.now[u];
  if (std::find(st.running_on.begin(), st.running_on.end(), n) != st.running_on.end()) return;
  st.running_on.push_back(n);
  bool primitive = s.units[u].kind == resource_kind::primitive;
  auto& r = in.resources[s.units[u].what];
  if (primitive && s.nodes[n].maintenance) st.managed = false;
  if (primitive && !st.managed) {
    s.bans.push_back({u, n, score::infinity(), "not_managed_default"});
    for (auto p = s.units[u].parent; p.valid() && s.nodes[n].online; p = s.units[p].parent) {
      auto& above = s.now[p].running_on;
      if (std::find(above.begin(), above.end(), n) == above.end()) above.push_back(n);
    }
    return;
  }
  if (primitive && st.running_on.size() > 1) {
    if (r.on_multiple == multiple_active::stop_only)
      s.bans.push_back({u, {}, score::minus_infinity(), "multiple-active=stop_only"});
    if (r.on_multiple == multiple_active::block) {
      auto group = s.units[u].parent;
      st.managed = false;
      st.blocked = true;
      if (group.valid() && s.units[group].kind == resource_kind::group &&
          in.resources[s.units[group].what].on_multiple == multiple_active::block)
        for (auto m : s.units[group].children) {
          s.now[m].managed = false;
          s.now[m].blocked = true;
        }
    }
  }
  if (s.units[u].parent.valid()) add_running(in, s, s.units[u].parent, n);
}

// A target role above Unpromoted is no limit.
void limit_by_target_role(const input& in, cluster_state& s, unit_id u) {
  auto target = in.resources[s.units[u].what].target;
  bool limits = target == role::stopped || (target == role::unpromoted && in_promotable(in, s, u));
  auto& st = s.now[u];
  if (!limits || (st.next != role::unknown && st.next <= target)) return;
  st.next = target;
  st.next_reason = "target-role";
}

} // namespace troupe::scheduler
