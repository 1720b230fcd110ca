// Notices: before a clone begins something all its running instances are told, and once more when it is done.
//
// A mark `before` opens the round, `before_done` closes it; the same after it. Told is whoever is there and can hear:
// not who is only starting, before that; not who has stopped, after it; and nobody on a node that is fenced.
#include "actors/scheduler/transition/records.hpp"
#include "actors/scheduler/transition/transition.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

class notifier {
public:
  notifier(const input& in, const outcome& o, task what)
    : in_(in)
    , o_(o)
    , s_(o.state)
    , what_(what) {}

  // Does any instance do it?
  bool happens(unit_id u) const {
    auto& children = s_.units[u].children;
    if (s_.units[u].kind != resource_kind::primitive)
      return std::any_of(children.begin(), children.end(), [&](auto c) { return happens(c); });
    auto& all = o_.steps.of_unit[u.at()];
    return std::any_of(all.begin(), all.end(), [&](auto id) {
      auto& a = o_.steps.actions[id];
      return a.what == what_ && a.node.valid() && !a.optional && a.runnable;
    });
  }

  void tell(unit_id u, bool before, steps& to) const {
    if (s_.units[u].kind == resource_kind::primitive)
      tell_one(u, before, to);
    else
      for (auto c : s_.units[u].children) tell(c, before, to);
  }

private:
  void tell_one(unit_id u, bool before, steps& to) const {
    if (!o_.placement.units[u].managed) return;
    auto& st = s_.now[u];
    if (what_ == task::stop || what_ == task::demote) {
      if (st.now <= role::stopped) return;
      auto* stop = first(u, task::stop);
      bool stays = what_ == task::demote || !stop || stop->optional;
      for (auto n : st.running_on)
        if ((before || stays) && !(stop && stop->pseudo && lost(n))) notify(u, n, to);
    } else {
      auto n = o_.placement.units[u].node;
      if (!n.valid() || next_role(in_, s_, o_.placement, u) == role::stopped) return;
      auto* start = first(u, task::start);
      bool there = what_ == task::promote || !start || start->optional;
      if (!before || there) notify(u, n, to);
    }
  }

  bool lost(node_id n) const { return o_.placement.nodes[n].unclean || s_.nodes[n].requires_reset; }

  const action* first(unit_id u, task what) const {
    auto id = find_action(o_.steps, u, what);
    return id.valid() ? &o_.steps.actions[id] : nullptr;
  }

  void notify(unit_id u, node_id n, steps& to) const {
    if (takes_part(in_, s_, o_.placement, n)) to.push_back({.unit = u, .node = n, .what = task::notify});
  }

  const input& in_;
  const outcome& o_;
  const cluster_state& s_;
  task what_;
};

} // namespace

void add_notices(const input& in, const outcome& o, const passing& m, action_id mark, steps& before, steps& after) {
  auto& a = o.steps.actions[mark];
  auto& unit = o.state.units[a.unit];
  if (unit.kind != resource_kind::clone || !in.resources[unit.what].notify || !o.state.now[a.unit].managed) return;
  auto what = begun(a.what);
  bool begins = what == a.what;
  auto f = begins ? m.of_members(mark) : m.of(mark);
  if (f.optional || !f.runnable) return;
  auto& to = begins ? before : after;
  auto around = [&](step::notice about) {
    to.push_back({.unit = a.unit, .what = a.what, .pseudo = true, .about = about});
  };
  notifier n{in, o, what};
  around(begins ? step::notice::before : step::notice::after);
  if (what == task::stop || n.happens(a.unit)) n.tell(a.unit, begins, to);
  around(begins ? step::notice::before_done : step::notice::after_done);
}

// Who dies with its node is told of no more; the rest is, when it is certain.
void add_fencing_notices(const input& in, const outcome& o, action_id stop, steps& to) {
  auto& a = o.steps.actions[stop];
  auto clone = enclosing_clone(o.state, a.unit);
  if (!clone.valid() || !in.resources[o.state.units[clone].what].notify) return;
  to.push_back({.unit = a.unit, .what = task::stop, .pseudo = true, .about = step::notice::after});
  to.push_back({.unit = a.unit, .what = task::stop, .pseudo = true, .about = step::notice::fenced_done});
}

} // namespace troupe::scheduler
