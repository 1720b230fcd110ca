// From operation records to roles: which instance a history entry speaks of, and in which order nodes are read.
#include "actors/scheduler/operations.hpp"
#include "actors/scheduler/unpack.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

// The instance's own unit of the primitive: itself, or the member of the instance of a cloned group.
unit_id primitive_within(const cluster_state& s, unit_id instance, resource_id what) {
  if (s.units[instance].what == what) return instance;
  for (auto m : s.units[instance].children)
    if (s.units[m].what == what) return m;
  return {};
}

bool contains(const std::vector<node_id>& nodes, node_id n) {
  return std::find(nodes.begin(), nodes.end(), n) != nodes.end();
}

void configure_unit(const input& in, cluster_state& s, unit_id u) {
  auto& r = in.resources[s.units[u].what];
  auto& st = s.now[u];
  st.maintenance = r.maintenance || in.settings.maintenance;
  st.managed = r.managed && !st.maintenance;
  st.orphan = r.orphan;
  if (r.orphan && !in.settings.stop_orphans) st.managed = false;
  st.may_migrate = r.allow_migrate;
  if (s.units[u].kind == resource_kind::primitive) limit_by_target_role(in, s, u);
}

class history_reader {
public:
  history_reader(const input& in, cluster_state& s)
    : in_(in)
    , s_(s)
    , first_(in.nodes.size() + 1, 0) {
    for (auto& h : in.histories) ++first_[h.where.at() + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  }

  void read() {
    for (bool again = true; again;) {
      again = false;
      for (auto n : in_.reporting_order)
        if (!s_.nodes[n].history_read && in_.nodes[n].seen && may_read_now(n)) {
          read_node(n);
          again = true;
        }
    }
    if (in_.settings.fencing)
      for (auto n : in_.reporting_order)
        if (!s_.nodes[n].history_read && in_.nodes[n].seen) read_node(n);
    for (auto n : ids_of(in_.nodes)) finish_remote(n);
  }

private:
  // A remote node is read once its connection is known to be up, an offline node after the others: so that active
  // instances get the low numbers. What is gone is asked what it had only if that still matters: with fencing, or as it
  // may have taken a lock with it.
  bool may_read_now(node_id n) const {
    auto& node = in_.nodes[n];
    auto up = [&](resource_id r) { return r.valid() && s_.now[s_.unit_of[r]].now == role::started; };
    switch (node.kind) {
    case node_kind::guest: return up(node.connection) && up(node.container);
    case node_kind::remote: return up(node.connection) || (in_.settings.shutdown_lock && node.connection.valid());
    case node_kind::cluster: break;
    }
    bool all_at_once = in_.settings.fencing || in_.settings.shutdown_lock;
    return all_at_once || s_.nodes[n].online;
  }

  void read_node(node_id n) {
    s_.nodes[n].history_read = true;
    if (in_.nodes[n].kind != node_kind::cluster) {
      judge_remote_node(in_, s_, n);
      clear_remote_node(s_, n);
      auto link = in_.nodes[n].connection; // where the way to it is nobody's to touch, what is there is not either
      if (link.valid() && !s_.now[s_.unit_of[link]].managed) s_.nodes[n].maintenance = true;
    }
    for (auto i = first_[n.at()]; i < first_[n.at() + 1]; ++i) {
      auto& h = in_.histories[i];
      auto u = unit_of(h, n);
      if (!u.valid()) continue;
      bool was_on = contains(s_.now[u].running_on, n);
      read_operations(in_, s_, u, h);
      if (s_.now[u].now > role::stopped && h.number >= 0) s_.now[u].reported_number = h.number;
      note_report(u, n, i, !was_on && contains(s_.now[u].running_on, n));
    }
  }

  // Several entries may have been taken for one instance: the one that says it runs is where its next report belongs.
  void note_report(unit_id u, node_id n, std::size_t entry, bool made_active) {
    for (auto& [where, known] : s_.now[u].reported_in)
      if (where == n) {
        if (made_active) known = entry;
        return;
      }
    s_.now[u].reported_in.emplace_back(n, entry);
  }

  void finish_remote(node_id n) {
    auto& node = in_.nodes[n];
    if (node.kind == node_kind::cluster || !node.connection.valid()) return;
    auto& link = s_.now[s_.unit_of[node.connection]];
    if (s_.nodes[n].shutting_down) {
      link.next = role::stopped;
      link.next_reason = "remote shutdown";
    }
    if (!s_.nodes[n].history_read) judge_remote_node(in_, s_, n);
  }

  unit_id unit_of(const history& h, node_id n) {
    auto u = s_.unit_of[h.what];
    if (!u.valid()) return {};
    auto clone = enclosing_clone(s_, u);
    if (!clone.valid()) return u;
    auto above = s_.units[clone].parent;
    if (above.valid()) { // inside of a bundle: one replica per guest node
      for (auto& r : s_.replicas)
        if (r.bundle == above && r.guest == n && r.inner.valid()) return primitive_within(s_, r.inner, h.what);
      return {};
    }
    return in_unique_clone(in_, s_, u) ? numbered(clone, h) : anonymous(clone, h, n);
  }

  unit_id numbered(unit_id clone, const history& h) {
    auto number = std::max(h.number, 0);
    for (auto c : s_.units[clone].children)
      if (s_.units[c].number == number) return primitive_within(s_, c, h.what);
    return surplus(clone, h, number);
  }

  unit_id anonymous(unit_id clone, const history& h, node_id n) {
    unit_id chosen, idle;
    bool taken = false; // an instance is already active here: what else is known is surplus
    for (auto c : s_.units[clone].children) {
      auto member = primitive_within(s_, c, h.what);
      if (contains(s_.now[c].running_on, n)) {
        if (s_.now[member].running_on.empty()) {
          chosen = member;
        } else {
          taken = true;
        }
        break;
      }
      if (!idle.valid() && !s_.now[c].orphan && s_.now[c].running_on.empty() && !pending_elsewhere(member, n))
        idle = member;
    }
    if (!chosen.valid() && !taken) chosen = idle;
    if (chosen.valid() && lost_for_good(clone, n, h.what)) chosen = {};
    return chosen.valid() ? chosen : surplus(clone, h, -1);
  }

  [[nodiscard]] bool pending_elsewhere(unit_id u, node_id n) const {
    return s_.now[u].pending_on.valid() && s_.now[u].pending_on != n;
  }

  // What needs no fencing may run elsewhere at once, so a node that is gone, or only to be fenced, must not use up one
  // of the few instances.
  [[nodiscard]] bool lost_for_good(unit_id clone, node_id n, resource_id what) const {
    auto& node = s_.nodes[n];
    if ((node.online && !node.unclean) || in_.nodes[n].kind == node_kind::guest) return false;
    auto needs = needs_of(in_, what);
    if (needs == requirement::fencing || needs == requirement::unfencing) return false;
    auto max = in_.resources[s_.units[clone].what].clone_max;
    return max && *max < in_.nodes.size();
  }

  unit_id surplus(unit_id clone, const history& h, std::int32_t number) {
    if (number < 0)
      for (auto c : s_.units[clone].children) number = std::max(number, s_.units[c].number + 1);
    auto instance = add_instance(in_, s_, clone, number);
    grow();
    mark_orphan(instance);
    return primitive_within(s_, instance, h.what);
  }

  void mark_orphan(unit_id u) {
    s_.now[u].orphan = true;
    if (!in_.settings.stop_orphans) s_.now[u].managed = false;
    for (auto c : s_.units[u].children) mark_orphan(c);
  }

  void grow() {
    auto before = s_.now.size();
    s_.now.resize(s_.units.size());
    s_.known.resize(s_.units.size() * in_.nodes.size());
    for (auto i = before; i < s_.now.size(); ++i) {
      unit_id u{i};
      s_.now[u] = unit_state{};
      configure_unit(in_, s_, u);
    }
  }

  const input& in_;
  cluster_state& s_;
  std::vector<std::size_t> first_; // of each node's histories
};

} // namespace

