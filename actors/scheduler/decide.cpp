// From actions to one decision per unit: start, stop, move, recover ...
#include "actors/scheduler/schedule.hpp"

#include <algorithm>

namespace troupe::scheduler {

outcome schedule(const input& in) {
  outcome o;
  o.state = unpack(in);
  o.placement = place(in, o.state);
  o.steps = make_plan(in, o.state, o.placement);
  o.decisions = decide(in, o.state, o.placement, o.steps);
  return o;
}

namespace {

class decider {
public:
  decider(const input& in, const cluster_state& s, const assignment& a, const plan& p)
    : in_(in)
    , s_(s)
    , a_(a)
    , p_(p) {}

  std::vector<decision> run() {
    for (auto u : s_.top) unit(u);
    return std::move(out_);
  }

private:
  void unit(unit_id u) {
    for (auto c : s_.units[u].children) unit(c);
    if (s_.units[u].kind == resource_kind::primitive) primitive(u);
  }

  const action* get(unit_id u, task t, node_id n) const {
    auto id = find_action(p_, u, t, n);
    return id.valid() ? &p_.actions[id] : nullptr;
  }
  static bool due(const action* a) { return a && !a->optional; }

  void add(verb v, unit_id u, role from_role, node_id from, role to_role, node_id to, const action* why) {
    out_.push_back({v, u, from_role, to_role, from, to, why ? why->reason : "", why && !why->runnable});
    bool unsaid = v == verb::stop && !to.valid() && !a_.units[u].node.valid() && out_.back().reason.empty();
    if (unsaid) out_.back().reason = why_nowhere(u);
  }

  // In the peer's words.
  std::string why_nowhere(unit_id u) const {
    auto& limit = a_.units[u].next_reason;
    return limit.empty() || limit == "unable to assign" ? "node availability" : limit;
  }

  void primitive(unit_id u) {
    auto& st = s_.now[u];
    auto& chosen = a_.units[u];
    if (!chosen.managed) return;
    bool inhibited = std::find(p_.inhibited.begin(), p_.inhibited.end(), u) != p_.inhibited.end();
    auto to = inhibited ? node_id{} : chosen.node;
    auto from = to == st.migration_target ? current_node(in_, s_, u) : active_node(in_, s_, u);
    if (!from.valid() && !to.valid()) return;
    auto now = st.now <= role::stopped ? (from.valid() ? role::started : role::stopped) : st.now;
    auto next = chosen.next != role::unknown ? chosen.next : to.valid() ? role::started : role::stopped;
    if (next == role::started && now == role::unpromoted && in_promotable(in_, s_, u)) next = now;
    if (!to.valid()) next = role::stopped;
    auto *start = to.valid() ? get(u, task::start, to) : nullptr,
         *stop = get(u, task::stop, from); // from nowhere: what a migration left behind somewhere
    bool moves = from.valid() && to.valid() && from != to;
    if (now == next && now > role::stopped) return same_role(u, now, from, to, start, stop, moves);
    changed_role(u, now, next, from, to, start, stop, moves);
  }

  void same_role(unit_id u, role now, node_id from, node_id to, const action* start, const action* stop, bool moves) {
    auto *demote = get(u, task::demote, from), *promote = get(u, task::promote, to),
         *arrive = get(u, task::migrate_from, to);
    bool reloads = std::find(p_.reloads.begin(), p_.reloads.end(), u) != p_.reloads.end();
    auto* why = stop && !stop->reason.empty() ? stop : start;
    bool migrates = moves && due(arrive) && arrive->runnable && start && start->migratable;
    if (migrates)
      add(verb::migrate, u, now, from, now, to, nullptr);
    else if (!start || start->optional) {
      if (reloads)
        add(verb::reload, u, now, from, now, to, nullptr);
      else if (due(demote) && due(promote))
        add(verb::re_promote, u, now, from, now, to, promote);
    } else if (!start->runnable) {
      if (!stop) return; // active on several nodes: only the one that counts is told of
      add(verb::stop, u, now, from, role::stopped, {}, stop);
      if (!start->reason.empty()) out_.back().reason = start->reason;
    } else if (moves) {
      add(s_.now[u].failed ? verb::recover : verb::move, u, now, from, now, to, why);
    } else {
      add(s_.now[u].failed ? verb::recover : verb::restart, u, now, from, now, to, why);
    }
  }

  void changed_role(unit_id u, role now, role next, node_id from, node_id to, const action* start, const action* stop,
                    bool moves) {
    if (stop && (next == role::stopped || (start && !start->runnable))) {
      for (auto n : s_.now[u].running_on) add(verb::stop, u, now, n, role::stopped, {}, get(u, task::stop, n));
    } else if (due(stop) && s_.now[u].failed) {
      add(verb::recover, u, now, from, next, to, stop);
    } else if (moves) {
      add(verb::move, u, now, from, next, to, stop);
    } else if (due(stop)) {
      add(verb::restart, u, now, from, next, to, start);
    } else if (now == role::promoted) {
      add(verb::demote, u, now, from, next, to, get(u, task::demote, from));
    } else if (next == role::promoted) {
      auto* promote = get(u, task::promote, to);
      if (now == role::stopped && start && !start->runnable)
        add(verb::promote, u, now, from, next, to, start);
      else
        add(verb::promote, u, now, from, next, to, promote);
    } else if (now == role::stopped && next > role::stopped) {
      add(verb::start, u, now, from, next, to, start);
    }
  }

  const input& in_;
  const cluster_state& s_;
  const assignment& a_;
  const plan& p_;
  std::vector<decision> out_;
};

} // namespace

std::vector<decision> decide(const input& in, const cluster_state& s, const assignment& a, const plan& p) {
  return decider{in, s, a, p}.run();
}

} // namespace troupe::scheduler
