#include "actors/scheduler/marks.hpp"

namespace troupe::scheduler {

task begun(task t) {
  switch (t) {
  case task::started: return task::start;
  case task::stopped: return task::stop;
  case task::promoted: return task::promote;
  case task::demoted: return task::demote;
  default: return t;
  }
}

marks::flags marks::of(action_id id, node_id n) const {
  auto& a = p_.actions[id];
  if (!a.unit.valid() || s_.units[a.unit].kind == resource_kind::primitive || a.what == task::one_or_more)
    return {a.optional, a.runnable};
  auto what = begun(a.what);
  if (s_.units[a.unit].kind == resource_kind::group) {
    flags f;
    for (auto m : s_.units[a.unit].children) {
      auto mine = find_action(p_, m, what, n);
      if (mine.valid()) {
        if (!p_.actions[mine].optional) f.optional = false;
        if (!p_.actions[mine].runnable && what != a.what) f.runnable = false;
      } else if (what != task::stop && what != task::demote) {
        f.runnable = false;
      }
    }
    return {f.optional && (n.valid() || a.optional), f.runnable && a.runnable};
  }
  bool optional = n.valid() || a.optional, any_runnable = false, any = false;
  for (auto c : members(a.unit, what)) {
    // An instance that is a group is complete when its own mark says so: that of its beginning can always run.
    auto mine = find_action(p_, c, s_.units[c].kind == resource_kind::group ? a.what : what, n);
    if (!mine.valid()) continue;
    any = true;
    auto f = of(mine, n);
    if (!f.optional) optional = false;
    if (f.runnable) any_runnable = true;
  }
  return {optional, any && any_runnable}; // whatever became of the mark itself
}

std::vector<unit_id> marks::members(unit_id u, task what) const {
  if (s_.units[u].kind != resource_kind::bundle) return s_.units[u].children;
  bool inside = what == task::promote || what == task::demote;
  std::vector<unit_id> list;
  for (auto& r : s_.replicas)
    if (r.bundle == u && (!inside || r.inner.valid())) list.push_back(inside ? r.inner : r.container);
  return list;
}

bool marks::is_clone_mark(action_id id) const {
  auto& a = p_.actions[id];
  return a.unit.valid() && s_.units[a.unit].kind == resource_kind::clone;
}

} // namespace troupe::scheduler
