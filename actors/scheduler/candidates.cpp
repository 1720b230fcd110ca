// Which nodes a unit may go to, and how much it wants to, before any other resource is looked at.
#include "actors/scheduler/assignment.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

constexpr std::int32_t infinity = score::limit;

class candidate_finder {
public:
  candidate_finder(const input& in, const cluster_state& s)
    : in_(in)
    , s_(s) {
    score_row base(in.nodes.size(), 0);
    for (auto n : ids_of(in.nodes)) base[n.at()] = in.settings.symmetric ? in.nodes[n].base.value() : not_a_candidate;
    out_.scores.assign(s.units.size(), base);
    out_.probes.resize(s.units.size());
    out_.avoided = find_avoided(in, s);
    for (auto& r : in.resources) containers_ = containers_ || r.container.valid();
    for (auto& l : in.locations)
      if (l.probes == discovery::exclusive) out_.exclusive.push_back(s.unit_of[l.what]);
    for (auto r : ids_of(in.resources))
      if (in.resources[r].exclusive_discovery) out_.exclusive.push_back(s.unit_of[r]);
  }

  candidates find() {
    keep_off_guests();
    if (!in_.settings.symmetric) let_guests_connect();
    shutdown_locks();
    health();
    for (auto& l : in_.locations)
      if (s_.unit_of[l.what].valid()) locate(s_.unit_of[l.what], l, true);
    for (auto& b : s_.bans) ban_by_history(b);
    orphans();
    for (auto u : s_.top) {
      stickiness(u);
      thresholds(u);
    }
    for (auto u : ids_of(s_.units)) exclusive_discovery(u);
    nothing_new();
    for (auto u : s_.no_promotion)
      for (auto n : ids_of(in_.nodes))
        out_.promoted_locations.emplace_back(
            u, location{
                   .what = s_.units[u].what, .where = n, .weight = score::minus_infinity(), .in_role = role::promoted});
    return std::move(out_);
  }

private:
  score_row& row(unit_id u) { return out_.scores[u.at()]; }

  void add(unit_id u, node_id n, std::int32_t value, const char* rule, constraint_id origin = {}) {
    auto& cell = row(u)[n.at()];
    cell = cell == not_a_candidate ? value : add_scores(cell, value);
    if (value != 0) out_.reasons.push_back({u, n, value, rule, origin});
  }

  // A group gives a score to its first member only, if the others follow it; bans reach them the same way. A clone
  // gives it to each instance, a bundle to its containers.
  template <class Apply>
  void spread(unit_id u, bool first, Apply apply) {
    apply(u, first);
    auto& unit = s_.units[u];
    switch (unit.kind) {
    case resource_kind::primitive: break;
    case resource_kind::group:
      for (std::size_t i = 0; i < unit.children.size(); ++i)
        spread(unit.children[i], first && (i == 0 || !in_.resources[unit.what].members_together), apply);
      break;
    case resource_kind::clone:
      for (auto c : unit.children) spread(c, first, apply);
      break;
    case resource_kind::bundle:
      for (auto& r : s_.replicas)
        if (r.bundle == u) {
          spread(r.container, first, apply);
          if (r.ip.valid()) spread(r.ip, first, apply);
        }
      break;
    }
  }

  void locate(unit_id u, const location& l, bool first) {
    if (l.in_role == role::promoted) {
      out_.promoted_locations.emplace_back(u, l);
      return;
    }
    spread(u, first, [&](unit_id v, bool counts) {
      add(v, l.where, counts ? l.weight.value() : 0, "location", l.origin);
      if (l.probes != discovery::always) {
        auto& modes = out_.probes[v.at()];
        if (modes.empty()) modes.assign(in_.nodes.size(), discovery::always);
        modes[l.where.at()] = std::max(modes[l.where.at()], l.probes);
      }
    });
  }

  void everywhere(unit_id u, std::int32_t value, const char* rule) {
    spread(u, true, [&](unit_id v, bool counts) {
      for (auto n : ids_of(in_.nodes)) add(v, n, counts ? value : 0, rule);
    });
  }

