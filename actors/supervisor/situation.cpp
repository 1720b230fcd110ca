#include "actors/supervisor/situation.hpp"

#include <algorithm>

namespace troupe::supervisor {

using cluster::holder_key;
using command::cell;
using config::action;
using config::role;

const command::placement* situation::place(const resource_name& r, const node_name& n) const {
  auto* found = s_.find(cluster::assignment_key{r});
  if (!found || !cluster::standing_of(s_, r)) return nullptr;
  for (auto& p : found->value.places)
    if (p.node == n) return &p;
  return nullptr;
}

const std::vector<command::placement>& situation::places(const resource_name& r) const {
  static const std::vector<command::placement> nowhere;
  auto* found = s_.find(cluster::assignment_key{r});
  return found ? found->value.places : nowhere;
}

const cluster::holder* situation::holder(const resource_name& r, const node_name& n) const {
  auto* m = cluster::member_of(s_, n);
  auto* found = m ? s_.find(holder_key{r, 0, n, m->boot}) : nullptr;
  return found ? &found->value : nullptr;
}

std::vector<node_name> situation::held_on(const resource_name& r) const {
  std::vector<node_name> out;
  cluster::for_each_holder_of(s_, r, [&](const holder_key& key, const cluster::holder&) {
    if (out.empty() || out.back() != key.node) out.push_back(key.node);
  });
  return out;
}

bool situation::managed(const resource_name& r, const node_name& n) const {
  return !cluster::left_alone(s_, r, n, known_.group_of(r));
}

bool situation::undecided(const resource_name& r) const {
  return cluster::standing_of(s_, r) && !s_.find(cluster::assignment_key{r});
}

bool situation::outdated(const resource_name& r, const cluster::holder& h) const {
  auto* configured = cluster::standing_of(s_, r);
  if (!configured || configured->defined_at == h.definition) return false;
  auto* then = s_.find(cluster::definition_key{r, h.definition});
  auto* now = s_.find(cluster::definition_key{r, configured->defined_at});
  return then && now && (then->value.agent != now->value.agent || then->value.params != now->value.params);
}

std::uint32_t situation::failures(const resource_name& r, const node_name& n) const {
  auto* found = s_.find(cluster::failure_key{r, n});
  return found ? found->value.count : 0;
}

// --- staying ---

namespace {

// It comes after a stop or demotion of the other one, which keeps nothing up and hangs on nobody's start.
bool waits_for_going(const edge& e) {
  return e.first_action == action::stop || e.first_action == action::demote;
}
bool supports(const edge& e) {
  return e.mandatory && e.symmetrical && e.then_action == action::start;
}

} // namespace

bool situation::stays(const resource_name& r, const node_name& n) {
  auto begin = [this](const cell& at, auto ask) { return begin_staying(at, ask); };
  auto judge = [this](const cell& at) { return !lost_support(at.resource, at.node); };
  return stays_.of({r, 0, n}, begin, judge).value_or(true); // a circle must not hold anybody up
}

template <class Ask>
std::optional<bool> situation::begin_staying(const cell& at, Ask ask) {
  auto& [r, ordinal, n] = at;
  auto* h = holder(r, n);
  auto* m = cluster::member_of(s_, n);
  if (!h || !m) return false;
  auto* up = std::get_if<cluster::running>(&h->now);
  if (!cluster::is_present(*m) || !up || !up->healthy) return false;
  if (h->open && (h->open->action == action::stop || h->open->action == action::demote)) return false;
  if (!managed(r, n) || undecided(r)) return true; // nobody touches it
  if (!place(r, n) || outdated(r, *h)) return false;
  for (auto& e : known_.predecessors(r)) {
    if (!supports(e) || waits_for_going(e)) continue;
    if (e.same_node)
      ask({e.other, 0, n});
    else
      for (auto& each : held_on(e.other)) ask({e.other, 0, each});
  }
  return std::nullopt;
}

const edge* situation::lost_support(const resource_name& r, const node_name& n) {
  for (auto& e : known_.predecessors(r))
    if (supports(e) && !keeps_up(e, n)) return &e;
  return nullptr;
}

bool situation::up(const edge& e, const node_name& n) {
  auto* h = holder(e.other, n);
  if (!h || !stays(e.other, n)) return false;
  return e.first_action != action::promote || (h->role == role::promoted && !h->open);
}

bool situation::surely_up(const edge& e, const node_name& n) {
  return up(e, n) && !cluster::not_inventoried(s_, e.other, n);
}

bool situation::keeps_up(const edge& e, const node_name& n) {
  if (waits_for_going(e)) return true;
  if (e.same_node) return up(e, n);
  auto on = held_on(e.other);
  return std::any_of(on.begin(), on.end(), [&](auto& each) { return up(e, each); });
}

bool situation::comes_up(const edge& e, const node_name& n) {
  if (waits_for_going(e)) return !going_down(e);
  if (e.same_node) return surely_up(e, n);
  bool any = false;
  for (auto& p : places(e.other)) {
    if (e.first_action == action::promote && p.role != role::promoted) continue;
    bool is_up = surely_up(e, p.node);
    any |= is_up;
    if (is_up || failures(e.other, p.node) > 0 || !cluster::acting_session(s_, p.node)) continue;
    return false; // this one was not tried in vain
  }
  auto on = held_on(e.other);
  return any || std::any_of(on.begin(), on.end(), [&](auto& each) { return surely_up(e, each); });
}

bool situation::going_down(const edge& e) {
  for (auto& n : held_on(e.other)) {
    auto* h = holder(e.other, n);
    if (!h || !managed(e.other, n)) continue;
    if (e.first_action == action::stop && !stays(e.other, n)) return true;
    auto* p = place(e.other, n);
    bool wanted = p && p->role == role::promoted;
    if (e.first_action == action::demote && h->role == role::promoted && !(wanted && stays(e.other, n))) return true;
  }
  return false;
}

// For optional orders: it is starting, or will as soon as anybody gets round to it.
bool situation::on_its_way(const edge& e, const node_name& n) {
  if (waits_for_going(e)) return going_down(e);
  for (auto& p : places(e.other)) {
    if (!concerns(e, p, n)) continue;
    auto* h = holder(e.other, p.node);
    if (h && h->open) return true;
    if (untried(e.other, p.node) && !start_waits(e.other, p.node)) return true;
  }
  return false;
}

bool situation::concerns(const edge& e, const command::placement& p, const node_name& n) const {
  return (!e.same_node || p.node == n) && managed(e.other, p.node);
}

bool situation::untried(const resource_name& r, const node_name& n) const {
  return !holder(r, n) && failures(r, n) == 0;
}

// --- what an act waits for ---

std::optional<wait> situation::node_waits(const cell& at) const {
  auto* m = cluster::member_of(s_, at.node);
  if (!m || cluster::is_lost_or_dead(*m)) return wait{at, hold::unclean, {}, at.node};
  if (!std::holds_alternative<cluster::joined>(m->here)) return wait{at, hold::not_joined, {}, at.node};
  auto* shot = s_.find(cluster::attempt_key{at.node});
  bool open = shot && shot->value.ended == cluster::attempt::end::open;
  if (open) return wait{at, hold::gated, {}, at.node};
  if (s_.now() < m->acts_from) return wait{at, hold::gated, {}, at.node, m->acts_from};
  if (cluster::not_inventoried(s_, at.resource, at.node)) return wait{at, hold::not_probed, {}, at.node};
  return std::nullopt;
}

std::optional<wait> situation::room_waits(const cell& at, bool promoted) const {
  auto* configured = cluster::standing_of(s_, at.resource);
  if (!configured) return std::nullopt;
  auto all = cluster::may_be_active(s_, at.resource);
  auto room = promoted ? all.promoted < configured->may.promoted_max : all.active < configured->may.max;
  if (room) return std::nullopt;
  std::optional<wait> because;
  cluster::for_each_holder_of(s_, at.resource, [&](const holder_key& key, const cluster::holder& h) {
    if (because || key.node == at.node || (promoted && h.role != role::promoted)) return;
    auto* there = cluster::member_of(s_, key.node);
    bool present = there && key.boot == there->boot && !std::holds_alternative<cluster::lost>(there->here);
    because = wait{at, present ? hold::active_elsewhere : hold::unclean, {}, key.node};
  });
  for (auto& [key, found] : s_.all<cluster::inventory_key>()) {
    if (because) break;
    if (key.node == at.node || !cluster::not_inventoried(s_, at.resource, key.node)) continue;
    auto* m = cluster::member_of(s_, key.node);
    bool will_tell = m && std::holds_alternative<cluster::joined>(m->here);
    because = wait{at, will_tell ? hold::not_probed : hold::unclean, {}, key.node};
  }
  return because ? because : wait{at, hold::active_elsewhere, {}, at.node};
}

std::optional<wait> situation::order_waits(const cell& at, action then) {
  for (auto& e : known_.predecessors(at.resource)) {
    if (e.then_action != then) continue;
    bool held = e.mandatory ? !comes_up(e, at.node) : on_its_way(e, at.node);
    if (held) return wait{at, hold::predecessor, e.other, {}};
  }
  return std::nullopt;
}

std::optional<wait> situation::bereft_waits(const cell& at, action first) {
  for (auto& e : known_.successors(at.resource)) {
    if (!e.mandatory || !e.symmetrical || e.first_action != first || e.then_action != action::start) continue;
    for (auto& on : held_on(e.other)) {
      auto* h = holder(e.other, on);
      if (!h || (e.same_node && on != at.node) || !managed(e.other, on) || stays(e.other, on)) continue;
      bool can_stop = !std::holds_alternative<cluster::stop_failed>(h->now) && !node_waits({e.other, 0, on});
      if (can_stop) return wait{at, hold::ordered_stop, e.other, {}};
    }
  }
  return std::nullopt;
}

std::optional<wait> situation::start_waits(const resource_name& r, const node_name& n) {
  auto begin = [this](const cell& at, auto ask) { return begin_starting(at, ask); };
  auto judge = [this](const cell& at) { return order_waits(at, action::start); };
  auto known = starts_.of({r, 0, n}, begin, judge);
  return known ? *known : wait{{r, 0, n}, hold::predecessor, r, {}}; // so that nobody waits for a circle
}

template <class Ask>
std::optional<situation::delay> situation::begin_starting(const cell& at, Ask ask) {
  if (auto w = node_waits(at)) return w;
  if (auto w = room_waits(at, false)) return w;
  for (auto& other : known_.apart(at.resource))
    if (holder(other, at.node)) return wait{at, hold::kept_apart, other, {}};
  if (auto w = bereft_waits(at, action::start)) return w;
  for (auto& e : known_.predecessors(at.resource)) {
    if (e.mandatory || e.then_action != action::start || waits_for_going(e)) continue;
    for (auto& p : places(e.other))
      if (concerns(e, p, at.node) && untried(e.other, p.node)) ask({e.other, 0, p.node});
  }
  return std::nullopt;
}

std::optional<wait> situation::promote_waits(const resource_name& r, const node_name& n) {
  cell at{r, 0, n};
  if (auto w = node_waits(at)) return w;
  if (auto w = room_waits(at, true)) return w;
  if (auto w = bereft_waits(at, action::promote)) return w;
  return order_waits(at, action::promote);
}

std::optional<wait> situation::stop_waits(const resource_name& r, const node_name& n, bool only_demote) {
  cell at{r, 0, n};
  for (auto& e : known_.successors(r)) {
    if (!e.symmetrical || (only_demote && e.first_action != action::promote)) continue;
    bool from_up = e.first_action == action::start || e.first_action == action::promote;
    bool to_up = e.then_action == action::start || e.then_action == action::promote;
    if (!from_up || !to_up) continue;
    auto mine = edge{r, e.first_action, e.then_action, e.mandatory, e.symmetrical, e.same_node};
    auto others = held_on(r);
    bool replaced = !e.same_node &&
                    std::any_of(others.begin(), others.end(), [&](auto& each) { return each != n && up(mine, each); });
    if (replaced) continue;
    for (auto& on : held_on(e.other)) {
      if ((e.same_node && on != n) || !managed(e.other, on)) continue;
      auto* h = holder(e.other, on);
      bool in_the_way = e.then_action == action::start || (h && h->role == role::promoted);
      if (in_the_way && (e.mandatory || !stays(e.other, on))) return wait{at, hold::ordered_stop, e.other, {}};
    }
  }
  return std::nullopt;
}

} // namespace troupe::supervisor
