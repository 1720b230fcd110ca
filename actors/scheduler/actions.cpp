// Every action that may be needed to bring each unit from its present place and role to the chosen ones.
#include "actors/scheduler/planner.hpp"
#include "actors/scheduler/transition/probes.hpp"

#include <algorithm>

namespace troupe::scheduler {

planner::planner(const input& in, const cluster_state& s, const assignment& a)
  : in_(in)
  , s_(s)
  , a_(a)
  , fence_reason_(in.nodes.size())
  , to_fence_(in.nodes.size(), false)
  , guest_reset_(in.nodes.size(), false)
  , unfencing_(std::any_of(in.resources.begin(), in.resources.end(), [](auto& r) { return r.unfences; })) {
  plan_.of_unit.resize(s.units.size());
  for (auto& r : in.resources) {
    auto n = r.needs;
    if (r.kind != resource_kind::primitive)
      n = requirement::nothing;
    else if (n == requirement::unset && (r.fence_device || r.remote_connection))
      n = requirement::quorum;
    else if (n == requirement::unset)
      n = in.settings.fencing ? (unfencing_ ? requirement::unfencing : requirement::fencing)
          : in.settings.without_quorum == no_quorum::ignore ? requirement::nothing
                                                            : requirement::quorum;
    needs_.push_back(n);
  }
  for (auto& op : s.operations)
    if (op.interval_ms <= 0 && op.params != definition::same) {
      auto& worst = changed_[{op.what, op.where}];
      worst = std::max(worst, op.params);
    }
  for (auto n : ids_of(s.nodes)) {
    to_fence_[n.at()] = s.nodes[n].to_fence && a.nodes[n].unclean;
    guest_reset_[n.at()] = in.nodes[n].kind == node_kind::guest && s.nodes[n].requires_reset;
    fence_reason_[n.at()] = s.nodes[n].fence_reason;
  }
}

plan planner::run() {
  for (auto u : s_.top) make_unit(u);
  for (auto u : s_.top) order_primitives(u);
  for (auto u : s_.top) order_internally(u);
  for (auto& o : in_.orders) order_constraint(o);
  for (auto& o : in_.any_of_orders) order_any_of(o);
  order_remote();
  fence_nodes();
  unfence_nodes();
  order_shutdowns();
  return std::move(plan_);
}

plan make_plan(const input& in, const cluster_state& s, const assignment& a) {
  auto p = planner{in, s, a}.run();
  propagate(in, s, a, p);
  return p;
}

action_id find_action(const plan& p, unit_id u, task what, node_id n) {
  for (auto id : p.of_unit[u.at()]) {
    auto& a = p.actions[id];
    if (a.what == what && a.interval_ms == 0 && (!n.valid() || !a.node.valid() || a.node == n)) return id;
  }
  return {};
}

// An existing action is used again; asking for it as required makes it required.
action_id planner::make(unit_id u, task what, node_id n, bool optional) {
  for (auto id : plan_.of_unit[u.at()]) {
    auto& a = plan_.actions[id];
    if (a.what != what || a.node != n) continue;
    if (!optional && a_.units[u].managed) a.optional = false;
    return id;
  }
  action a{.unit = u, .node = n, .what = what, .optional = optional || !a_.units[u].managed, .reason = {}};
  if (what == task::start || what == task::promote) a.needs = needs_[s_.units[u].what.at()];
  judge_runnable(a);
  auto id = plan_.actions.add(std::move(a));
  plan_.of_unit[u.at()].push_back(id);
  return id;
}

void planner::judge_runnable(action& a) {
  if (!a.node.valid()) {
    a.runnable = false;
    return;
  }
  auto& node = a_.nodes[a.node];
  bool guest = in_.nodes[a.node].kind == node_kind::guest;
  if (!node.online && (!guest || s_.nodes[a.node].requires_reset)) {
    a.runnable = false;
    a.reason = "node offline";
    if (a.what == task::stop && !node.unclean && a_.units[a.unit].managed && !guest)
      want_fence(a.node, "resource actions are unrunnable");
    return;
  }
  if (s_.nodes[a.node].pending) {
    a.runnable = false;
    return;
  }
  if (a.what == task::start && unprobed(a.unit)) {
    a.runnable = false;
    return;
  }
  if (a.needs == requirement::nothing && guest && !can_fence(in_, s_, a.node)) {
    a.runnable = false; // what needs no fencing needs it after all: it may never come to an end where it is
    a.reason = "node's host cannot be fenced";
    return;
  }
  if (a.needs == requirement::nothing || in_.settings.quorate) return;
  auto policy = in_.settings.without_quorum;
  auto now = s_.now[a.unit].now;
  if (policy == no_quorum::demote) policy = now >= role::unpromoted ? no_quorum::ignore : no_quorum::stop;
  bool raises = s_.now[a.unit].running_on.empty() || a_.units[a.unit].next > now;
  if (policy == no_quorum::stop || policy == no_quorum::suicide || (policy == no_quorum::freeze && raises)) {
    a.runnable = false;
    a.reason = policy == no_quorum::freeze ? "quorum freeze" : "no quorum";
  }
}

// A start waits for the probes on all nodes, unless it, or another instance, is active. A joining node has none yet.
bool planner::unprobed(unit_id u) const {
  auto clone = enclosing_clone(s_, u);
  bool active = !s_.now[clone.valid() ? clone : u].running_on.empty();
  if (active || s_.now[u].orphan || !in_.settings.startup_probes) return false;
  for (auto n : ids_of(in_.nodes))
    if (s_.nodes[n].pending && in_.nodes[n].kind == node_kind::cluster && probe_due(u, n)) return true;
  return false;
}

bool planner::probe_due(unit_id u, node_id n) const {
  return scheduler::probe_due(in_, s_, a_, u, n);
}

void planner::make_unit(unit_id u) {
  if (s_.units[u].kind == resource_kind::primitive) {
    make_primitive(u);
    return;
  }
  for (auto c : s_.units[u].children) make_unit(c);
  if (s_.units[u].kind == resource_kind::group)
    make_group_marks(u);
  else
    make_clone_marks(u);
}

bool planner::may_migrate(unit_id u, node_id from, node_id to) const {
  auto& st = s_.now[u];
  return st.may_migrate && a_.units[u].managed && !st.failed && !st.start_pending && st.dangling.empty() &&
         from.valid() && to.valid() && from != to && !a_.nodes[from].unclean && !a_.nodes[to].unclean;
}

definition planner::definition_of(unit_id u, node_id n) const {
  auto at = changed_.find({u, n});
  return at == changed_.end() ? definition::same : at->second;
}

void planner::make_primitive(unit_id u) {
  auto& st = s_.now[u];
  auto& chosen = a_.units[u];
  auto& r = in_.resources[s_.units[u].what];
  auto next = chosen.next != role::unknown ? chosen.next : chosen.node.valid() ? role::started : role::stopped;
  auto now = st.now == role::unknown ? role::stopped : st.now;
  if (next == role::started && now == role::unpromoted && in_promotable(in_, s_, u)) next = role::unpromoted;
  node_id current = current_node(in_, s_, u);
  bool migrates = may_migrate(u, current, chosen.node);
  if (chosen.managed)
    for (auto n : st.dangling) require(make(u, task::stop, n, false));
  for (auto n : st.forced_stops)
    if (n.valid() && std::find(st.running_on.begin(), st.running_on.end(), n) == st.running_on.end())
      make(u, task::stop, n, false);
  bool continues = st.running_on.size() == 2 && st.migration_source.valid() && st.migration_target == chosen.node &&
                   std::find(st.running_on.begin(), st.running_on.end(), st.migration_source) != st.running_on.end();
  bool need_stop = false, need_promote = false;
  if (continues) {
    current = st.migration_source;
    migrates = may_migrate(u, current, chosen.node);
  } else {
    std::size_t active = st.running_on.size();
    if (needs_[s_.units[u].what.at()] < requirement::fencing)
      active = static_cast<std::size_t>(std::count_if(st.running_on.begin(), st.running_on.end(), [&](auto n) {
        return a_.nodes[n].online && !a_.nodes[n].unclean; // a connection that comes up counts
      }));
    if (active > 1) {
      need_stop = r.on_multiple != multiple_active::stop_unexpected ||
                  std::find(st.running_on.begin(), st.running_on.end(), chosen.node) == st.running_on.end();
      migrates = false;
      if (r.on_multiple == multiple_active::stop_unexpected)
        for (auto n : st.running_on)
          if (n != chosen.node) make(u, task::stop, n, false);
    }
    if (st.migration_source.valid()) migrates = false;
  }
  bool moves = current.valid() && chosen.node.valid() && current != chosen.node && next > role::stopped;
  if (!continues && st.running_on.size() > 1 && r.on_multiple == multiple_active::stop_unexpected) moves = need_stop;
  if (moves) {
    need_stop = true;
  } else if (st.failed) {
    if (st.must_stop)
      need_stop = true;
    else if (next == role::promoted)
      need_promote = true;
  } else if (st.blocked) {
    need_stop = true;
  }
  for (auto n : st.forced_stops)
    if (!n.valid() && current.valid()) need_stop = true;
  bool reload = false;
  if (!need_stop && current.valid() && chosen.managed && !st.orphan) {
    auto changed = definition_of(u, current);
    if (changed == definition::changed || (changed == definition::reloadable && st.start_pending)) {
      need_stop = true;
      auto id = make(u, task::stop, current, false);
      plan_.actions[id].reason = "resource definition change";
    } else if (changed == definition::reloadable) {
      reload = true;
    }
  }
  // Down and up again to the present role: optional, unless something asks for a restart.
  bring_down(u, now, role::stopped, !need_stop);
  if (now > next && next > role::stopped && !st.blocked)
    bring_up(u, role::stopped, next, chosen.node, !need_stop, false);
  if (now <= next && !st.blocked) bring_up(u, role::stopped, now, chosen.node, !need_stop, need_promote);
  // From the present role to the next one. To be nothing but started again, once it had a role, takes a restart.
  if (next == role::started && next < now) {
    bring_down(u, now, role::stopped, false);
    if (!st.blocked) bring_up(u, role::stopped, next, chosen.node, false, false);
  } else if (next < now)
    bring_down(u, now, next, false);
  else if (next > now)
    bring_up(u, now, next, chosen.node, false, false);
  if (st.start_pending && chosen.node.valid() && next > role::stopped)
    if (auto id = find_action(plan_, u, task::start, chosen.node); id.valid()) plan_.actions[id].always = true;
  if (st.must_demote)
    for (auto n : st.running_on) make(u, task::demote, n, false);
  if (migrates) make_migration(u, current, chosen.node);
  if (reload) plan_.reloads.push_back(u);
}

void planner::stop(unit_id u, bool optional) {
  auto& st = s_.now[u];
  auto& chosen = a_.units[u];
  auto& r = in_.resources[s_.units[u].what];
  for (auto n : st.running_on) {
    bool unexpected_only = st.running_on.size() > 1 && r.on_multiple == multiple_active::stop_unexpected;
    if (unexpected_only && n == chosen.node) continue;
    if (st.migration_target.valid() && st.migration_target == n && st.migration_target == chosen.node)
      continue; // it is arriving there
    auto id = make(u, task::stop, n, optional);
    if (!chosen.managed) plan_.actions[id].runnable = false;
  }
}

void planner::demote(unit_id u, bool optional) {
  for (auto n : s_.now[u].running_on) make(u, task::demote, n, optional);
}

void planner::promote(unit_id u, node_id n, bool optional) {
  auto id = make(u, task::promote, n, optional);
  auto start = find_action(plan_, u, task::start, n);
  if (start.valid() && !plan_.actions[start].runnable) plan_.actions[id].runnable = false;
}

void planner::bring_down(unit_id u, role from, role to, bool optional) {
  if (from == role::promoted && to < role::promoted) {
    demote(u, optional);
    from = role::unpromoted;
  }
  if (from > role::stopped && to == role::stopped) stop(u, optional);
}

void planner::bring_up(unit_id u, role from, role to, node_id n, bool optional, bool need_promote) {
  if (from == role::stopped && to > role::stopped) {
    auto start = make(u, task::start, n, true);
    if (!optional && plan_.actions[start].runnable) make(u, task::start, n, false); // else nobody asks for it
  }
  if (to == role::promoted && from != role::promoted) promote(u, n, optional && !need_promote);
}

void planner::make_migration(unit_id u, node_id from, node_id to) {
  auto start = find_action(plan_, u, task::start, to), stopping = find_action(plan_, u, task::stop, from);
  if (!start.valid() || !stopping.valid()) return;
  bool partial = s_.now[u].migration_target.valid();
  action_id depart;
  if (!partial) depart = make(u, task::migrate_to, from, true);
  auto arrive = make(u, task::migrate_from, to, true);
  if (!plan_.actions[arrive].runnable || (depart.valid() && !plan_.actions[depart].runnable)) return;
  plan_.actions[start].migratable = plan_.actions[stopping].migratable = true;
  plan_.actions[arrive].needs = plan_.actions[start].needs;
  plan_.actions[arrive].migratable = true;
  require(arrive);
  if (depart.valid()) {
    plan_.actions[depart].migratable = true;
    require(depart);
    order(depart, arrive, implies_first_migratable);
  }
  order(arrive, stopping, implies_first_migratable);
  order(arrive, start, implies_first_migratable | pseudo_left);
}

action_id planner::mark(unit_id u, task what, bool optional, bool runnable) {
  action a{
      .unit = u, .node = {}, .what = what, .optional = optional, .runnable = runnable, .pseudo = true, .reason = {}};
  auto id = plan_.actions.add(std::move(a));
  plan_.of_unit[u.at()].push_back(id);
  return id;
}

void planner::make_group_marks(unit_id u) {
  for (auto t : {task::start, task::started, task::stop, task::stopped}) mark(u, t, true, true);
  if (in_promotable(in_, s_, u))
    for (auto t : {task::demote, task::demoted, task::promote, task::promoted}) mark(u, t, true, true);
}

void planner::look_into(unit_id u, activity& found) const {
  for (auto c : s_.units[u].children) look_into(c, found);
  if (s_.units[u].kind != resource_kind::primitive) return;
  found.active = found.active || !s_.now[u].running_on.empty();
  found.promoted = found.promoted || s_.now[u].now == role::promoted;
  for (auto id : plan_.of_unit[u.at()]) {
    auto& a = plan_.actions[id];
    if (a.optional && !(a.what == task::start && a.migratable)) continue;
    if (a.what == task::start && a.runnable) found.starting = true;
    if (a.what == task::stop) found.stopping = true;
    if (a.what == task::promote && a.runnable) found.promoting = true;
    if (a.what == task::demote && a.runnable) found.demoting = true;
  }
}

void planner::make_clone_marks(unit_id u) {
  activity found;
  look_into(u, found);
  mark(u, task::start, !found.starting, true);
  mark(u, task::started, !found.starting, found.active || found.starting);
  mark(u, task::stop, !found.stopping, true);
  mark(u, task::stopped, !found.stopping, true);
  bool promotable = in_.resources[s_.units[u].what].promotable;
  for (auto c : s_.units[u].children) promotable = promotable || in_.resources[s_.units[c].what].promotable;
  if (!promotable) return;
  mark(u, task::promote, !found.promoting, true);
  mark(u, task::promoted, !found.promoting, found.promoting || found.promoted);
  mark(u, task::demote, !found.demoting, true);
  mark(u, task::demoted, !found.demoting, true);
}

} // namespace troupe::scheduler
