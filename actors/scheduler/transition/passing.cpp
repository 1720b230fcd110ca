#include "actors/scheduler/transition/passing.hpp"

#include <algorithm>

namespace troupe::scheduler {

passing::passing(const input& in, const cluster_state& s, const plan& p)
  : s_(s)
  , p_(p)
  , marks_(s, p)
  , waited_for_(s.units.size(), false) {
  for (auto& o : in.orders) {
    auto first = s.unit_of[o.first];
    if (!first.valid() || o.first_task != task::start) continue;
    waited_for_[first.at()] = true;
    if (o.minimum > 0)
      for (auto i : s.units[first].children) waited_for_[i.at()] = true;
  }
}

marks::flags passing::of(action_id mark) const {
  auto& a = p_.actions[mark];
  auto f = of_members(mark);
  bool begins = s_.units[a.unit].kind == resource_kind::group && begun(a.what) == a.what;
  return {f.optional && a.optional, a.runnable && (begins || f.runnable)};
}

marks::flags passing::of(unit_id collective, task mark) const {
  auto what = begun(mark);
  bool group = s_.units[collective].kind == resource_kind::group;
  bool optional = true, any = false, all = true;
  for (auto u : marks_.members(collective, what)) {
    auto m = part_of(u, s_.units[u].kind == resource_kind::primitive ? what : mark);
    if (m.there && !m.is.optional) optional = false;
    if (m.there && m.is.runnable) any = true;
    if (m.there ? mark != what && !m.is.runnable : what != task::stop && what != task::demote) all = false;
  }
  return {optional, group ? all : any};
}

passing::member passing::part_of(unit_id u, task what) const {
  if (s_.units[u].kind != resource_kind::primitive) return {true, of(u, what)};
  auto id = find_action(p_, u, what);
  if (id.valid()) return {true, {p_.actions[id].optional, p_.actions[id].runnable}};
  if (what == task::start && restarts_nowhere(u)) return {true, {false, false}};
  return {};
}

// Its start is waited for, so it is missed: to stop it asks for one that cannot be.
bool passing::restarts_nowhere(unit_id u) const {
  if (!waited_for_[u.at()]) return false;
  auto stop = find_action(p_, u, task::stop);
  return stop.valid() && !p_.actions[stop].optional;
}

} // namespace troupe::scheduler