  void ban_by_history(const ban& b) {
    if (!b.where.valid()) {
      everywhere(b.what, b.weight.value(), b.why);
      return;
    }
    spread(b.what, true, [&](unit_id v, bool counts) { add(v, b.where, counts ? b.weight.value() : 0, b.why); });
  }

  // Connections and fence devices never run on a node that is itself connected; what is in a bundle's container stays
  // there. A bundle's containers may run on any node: where their connections cannot, they only would rather not.
  void keep_off_guests() {
    std::vector<bool> bundle_guest(in_.nodes.size(), false);
    for (auto& r : s_.replicas)
      if (r.guest.valid()) bundle_guest[r.guest.at()] = true;
    std::vector<bool> holds_guest(in_.resources.size(), false);
    for (auto& n : in_.nodes)
      if (n.kind == node_kind::guest && n.container.valid()) holds_guest[n.container.at()] = true;
    for (auto u : ids_of(s_.units)) {
      auto& r = in_.resources[s_.units[u].what];
      auto above = outermost(s_, u, true);
      bool bundled = s_.units[above].kind == resource_kind::bundle;
      bool avoids = !r.isolated_ok || (holds_guest[s_.units[u].what.at()] && !bundled);
      auto only = confined_to(in_, s_.units[u].what);
      for (auto n : ids_of(in_.nodes)) {
        if (only.valid() && n != only) forbid(u, n);
        bool own = false;
        for (auto& rep : s_.replicas)
          if (rep.guest == n && rep.inner.valid() &&
              (rep.inner == u || below(s_, u, rep.inner) || s_.units[rep.inner].parent == u))
            own = true;
        if (bundle_guest[n.at()] && !own) forbid(u, n);
        if (avoids && in_.nodes[n].kind != node_kind::cluster) forbid(u, n);
        if (own) row(u)[n.at()] = 0;
        if (bundled && !own && enclosing_clone(s_, u).valid() && u != above &&
            s_.units[u].kind == resource_kind::primitive)
          forbid(u, n);
      }
    }
  }

  // Where nothing is allowed by default, the connection of a guest still may go wherever its container goes.
  void let_guests_connect() {
    for (auto u : ids_of(s_.units)) {
      auto& r = in_.resources[s_.units[u].what];
      if (!r.remote_connection || !r.container.valid()) continue;
      for (auto n : ids_of(in_.nodes))
        if (row(u)[n.at()] == not_a_candidate) row(u)[n.at()] = 0;
    }
  }

  void forbid(unit_id u, node_id n) {
    row(u)[n.at()] = -infinity;
    auto& modes = out_.probes[u.at()];
    if (modes.empty()) modes.assign(in_.nodes.size(), discovery::always);
    modes[n.at()] = discovery::never;
  }

  // A resource keeps to the node that shut down with it, until that is back or the lock ends.
  void shutdown_locks() {
    if (!in_.settings.shutdown_lock) return;
    for (auto u : s_.top) lock(u);
  }

  void lock(unit_id u) {
    auto& unit = s_.units[u];
    auto& r = in_.resources[unit.what];
    if (unit.kind == resource_kind::group)
      for (auto m : unit.children) lock(m);
    if (unit.kind != resource_kind::primitive || r.fence_device || r.remote_connection) return;
    auto at = s_.now[u].locked_to;
    if (!at.valid() && s_.now[u].running_on.size() == 1 && s_.nodes[s_.now[u].running_on.front()].shutting_down)
      at = s_.now[u].running_on.front();
    if (!at.valid()) return;
    bool back = s_.nodes[at].online && !s_.nodes[at].shutting_down;
    if (back || s_.nodes[at].unclean) return;
    for (auto n : ids_of(in_.nodes))
      if (n != at) add(u, n, -infinity, "shutdown-lock");
  }

  void health() {
    for (auto n : ids_of(in_.nodes)) {
      auto value = in_.nodes[n].health.value();
      if (value == 0) continue;
      for (auto u : s_.top) {
        if (value < 0 && in_.resources[s_.units[u].what].allows_unhealthy) continue;
        spread(u, true, [&](unit_id v, bool counts) { add(v, n, counts ? value : 0, "node-health"); });
      }
    }
  }

