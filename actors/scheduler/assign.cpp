// The node of a primitive, and of a group as the node of its members.
#include "actors/scheduler/placer.hpp"

#include <algorithm>
#include <numeric>

namespace troupe::scheduler {

assignment place(const input& in, const cluster_state& s) {
  return placer{in, s}.run();
}

placer::placer(const input& in, const cluster_state& s)
  : in_(in)
  , s_(s)
  , with_others_(s.units.size())
  , others_with_(s.units.size())
  , busy_(s.units.size(), false)
  , merging_(s.units.size(), false)
  , promotion_added_(s.units.size(), false)
  , turns_(s.units.size())
  , instances_on_(s.units.size()) {
  out_.units.resize(s.units.size());
  for (auto n : ids_of(in.nodes)) {
    auto& st = s.nodes[n];
    out_.nodes.add({.online = st.online,
                    .unclean = st.unclean,
                    .shutting_down = st.shutting_down,
                    .standby = st.standby,
                    .maintenance = st.maintenance,
                    .assigned = 0,
                    .free = in.nodes[n].capacity});
  }
  std::vector<node_id> by_name;
  for (auto n : ids_of(in.nodes)) by_name.push_back(n);
  std::sort(by_name.begin(), by_name.end(), [&](auto a, auto b) {
    return std::pair{in.nodes[a].name, a} < std::pair{in.nodes[b].name, b};
  });
  alphabetical_.resize(by_name.size());
  for (std::size_t i = 0; i < by_name.size(); ++i) alphabetical_[by_name[i].at()] = i;
  guest_of_.resize(s.units.size());
  for (auto& r : s.replicas)
    if (r.inner.valid()) guest_of_[r.inner.at()] = r.guest;
  out_.considered = find_candidates(in, s);
  out_.colocations = resolve_colocations(in, s);
  sort_colocations();
  has_fence_device_ = in.settings.watchdog;
  for (auto& r : in.resources) has_fence_device_ = has_fence_device_ || r.fence_device;
  has_capacity_limits_ = in.settings.strategy != placement::standard;
  for (auto u : ids_of(s.units)) {
    auto& p = out_.units[u];
    p.next = s.now[u].next;
    p.next_reason = s.now[u].next_reason;
    p.managed = s.now[u].managed && (!in.settings.fencing || has_fence_device_);
    p.priority = in.resources[s.units[u].what].priority;
  }
}

assignment placer::run() {
  auto order = assignment_order();
  for (auto u : order)
    if (in_.resources[s_.units[u].what].remote_connection) assign(u, s_.now[u].migration_target);
  auto other = in_.elsewhere.begin();
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (; other != in_.elsewhere.end() && other->before <= i; ++other)
      out_.nodes[other->where].assigned += other->count;
    step_ = static_cast<std::uint32_t>(i);
    assign(order[i], {});
  }
  demote_without_quorum();
  return std::move(out_);
}

bool placer::usable(unit_id u, node_id n) const {
  return row(u)[n.at()] >= 0 && out_.nodes[n].usable();
}

bool placer::any_usable(const score_row& r) const {
  for (auto n : ids_of(out_.nodes))
    if (r[n.at()] >= 0 && out_.nodes[n].usable()) return true;
  return false;
}

node_id placer::location(unit_id u, bool present) const {
  if (s_.units[u].kind == resource_kind::primitive) {
    if (!present) return out_.units[u].node;
    auto& at = s_.now[u].running_on;
    return at.size() == 1 ? at.front() : node_id{};
  }
  node_id found;
  for (auto c : s_.units[u].children) {
    auto n = location(c, present);
    if (!n.valid()) continue;
    if (found.valid() && found != n) return {};
    found = n;
  }
  return found;
}

role placer::next_role(unit_id u) const {
  if (s_.units[u].kind == resource_kind::primitive) return out_.units[u].next;
  role best = role::unknown;
  for (auto c : s_.units[u].children) best = std::max(best, next_role(c));
  return best;
}

bool placer::blocked_below(unit_id u) const {
  if (s_.now[u].blocked) return true;
  return std::any_of(s_.units[u].children.begin(), s_.units[u].children.end(),
                     [&](auto c) { return blocked_below(c); });
}

// What a unit wants of each node before anything is assigned, whether or not the node can be used now: one in standby,
// where it still is, counts as well.
score_row placer::first_wishes(unit_id u) {
  while (s_.units[u].kind == resource_kind::group) u = s_.units[u].children.back(); // all others are drawn along
  auto wishes = row(u);
  if (!any_usable(wishes)) return wishes;
  merging_[u.at()] = true;
  begin_wishes();
  hand_down(u);
  for (auto& c : std::vector{with_others(u)})
    add_wishes(c.primary, wishes, c.node_attribute, c.weight / double{score::limit}, true, false);
  merging_[u.at()] = false;
  return wishes;
}