failures failures_of(const input& in, const cluster_state& s, unit_id u, node_id n, bool effective) {
  failures f;
  auto& unit = s.units[u];
  bool by_number = in_unique_clone(in, s, u);
  auto from = std::lower_bound(in.failures.begin(), in.failures.end(), unit.what,
                               [](const failure_count& c, resource_id r) { return c.what < r; });
  for (auto c = from; c != in.failures.end() && c->what == unit.what; ++c) {
    if (c->where != n || (by_number && c->number >= 0 && c->number != unit.number)) continue;
    f.count = (score{f.count} + score{c->count}).value();
    f.last = std::max(f.last, c->last);
  }
  auto timeout = in.resources[unit.what].failure_timeout_ms / 1000;
  bool blocking = false;
  for (auto& op : in.resources[unit.what].operations)
    if (op.failure == on_fail::block)
      for (auto c = from; c != in.failures.end() && c->what == unit.what; ++c)
        blocking = blocking || (c->where == n && c->what_failed == op.what && c->interval_ms == op.interval_ms);
  auto now = std::chrono::duration_cast<std::chrono::seconds>(in.now.time_since_epoch()).count();
  if (effective && timeout > 0 && f.last > 0 && !blocking && now > f.last + timeout) f.count = 0;
  return f;
}

void read_histories(const input& in, cluster_state& s) {
  history_reader{in, s}.read();
}

cluster_state unpack(const input& in) {
  cluster_state s;
  s.nodes.resize(in.nodes.size());
  build_units(in, s);
  s.now.resize(s.units.size());
  s.known.resize(s.units.size() * in.nodes.size());
  for (auto u : ids_of(s.units)) configure_unit(in, s, u);
  judge_cluster_nodes(in, s);
  read_histories(in, s);
  for (auto u : ids_of(s.units)) { // a migration's source says stopped, but it may have arrived
    auto& st = s.now[u];
    if (s.units[u].kind == resource_kind::primitive && !st.running_on.empty() && st.now <= role::stopped)
      st.now = role::started;
  }
  apply_tickets(in, s);
  return s;
}

} // namespace troupe::scheduler
