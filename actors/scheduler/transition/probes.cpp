#include "actors/scheduler/transition/probes.hpp"

#include "actors/scheduler/transition/records.hpp"
#include "actors/scheduler/transition/transition.hpp"

#include <algorithm>

namespace troupe::scheduler {

namespace {

bool looked_for_exclusively(const input& in, const cluster_state& s, const assignment& a, unit_id u) {
  auto& all = a.considered.exclusive;
  if (in.resources[s.units[u].what].remote_connection) return false;
  return !all.empty() && std::any_of(all.begin(), all.end(), [&](auto e) {
    return e == u || e == outermost(s, u) || (e == s.units[u].parent && s.units[e].kind == resource_kind::bundle);
  });
}

bool known_there(const input& in, const cluster_state& s, unit_id u, node_id n) {
  if (s.knows(u, n)) return true;
  if (!in_anonymous_clone(in, s, u)) return false;
  auto what = s.units[u].what;
  auto& instances = s.units[enclosing_clone(s, u)].children;
  return std::any_of(instances.begin(), instances.end(), [&](auto i) {
    if (s.units[i].what == what) return s.knows(i, n);
    auto& members = s.units[i].children;
    return std::any_of(members.begin(), members.end(),
                       [&](auto m) { return s.units[m].what == what && s.knows(m, n); });
  });
}

// Nothing runs in a container that is down; and what does in one that goes down is gone with it.
bool guest_goes_down(const input& in, const cluster_state& s, const assignment& a, node_id guest) {
  auto container = s.unit_of[in.nodes[guest].container];
  auto& st = s.now[container];
  auto& chosen = a.units[container];
  auto& at = st.running_on;
  bool moves = chosen.node.valid() && std::find(at.begin(), at.end(), chosen.node) == at.end();
  return st.now <= role::stopped || s.nodes[guest].requires_reset || st.failed || chosen.next == role::stopped || moves;
}

class prober {
public:
  prober(const input& in, const outcome& o, steps& to)
    : in_(in)
    , s_(o.state)
    , o_(o)
    , to_(to)
    , has_guests_(in.resources.size(), false) {
    for (auto& n : in.nodes)
      if (n.kind == node_kind::guest && n.container.valid()) has_guests_[n.container.at()] = true;
  }

  void probe(node_id n) {
    for (auto u : s_.top) probe(u, n);
  }

private:
  void probe(unit_id u, node_id n) {
    auto kind = s_.units[u].kind;
    if (kind == resource_kind::primitive)
      probe_primitive(u, n);
    else if (kind == resource_kind::clone && !in_.resources[s_.units[u].what].unique)
      probe_anonymous(u, n);
    else if (kind == resource_kind::bundle)
      probe_bundle(u, n);
    else
      for (auto c : s_.units[u].children) probe(c, n);
  }

  node_id place_of(unit_id u) const {
    if (s_.units[u].kind == resource_kind::primitive) return o_.placement.units[u].node;
    node_id found;
    for (auto c : s_.units[u].children)
      if (auto n = place_of(c); n.valid()) found = n;
    return found;
  }

  // One instance looks for all of them: the one that is to run there, or the first.
  void probe_anonymous(unit_id clone, node_id n) {
    auto& all = s_.units[clone].children;
    if (all.empty()) return;
    auto here = std::find_if(all.begin(), all.end(), [&](auto i) { return place_of(i) == n; });
    probe(here == all.end() ? all.front() : *here, n);
  }

  void probe_bundle(unit_id u, node_id n) {
    for (auto& r : s_.replicas) {
      if (r.bundle != u) continue;
      if (r.ip.valid()) probe(r.ip, n);
      if (r.inner.valid() && r.guest == n) probe(r.inner, n);
      probe(r.container, n);
      if (r.connection.valid() && comes_up(r.container)) probe(r.connection, n);
    }
  }

  // Where a container is, or will be, must be known before its connection is looked for.
  bool comes_up(unit_id container) const {
    if (!s_.now[container].running_on.empty()) return true;
    auto start = find_action(o_.steps, container, task::start);
    return start.valid() && o_.steps.actions[start].runnable;
  }

  void probe_primitive(unit_id u, node_id n) {
    auto& r = in_.resources[s_.units[u].what];
    if (r.container.valid() && !r.remote_connection) return; // its container tells
    if (!probe_due(in_, s_, o_.placement, u, n)) return;
    bool guest = in_.nodes[n].kind == node_kind::guest;
    if (guest && (has_guests_[s_.units[u].what.at()] || guest_goes_down(in_, s_, o_.placement, n))) return;
    if (reachable(n)) to_.push_back({.unit = u, .node = n, .what = task::monitor});
  }

  bool reachable(node_id n) const {
    if (!takes_part(in_, s_, o_.placement, n)) return false;
    if (in_.nodes[n].kind == node_kind::cluster || !in_.nodes[n].connection.valid()) return true;
    auto link = s_.unit_of[in_.nodes[n].connection];
    auto& now = s_.now[link];
    bool closes = !o_.placement.units[link].node.valid() || o_.placement.units[link].next == role::stopped;
    if (now.orphan) return false;
    if (closes && in_.nodes[n].kind == node_kind::remote) return !now.running_on.empty() && !now.failed; // before that
    auto start = find_action(o_.steps, link, task::start);
    return start.valid() && o_.steps.actions[start].runnable;
  }

  const input& in_;
  const cluster_state& s_;
  const outcome& o_;
  steps& to_;
  std::vector<bool> has_guests_; // by resource: a guest node is in it
};

} // namespace

bool probe_due(const input& in, const cluster_state& s, const assignment& a, unit_id u, node_id n) {
  auto& r = in.resources[s.units[u].what];
  if (!in.settings.startup_probes || s.now[u].orphan || !in.nodes[n].discovery) return false;
  if (!(s.nodes[n].online || a.nodes[n].online) || a.nodes[n].unclean) return false;
  if (!r.isolated_ok && in.nodes[n].kind != node_kind::cluster) return false;
  auto& modes = a.considered.probes[u.at()];
  auto mode = modes.empty() ? discovery::always : modes[n.at()];
  if (mode == discovery::never || (mode != discovery::exclusive && looked_for_exclusively(in, s, a, u))) return false;
  return !known_there(in, s, u, n);
}

void add_probes(const input& in, const outcome& o, steps& to) {
  prober p{in, o, to};
  for (auto n : ids_of(in.nodes)) p.probe(n);
}

} // namespace troupe::scheduler