// Priority, then the configuration's order; other strategies also look at how much each wants its best node.
std::vector<unit_id> placer::assignment_order() const {
  std::vector<unit_id> order = s_.top;
  if (!has_capacity_limits_) return order;
  std::vector<score_row> wishes(s_.units.size());
  auto* self = const_cast<placer*>(this);
  for (auto u : order) wishes[u.at()] = self->first_wishes(u);
  std::vector<node_id> nodes;
  for (auto n : ids_of(in_.nodes)) nodes.push_back(n);
  std::stable_sort(nodes.begin(), nodes.end(), [&](auto a, auto b) { return better_node({}, a, b, {}); });
  std::stable_sort(order.begin(), order.end(), [&](unit_id a, unit_id b) {
    auto pa = in_.resources[s_.units[a].what].priority, pb = in_.resources[s_.units[b].what].priority;
    if (pa != pb) return pa > pb;
    auto wish = [&](unit_id u, node_id n) {
      return n.valid() ? std::max(wishes[u.at()][n.at()], -score::limit) : -score::limit;
    };
    auto la = current_node(in_, s_, a), lb = current_node(in_, s_, b);
    if (wish(a, la) != wish(b, lb)) return wish(a, la) > wish(b, lb);
    for (auto n : nodes)
      if (wish(a, n) != wish(b, n)) return wish(a, n) > wish(b, n);
    return false;
  });
  return order;
}

node_id placer::assign(unit_id u, node_id preferred) {
  auto parent = s_.units[u].parent;
  if (parent.valid() && !busy_[parent.at()] && !out_.units[parent].done && !out_.units[u].done) {
    assign(parent, preferred);
    return out_.units[u].node;
  }
  switch (s_.units[u].kind) {
  case resource_kind::primitive: return assign_primitive(u, preferred);
  case resource_kind::group: return assign_group(u, preferred);
  case resource_kind::clone: assign_clone(u); break;
  case resource_kind::bundle: assign_bundle(u); break;
  }
  return {};
}

node_id placer::assign_group(unit_id u, node_id preferred) {
  auto& p = out_.units[u];
  if (p.done) return p.node;
  if (busy_[u.at()]) return {};
  busy_[u.at()] = true;
  node_id first;
  for (auto m : s_.units[u].children) {
    auto n = assign(m, preferred);
    if (!first.valid()) first = n;
  }
  p.next = out_.units[s_.units[u].children.front()].next;
  p.node = first;
  p.done = true;
  busy_[u.at()] = false;
  return first;
}

node_id placer::assign_primitive(unit_id u, node_id preferred) {
  auto& p = out_.units[u];
  if (p.done) return p.node;
  if (busy_[u.at()]) return {}; // a loop of colocations: nothing is known yet
  busy_[u.at()] = true;
  hand_down(u);
  for (std::size_t i = 0; i < with_others(u).size(); ++i) {
    auto c = with_others(u)[i];
    bool may_undo = c.dependent_role == role::promoted || (c.weight > -score::limit && c.weight < 0);
    auto saved = may_undo ? row(u) : score_row{};
    assign(c.primary, {});
    follow(u, c.primary, c);
    if (may_undo && !any_usable(row(u))) row(u) = saved;
  }
  begin_wishes();
  for (std::size_t i = 0; i < others_with(u).size(); ++i) {
    auto c = others_with(u)[i];
    if (influences(c, c.primary))
      add_wishes(c.dependent, row(u), c.node_attribute, c.weight / double{score::limit}, false, false);
  }
  if (in_.rules == policy::native) heed_placed_dependents(u);
  auto now = s_.now[u].now;
  if (p.next == role::stopped) {
    for (auto& cell : row(u)) cell = -score::limit;
  } else if (p.next > now && !in_.settings.quorate && in_.settings.without_quorum == no_quorum::freeze) {
    p.next = now;
  }
  if (!p.managed) {
    p.next = now;
    settle(u, current_node(in_, s_, u), true);
  } else if (in_.settings.stop_all) {
    settle(u, {}, true);
  } else {
    assign_best(u, preferred);
  }
  busy_[u.at()] = false;
  connect_remote(u);
  return p.node;
}

// A remote node whose connection will be up can be used in the same run, and need not be fenced.
void placer::connect_remote(unit_id u) {
  auto n = in_.resources[s_.units[u].what].connects;
  if (!n.valid()) return;
  auto& p = out_.units[u];
  auto& node = out_.nodes[n];
  if (p.node.valid() && p.next != role::stopped) {
    node.online = true;
    if (s_.nodes[n].unseen) node.unclean = false;
  } else {
    node.shutting_down = true;
  }
}

bool placer::better_node(unit_id u, node_id a, node_id b, node_id active) const {
  if (u.valid()) {
    auto weight = [&](node_id n) { return out_.nodes[n].usable() ? row(u)[n.at()] : -score::limit; };
    auto x = weight(a), y = weight(b);
    if (x >= 0 && y >= 0 && avoidance(u, a) != avoidance(u, b)) return avoidance(u, a) < avoidance(u, b);
    if (x != y) return x > y;
  } else if (out_.nodes[a].usable() != out_.nodes[b].usable()) {
    return out_.nodes[a].usable();
  }
  auto strategy = in_.settings.strategy;
  if (strategy == placement::balanced)
    if (int c = compare_capacity(a, b); c != 0) return c < 0;
  if (strategy != placement::minimal) { // which fills up node by node, wherever something is now
    auto x = out_.nodes[a].assigned, y = out_.nodes[b].assigned;
    if (x != y) return x < y;
    if (a == active || b == active) return a == active && b != active;
  }
  return alphabetical_[a.at()] < alphabetical_[b.at()];
}

