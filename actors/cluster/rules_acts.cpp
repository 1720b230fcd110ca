// Acts: [K1] no instance starts beyond its max, [K2] none is promoted beyond its, [K3] one open act per instance and
// node, which no deadline frees, [K4] only for a joined session, past the gate, of what was inventoried there, [K5] only
// while everything its planner relied on still holds.
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"

#include <algorithm>

namespace troupe::cluster::rules {

namespace {

// The holder of this cell on the node's present boot, or nullptr.
const holder* present_holder(const state& s, const command::cell& at) {
  auto* m = member_of(s, at.node);
  auto* found = m ? s.find(holder_key{at.resource, at.ordinal, at.node, m->boot}) : nullptr;
  return found ? &found->value : nullptr;
}

refusal check_target(const state& s, const command::act& c) {
  auto* m = member_of(s, c.at.node);
  if (!m) return refusal::unknown_node;
  if (!std::holds_alternative<joined>(m->here)) return refusal::not_joined;
  if (m->session != c.session) return refusal::stale_session;
  auto* attempt = s.find(attempt_key{c.at.node});
  if (attempt && attempt->value.ended == attempt::end::open) return refusal::gated;
  if (s.now() < m->acts_from) return refusal::gated;
  return not_inventoried(s, c.at.resource, c.at.node) ? refusal::not_inventoried : refusal::none;
}

refusal check_start(const state& s, const command::act& c, const holder* here) {
  auto* configured = standing_of(s, c.at.resource);
  if (!configured) return refusal::unknown_resource;
  if (here) return refusal::wrong_phase;
  auto& may = configured->may;
  if (may_be_active_on(s, c.at.resource, c.at.node).active >= may.node_max) return refusal::would_run_twice;
  if (may_be_active(s, c.at.resource).active >= may.max) return refusal::would_run_twice;
  return refusal::none;
}

refusal check_promote(const state& s, const command::act& c, const holder* here) {
  auto* configured = standing_of(s, c.at.resource);
  if (!configured) return refusal::unknown_resource;
  if (!here) return refusal::not_held;
  if (!std::holds_alternative<running>(here->now) || here->role == config::role::promoted) return refusal::wrong_phase;
  auto& may = configured->may;
  if (may_be_active_on(s, c.at.resource, c.at.node).promoted >= may.promoted_node_max)
    return refusal::would_promote_twice;
  if (may_be_active(s, c.at.resource).promoted >= may.promoted_max) return refusal::would_promote_twice;
  return refusal::none;
}

refusal check_demote(const holder* here) {
  if (!here) return refusal::not_held;
  bool up = std::holds_alternative<running>(here->now) || std::holds_alternative<failed>(here->now);
  return up && here->role == config::role::promoted ? refusal::none : refusal::wrong_phase;
}

} // namespace

refusal check(const state& s, const provenance&, const command::act& c) {
  if (c.ifs.size() > command::max_ifs) return refusal::too_large;
  if (auto bad = check_target(s, c); bad != refusal::none) return bad;
  auto* here = present_holder(s, c.at);
  if (here && here->open) return refusal::act_open;
  // Before the safety rules, so that a plan overtaken by events is told from a wrong one.
  for (auto& relied : c.ifs)
    if (version_of(s, relied) != relied.version) return refusal::stale_if;
  switch (c.action) {
  case config::action::start: return check_start(s, c, here);
  case config::action::promote: return check_promote(s, c, here);
  case config::action::demote: return check_demote(here);
  case config::action::stop: return here ? refusal::none : refusal::not_held;
  }
  return refusal::wrong_phase;
}

void effect(transaction& t, const provenance&, const command::act& c) {
  auto boot = member_of(t.now(), c.at.node)->boot;
  holder_key key{c.at.resource, c.at.ordinal, c.at.node, boot};
  open_act open{t.at(), c.action, false, t.now().now()};
  if (c.action == config::action::start) {
    auto defined_at = standing_of(t.now(), c.at.resource)->defined_at;
    t.put(key, {starting{}, config::role::started, open, defined_at});
    return;
  }
  t.update(key, [&](holder& h) {
    h.open = open;
    if (c.action == config::action::promote) h.role = config::role::promoted; // it may be, from now on
  });
}

refusal check(const state& s, const provenance&, const command::withdraw& c) {
  auto* here = present_holder(s, c.at);
  return here && here->open && here->open->id == c.act ? refusal::none : refusal::act_closed;
}

void effect(transaction& t, const provenance&, const command::withdraw& c) {
  auto boot = member_of(t.now(), c.at.node)->boot;
  t.update(holder_key{c.at.resource, c.at.ordinal, c.at.node, boot}, [](holder& h) { h.open->withdrawn = true; });
}

} // namespace troupe::cluster::rules