  void orphans() {
    if (!in_.settings.stop_orphans) return;
    for (auto u : s_.top)
      if (in_.resources[s_.units[u].what].orphan) everywhere(u, -infinity, "orphan");
  }

  void stickiness(unit_id u) {
    auto& unit = s_.units[u];
    for (auto c : unit.children) stickiness(c);
    if (unit.kind != resource_kind::primitive) return;
    auto& st = s_.now[u];
    auto value = in_.resources[unit.what].stickiness.value_or(in_.settings.stickiness);
    if (value <= 0 || !st.managed || st.running_on.size() != 1) return;
    auto here = st.running_on.front();
    if (!in_.settings.symmetric && row(u)[here.at()] == not_a_candidate) return;
    add(u, here, value, "stickiness");
  }

  void thresholds(unit_id u) {
    auto& unit = s_.units[u];
    for (auto c : unit.children) thresholds(c);
    if (unit.kind != resource_kind::primitive) return;
    auto& st = s_.now[u];
    auto limit = in_.resources[unit.what].migration_threshold.value_or(infinity);
    if (limit == 0 || st.failure_ignored) return;
    for (auto n : ids_of(in_.nodes)) {
      if (to_be_cleared(u, n)) continue;
      auto count = failures_with_fillers(u, n);
      if (count <= 0 || count < limit) continue;
      out_.exhausted.emplace_back(u, n);
      auto whole = in_anonymous_clone(in_, s_, u) ? outermost(s_, u) : u;
      spread(whole, true, [&](unit_id v, bool counts) { add(v, n, counts ? -infinity : 0, "migration-threshold"); });
    }
  }

  [[nodiscard]] bool to_be_cleared(unit_id u, node_id n) const {
    return std::any_of(s_.expired.begin(), s_.expired.end(), [&](auto& e) { return e.what == u && e.where == n; });
  }

  // The failures of what runs in a container count for the container.
  std::int32_t failures_with_fillers(unit_id u, node_id n) const {
    if (in_.failures.empty()) return 0;
    auto count = failures_of(in_, s_, u, n, true).count;
    if (!containers_) return count;
    for (auto r : ids_of(in_.resources))
      if (in_.resources[r].container == s_.units[u].what && s_.unit_of[r].valid())
        count = add_scores(count, failures_of(in_, s_, s_.unit_of[r], n, true).count);
    return count;
  }

  void exclusive_discovery(unit_id u) {
    if (out_.exclusive.empty()) return;
    // A member's own constraint limits only where it is probed.
    auto whole = outermost(s_, u);
    if (std::find(out_.exclusive.begin(), out_.exclusive.end(), whole) == out_.exclusive.end()) return;
    for (auto n : ids_of(in_.nodes))
      if (out_.probes[u.at()].empty() || out_.probes[u.at()][n.at()] != discovery::exclusive)
        add(u, n, -infinity, "resource-discovery");
  }

  // A node that keeps only what it has: what it has is a whole group, or one instance of a clone.
  void nothing_new() {
    for (auto n : ids_of(in_.nodes)) {
      if (!in_.nodes[n].keeps_only) continue;
      for (auto u : s_.top) {
        if (s_.units[u].kind != resource_kind::clone)
          nothing_new(u, n);
        else
          for (auto i : s_.units[u].children) nothing_new(i, n);
      }
    }
  }

  void nothing_new(unit_id whole, node_id n) {
    if (!runs_on(whole, n)) spread(whole, true, [&](unit_id v, bool) { add(v, n, -infinity, "keeps-only"); });
  }

  [[nodiscard]] bool runs_on(unit_id u, node_id n) const {
    auto& at = s_.now[u].running_on;
    if (std::find(at.begin(), at.end(), n) != at.end()) return true;
    auto& below = s_.units[u].children;
    return std::any_of(below.begin(), below.end(), [&](auto c) { return runs_on(c, n); });
  }

  const input& in_;
  const cluster_state& s_;
  candidates out_;
  bool containers_ = false; // some resource is in another
};

} // namespace

candidates find_candidates(const input& in, const cluster_state& s) {
  return candidate_finder{in, s}.find();
}

} // namespace troupe::scheduler
