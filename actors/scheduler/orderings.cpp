// What must come before what: inside of each unit, and by the order constraints.
#include "actors/scheduler/planner.hpp"

#include <algorithm>

namespace troupe::scheduler {

void planner::order(action_id before, action_id after, std::uint32_t flags, constraint_id origin) {
  if (!before.valid() || !after.valid() || before == after) return;
  plan_.edges.push_back({before, after, flags, origin});
}

std::vector<action_id> planner::actions_of(unit_id u, task what) const {
  std::vector<action_id> list;
  for (auto id : plan_.of_unit[u.at()])
    if (plan_.actions[id].what == what) list.push_back(id);
  return list;
}

namespace {

task completed(task t) {
  switch (t) {
  case task::start: return task::started;
  case task::stop: return task::stopped;
  case task::promote: return task::promoted;
  case task::demote: return task::demoted;
  default: return t;
  }
}

} // namespace

// All actions of that kind on both sides. Of several constraints on the same two actions the first counts. With
// `missing_blocks`, what will not happen although it could counts as unable to run.
void planner::order(unit_id first, task first_task, unit_id then, task then_task, std::uint32_t flags,
                    constraint_id origin, bool missing_blocks) {
  auto before = actions_of(first, first_task);
  // A collective lacks no mark but that of a promotion, if it is not promotable.
  bool can_lack = s_.units[first].kind == resource_kind::primitive || first_task == task::promoted;
  if (before.empty() && missing_blocks && can_lack) {
    auto now = present_role(s_, first);
    bool moot =
        (first_task == task::stop && now <= role::stopped) || (first_task == task::demote && now != role::promoted);
    // What is demoted, say, stays active and needs no start; what is blocked would need one and gets none.
    bool stays = first_task == task::start && now > role::stopped && a_.units[first].node.valid() &&
                 a_.units[first].next != role::stopped && !s_.now[first].blocked;
    if (!moot && !stays) {
      action a{.unit = first, .node = {}, .what = first_task, .optional = true, .runnable = false, .reason = {}};
      auto id = plan_.actions.add(std::move(a));
      plan_.of_unit[first.at()].push_back(id);
      before.push_back(id);
    }
  }
  auto after = actions_of(then, then_task);
  for (auto b : before)
    for (auto a : after)
      if (!origin.valid() || constrained_.emplace(b, a).second) order(b, a, flags, origin);
}

void planner::order_primitives(unit_id u) {
  if (s_.units[u].kind == resource_kind::primitive) order_primitive(u);
  for (auto c : s_.units[u].children) order_primitives(c);
}

void planner::order_internally(unit_id u) {
  switch (s_.units[u].kind) {
  case resource_kind::primitive: return;
  case resource_kind::group: order_group(u); break;
  case resource_kind::clone: order_clone(u); break;
  case resource_kind::bundle: order_bundle(u); break;
  }
  for (auto c : s_.units[u].children) order_internally(c);
}

void planner::order_primitive(unit_id u) {
  auto& left_behind = s_.now[u].dangling;
  for (auto stop : actions_of(u, task::stop)) { // what a migration left behind is no restart
    bool dangles = std::find(left_behind.begin(), left_behind.end(), plan_.actions[stop].node) != left_behind.end();
    for (auto start : actions_of(u, task::start))
      order(stop, start, dangles ? std::uint32_t{sequence} : restart | implies_then);
  }
  order(u, task::demote, u, task::stop, promoted_implies_first);
  order(u, task::start, u, task::promote, runnable_left);
  order(u, task::demote, u, task::promote, sequence);
  auto container = in_.resources[s_.units[u].what].container;
  if (container.valid() && !confined_to(in_, s_.units[u].what).valid()) {
    auto c = s_.unit_of[container];
    order(c, task::start, u, task::start, implies_then | runnable_left, {}, true);
    order(u, task::stop, c, task::stop, holds_up);
  }
}

void planner::order_group(unit_id u) {
  bool promotable = in_promotable(in_, s_, u);
  bool in_order = in_.resources[s_.units[u].what].members_in_order;
  order(u, task::stopped, u, task::start, sequence);
  order(u, task::start, u, task::started, runnable_left);
  order(u, task::stop, u, task::stopped, runnable_left);
  if (promotable) {
    order(u, task::demote, u, task::demoted, runnable_left);
    order(u, task::promote, u, task::promoted, runnable_left);
    order(u, task::demoted, u, task::stop, sequence);
    order(u, task::started, u, task::promote, runnable_left);
  }
  unit_id last;
  for (auto m : s_.units[u].children) {
    order(u, task::stop, m, task::stop, sequence);
    order(m, task::stop, u, task::stopped, sequence);
    order(u, task::start, m, task::start, in_order ? std::uint32_t{sequence} : std::uint32_t{runnable_left});
    order(m, task::start, u, task::started, implies_then | runnable_left, {}, true);
    if (promotable) {
      order(u, task::demote, m, task::demote, sequence);
      order(m, task::demote, u, task::demoted, sequence);
      order(u, task::promote, m, task::promote, sequence);
      order(m, task::promote, u, task::promoted, implies_then | runnable_left);
    }
    if (last.valid() && in_order) {
      order(last, task::start, m, task::start, implies_then | runnable_left, {}, true);
      order(m, task::stop, last, task::stop, restart);
      if (promotable) {
        order(last, task::promote, m, task::promote, implies_then | runnable_left, {}, false);
        order(m, task::demote, last, task::demote, sequence);
      }
    }
    last = m;
  }
}

void planner::order_clone(unit_id u) {
  auto& r = in_.resources[s_.units[u].what];
  order(u, task::stopped, u, task::start, sequence);
  order(u, task::start, u, task::started, runnable_left);
  order(u, task::stop, u, task::stopped, runnable_left);
  if (r.promotable) {
    order(u, task::demoted, u, task::stop, sequence);
    order(u, task::started, u, task::promote, runnable_left);
    order(u, task::promote, u, task::promoted, runnable_left);
    order(u, task::demote, u, task::demoted, runnable_left);
    order(u, task::demoted, u, task::start, sequence);
    order(u, task::demoted, u, task::promote, sequence);
    order(u, task::stopped, u, task::promote, sequence);
  }
  unit_id last;
  for (auto c : s_.units[u].children) {
    order(u, task::start, c, task::start, sequence);
    order(c, task::start, u, task::started, sequence);
    order(u, task::stop, c, task::stop, sequence);
    order(c, task::stop, u, task::stopped, sequence);
    if (r.promotable) {
      order(u, task::promote, c, task::promote, sequence);
      order(c, task::promote, u, task::promoted, sequence, {}, true); // for what waits for this instance only
      order(u, task::demote, c, task::demote, sequence);
      order(c, task::demote, u, task::demoted, sequence);
    }
    if (r.ordered && last.valid()) {
      order(last, task::start, c, task::start, sequence);
      order(c, task::stop, last, task::stop, sequence);
    }
    last = c;
  }
}

void planner::order_bundle(unit_id u) {
  order(u, task::stopped, u, task::start, sequence);
  order(u, task::start, u, task::started, runnable_left);
  order(u, task::stop, u, task::stopped, runnable_left);
  unit_id clone;
  for (auto& r : s_.replicas) {
    if (r.bundle != u) continue;
    if (r.inner.valid()) clone = s_.units[r.inner].parent;
    order(u, task::start, r.container, task::start, runnable_left);
    order(r.container, task::start, u, task::started, sequence);
    order(u, task::stop, r.container, task::stop, sequence);
    order(r.container, task::stop, u, task::stopped, sequence);
    if (r.ip.valid()) {
      order(r.ip, task::start, r.container, task::start, runnable_left, {}, true);
      order(r.container, task::stop, r.ip, task::stop, holds_up);
    }
  }
  if (!clone.valid()) return;
  order(u, task::start, clone, task::start, sequence);
  order(u, task::stop, clone, task::stop, sequence);
  order(clone, task::started, u, task::started, sequence);
  order(clone, task::stopped, u, task::stopped, sequence);
  if (in_.resources[s_.units[clone].what].promotable) {
    order(u, task::promote, clone, task::promote, sequence);
    order(clone, task::promoted, u, task::promoted, sequence);
    order(u, task::demote, clone, task::demote, sequence);
    order(clone, task::demoted, u, task::demoted, sequence);
  }
}

void planner::order_constraint(const struct order& o) {
  auto first = s_.unit_of[o.first], then = s_.unit_of[o.then];
  if (!first.valid() || !then.valid() || first == then) return;
  auto done = [&](unit_id u, task t) { return s_.units[u].kind == resource_kind::primitive ? t : completed(t); };
  std::uint32_t flags = sequence;
  if (o.kind == order_kind::optional && in_.resources[o.then].restarts_with_optional) flags = implies_then;
  if (o.kind == order_kind::mandatory) {
    if (o.directed)
      flags = asymmetrical;
    else
      flags = implies_then |
              (o.first_task == task::start || o.first_task == task::promote ? std::uint32_t{runnable_left} : 0u);
  }
  if (o.minimum > 0) {
    // A mark between: it can run once enough instances can, and what comes after it needs that, of whichever kind the
    // order is and whatever else it says.
    auto between = mark(first, task::one_or_more, true, true);
    plan_.actions[between].needed_before = o.minimum;
    plan_.actions[between].origin = o.origin;
    for (auto c : s_.units[first].children)
      for (auto b : actions_of(c, o.first_task)) order(b, between, one_or_more, o.origin);
    for (auto a : actions_of(then, o.then_task)) order(between, a, runnable_left, o.origin);
  } else {
    order(first, done(first, o.first_task), then, o.then_task, flags, o.origin, true);
  }
  if (!o.symmetrical) return;
  bool holds = o.kind == order_kind::mandatory && o.minimum == 0;
  order_back(then, inverse_of(o.then_task), first, inverse_of(o.first_task), holds, o.origin);
}

// The way down is the way up, backwards.
void planner::order_back(unit_id then, task then_task, unit_id first, task first_task, bool holds,
                         constraint_id origin) {
  auto over = s_.units[then].kind == resource_kind::primitive ? then_task : completed(then_task);
  order(then, over, first, first_task, holds ? std::uint32_t{holds_up} : std::uint32_t{sequence}, origin);
}

void planner::order_any_of(const any_of_order& o) {
  if (o.any.empty()) return;
  auto owner = s_.unit_of[o.any.front()];
  auto between = mark(owner, task::one_or_more, true, true);
  plan_.actions[between].needed_before = 1;
  plan_.actions[between].origin = o.set;
  auto done = [&](unit_id u, task t) { return s_.units[u].kind == resource_kind::primitive ? t : completed(t); };
  for (auto r : o.any) {
    auto u = s_.unit_of[r];
    if (!u.valid()) continue;
    for (auto b : actions_of(u, done(u, o.any_task))) order(b, between, one_or_more, o.origin);
  }
  for (auto r : o.then) {
    auto u = s_.unit_of[r];
    if (!u.valid()) continue;
    for (auto a : actions_of(u, o.then_task)) order(between, a, runnable_left, o.origin);
  }
  if (!o.symmetrical) return;
  for (auto t : o.then) // any of them may be the one that holds it up
    for (auto f : o.any)
      if (auto then = s_.unit_of[t], first = s_.unit_of[f]; then.valid() && first.valid() && then != first)
        order_back(then, inverse_of(o.then_task), first, inverse_of(o.any_task), o.mandatory, o.origin);
}

} // namespace troupe::scheduler