std::vector<node_id> placer::sorted_nodes(unit_id u, node_id active) const {
  std::vector<node_id> nodes;
  for (auto n : ids_of(in_.nodes))
    if (row(u)[n.at()] != not_a_candidate) nodes.push_back(n);
  std::stable_sort(nodes.begin(), nodes.end(), [&](node_id a, node_id b) { return better_node(u, a, b, active); });
  return nodes;
}

// The first of them. Placing needs no more, and to sort a hundred nodes for each of thousands of units is what would
// take the time.
node_id placer::best_node(unit_id u, node_id active) const {
  node_id best;
  std::int32_t most = 0; // the best one's score
  bool avoids = !out_.considered.avoided[u.at()].empty();
  auto& r = row(u);
  auto only = guest_of_[u.at()]; // else, where no node can be used, the names of others would decide
  for (auto n : ids_of(in_.nodes)) {
    if (r[n.at()] == not_a_candidate || (only.valid() && n != only)) continue;
    auto score_there = out_.nodes[n].usable() ? r[n.at()] : -score::limit;
    bool by_score = !avoids && score_there != most;
    if (best.valid() && (by_score ? score_there < most : !better_node(u, n, best, active))) continue;
    best = n;
    most = score_there;
  }
  return best;
}

std::uint8_t placer::avoidance(unit_id u, node_id n) const {
  auto& avoided = out_.considered.avoided[u.at()];
  return avoided.empty() ? std::uint8_t{0} : avoided[n.at()];
}

bool placer::assign_best(unit_id u, node_id preferred) {
  if (has_capacity_limits_)
    if (auto able = limit_by_capacity(u); able.valid() && !preferred.valid()) preferred = able;
  node_id active = current_node(in_, s_, u);
  auto best = best_node(u, active);
  if (!best.valid()) {
    settle(u, {}, false);
    return false;
  }
  auto chosen = best;
  // Where there is a choice: at least as good in both, what is avoided and what is wanted.
  auto as_good = [&](node_id n) {
    return row(u)[n.at()] >= row(u)[best.at()] && avoidance(u, n) <= avoidance(u, best);
  };
  if (preferred.valid() && usable(u, preferred) && (as_good(preferred) || !out_.nodes[best].usable())) {
    chosen = preferred;
  } else if (row(u)[best.at()] > 0 && usable(u, best)) {
    // Staying beats an equally good node, but for the instances of a unique clone, which were kept before.
    auto parent = s_.units[u].parent;
    bool unique =
        parent.valid() && s_.units[parent].kind == resource_kind::clone && in_.resources[s_.units[parent].what].unique;
    if (!unique && active.valid() && usable(u, active) && as_good(active)) chosen = active;
  }
  if (chosen == best && !only_best(u, best)) out_.units[u].by_count = true;
  settle(u, chosen, false);
  return out_.units[u].node.valid();
}

// No other node is as good in what is avoided and what is wanted, or none will do at all.
bool placer::only_best(unit_id u, node_id best) const {
  if (!usable(u, best)) return true;
  auto& r = row(u);
  for (auto n : ids_of(in_.nodes)) {
    bool equal = n != best && r[n.at()] == r[best.at()] && avoidance(u, n) == avoidance(u, best);
    if (equal && usable(u, n)) return false;
  }
  return true;
}

void placer::settle(unit_id u, node_id n, bool forced) {
  auto& p = out_.units[u];
  // A guest that is not up yet comes up with its container.
  bool may = n.valid() && (usable(u, n) || (row(u)[n.at()] >= 0 && in_.nodes[n].kind == node_kind::guest));
  if (!forced && !may) n = {};
  p.done = true;
  p.node = n;
  p.step = step_;
  if (!n.valid()) {
    if (!forced || p.managed) {
      if (p.next != role::stopped) p.next_reason = "unable to assign";
      p.next = role::stopped;
    }
    return;
  }
  ++out_.nodes[n].assigned;
  if (has_capacity_limits_) consume(u, n, 1);
}

void placer::unassign(unit_id u) {
  for (auto c : s_.units[u].children) unassign(c);
  auto& p = out_.units[u];
  if (p.node.valid() && s_.units[u].kind == resource_kind::primitive) {
    --out_.nodes[p.node].assigned;
    if (has_capacity_limits_) consume(u, p.node, -1);
  }
  p.node = {};
  p.done = false;
  p.next = s_.now[u].next;
  p.next_reason = s_.now[u].next_reason;
}

} // namespace troupe::scheduler
