// Colocation, one way: what goes where something else is, or keeps away from it. The other way: wishes.cpp.
#include "actors/scheduler/placer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe::scheduler {

// The order in which a unit's colocations count: the other's priority, clones before groups before primitives, then its
// name. What it has from its group or clone counts among its own.
namespace {

class by_other {
public:
  by_other(const input& in, const cluster_state& s, bool primaries)
    : in_(in)
    , s_(s)
    , primaries_(primaries) {}
  bool operator()(const unit_colocation& a, const unit_colocation& b) const {
    auto x = primaries_ ? a.primary : a.dependent, y = primaries_ ? b.primary : b.dependent;
    auto& rx = in_.resources[s_.units[x].what];
    auto& ry = in_.resources[s_.units[y].what];
    if (rx.priority != ry.priority) return rx.priority > ry.priority;
    if (rx.kind != ry.kind) return rx.kind > ry.kind;
    if (rx.promotable != ry.promotable) return rx.promotable;
    return rx.name < ry.name;
  }

private:
  const input& in_;
  const cluster_state& s_;
  bool primaries_;
};

} // namespace

void placer::add_with_others(unit_id u, const unit_colocation& c) {
  auto& list = with_others_[u.at()];
  list.insert(std::lower_bound(list.begin(), list.end(), c, by_other{in_, s_, true}), c);
}

void placer::add_others_with(unit_id u, const unit_colocation& c) {
  auto& list = others_with_[u.at()];
  list.insert(std::lower_bound(list.begin(), list.end(), c, by_other{in_, s_, false}), c);
}

void placer::sort_colocations() {
  for (auto& c : out_.colocations) {
    add_with_others(c.dependent, c);
    add_others_with(c.primary, c);
  }
}

// What a group is with, its members are: the first, and the next ones as long as those before are unmanaged and so stay
// where they are whatever the group is with. What is with a group is with its last member. Asked for before a member is
// looked at, and not when a group gets a colocation: what an instance inherits meanwhile is compared with its own.
void placer::hand_down(unit_id member) {
  auto group = s_.units[member].parent;
  if (!group.valid() || s_.units[group].kind != resource_kind::group) return;
  auto& members = s_.units[group].children;
  if (auto own = std::exchange(with_others_[group.at()], {}); !own.empty())
    for (auto m : members) {
      for (auto& c : own) add_with_others(m, c);
      if (s_.now[m].managed) break;
    }
  for (auto& c : std::exchange(others_with_[group.at()], {})) add_others_with(members.back(), c);
}

// An instance has its clone's colocations; finite positive ones only if not every node gets an instance.
void placer::inherit(unit_id child, unit_id clone, bool all) {
  auto known = [](const std::vector<unit_colocation>& list, const unit_colocation& c) {
    return std::any_of(list.begin(), list.end(), [&](auto& x) { return same_colocation(x, c); });
  };
  for (auto& c : with_others_[clone.at()])
    if ((all || c.weight < 0 || c.weight == score::limit) && !known(with_others_[child.at()], c))
      add_with_others(child, c);
  for (auto& c : others_with_[clone.at()])
    if (influences(c, child) && (all || c.weight < 0) && !known(others_with_[child.at()], c)) add_others_with(child, c);
}

// Do the dependent's wishes count for `primary`, which is the colocation's own or an instance of it? A connection does
// not draw a container away from where it runs well.
bool placer::influences(const unit_colocation& c, unit_id primary) const {
  auto& st = s_.now[primary];
  if (!c.draws && !st.failed && st.running_on.size() == 1) return false;
  return c.influence || st.running_on.empty();
}

std::int32_t placer::attribute_of(node_id n, std::int32_t attribute) const {
  if (attribute < 0) return n.value;
  auto& list = in_.nodes[n].attributes;
  auto found = std::lower_bound(list.begin(), list.end(), std::pair{attribute, std::int32_t{-1}});
  return found != list.end() && found->first == attribute ? found->second : -1;
}

// The dependent follows the primary, as far as the latter is placed.
void placer::follow(unit_id dependent, unit_id primary, const unit_colocation& c) {
  switch (s_.units[primary].kind) {
  case resource_kind::primitive: follow_primitive(dependent, primary, c); break;
  case resource_kind::group: {
    if (!out_.units[primary].done) return;
    auto& members = s_.units[primary].children;
    if (in_.resources[s_.units[primary].what].members_together)
      follow_primitive(dependent, c.weight >= score::limit ? members.back() : members.front(), c);
    else if (c.weight < score::limit) // with a group that is in several places one cannot be
      for (auto m : members) follow_primitive(dependent, m, c);
    break;
  }
  case resource_kind::clone: follow_clone(dependent, primary, c); break;
  case resource_kind::bundle: {
    if (!out_.units[primary].done) return;
    std::vector<bool> affected(in_.nodes.size(), false);
    for (auto& r : s_.replicas) {
      if (r.bundle != primary) continue;
      auto n = out_.units[r.container].node;
      if (c.weight < score::limit) {
        if (n.valid()) follow_primitive(dependent, r.container, c);
        continue;
      }
      if (!n.valid() || blocked_below(r.container)) continue;
      if (c.primary_role >= role::unpromoted && (!r.inner.valid() || next_role(r.inner) != c.primary_role)) continue;
      affected[n.at()] = true;
    }
    if (c.weight >= score::limit)
      for (auto n : ids_of(in_.nodes))
        if (!affected[n.at()] && row(dependent)[n.at()] != not_a_candidate) row(dependent)[n.at()] = -score::limit;
    break;
  }
  }
}

// Does it speak of a role that one of them will not have, as far as is known?
bool placer::of_another_role(const unit_colocation& c, unit_id dependent, unit_id primary) const {
  auto other = [&](role wanted, unit_id u) { return wanted != role::unknown && wanted != out_.units[u].next; };
  return other(c.dependent_role, dependent) || other(c.primary_role, primary);
}

void placer::follow_primitive(unit_id dependent, unit_id primary, const unit_colocation& c) {
  if (!out_.units[primary].done) return;
  auto& d = out_.units[dependent];
  if (d.done) {
    if (c.dependent_role >= role::unpromoted && in_promotable(in_, s_, dependent))
      apply_to_priority(dependent, primary, c);
    return;
  }
  auto next = out_.units[primary].next;
  auto same = [&](role wanted, role is) { return wanted != role::unknown && wanted == is; };
  if (c.weight > 0 && of_another_role(c, dependent, primary)) return;
  if (c.weight < 0 && (same(c.dependent_role, d.next) || same(c.primary_role, next))) return;
  apply_to_nodes(dependent, primary, c);
}

// Nodes that do not have the attribute are alike, too.
void placer::apply_to_nodes(unit_id dependent, unit_id primary, const unit_colocation& c) {
  auto there = out_.units[primary].node;
  if (!there.valid() && c.weight < 0) return;
  auto value = there.valid() ? attribute_of(there, c.node_attribute) : -1;
  auto work = row(dependent);
  for (auto n : ids_of(in_.nodes)) {
    auto& cell = work[n.at()];
    if (cell == not_a_candidate) continue;
    if (!there.valid()) {
      cell = add_scores(cell, -c.weight);
    } else if (attribute_of(n, c.node_attribute) == value) {
      if (c.weight < score::limit) cell = add_scores(cell, c.weight);
    } else if (c.weight >= score::limit) {
      cell = add_scores(cell, -c.weight);
    }
  }
  if (c.weight <= -score::limit || c.weight >= score::limit || any_usable(work)) row(dependent) = work;
}

// A dependent is placed before its primary only where colocations run in a circle. What it must keep to then binds the
// primary, as far as that leaves it a node. (The peer gives the constraint up: its dependent then waits for ever.)
void placer::heed_placed_dependents(unit_id primary) {
  for (auto& c : others_with(primary)) {
    bool must = c.weight >= score::limit || c.weight <= -score::limit;
    if (!must || c.dependent_role != role::unknown || c.primary_role != role::unknown) continue;
    if (!out_.units[c.dependent].done) continue;
    auto there = location(c.dependent, false);
    if (!there.valid()) continue;
    auto saved = row(primary);
    bool apart = c.weight < 0;
    auto value = attribute_of(there, c.node_attribute);
    for (auto n : ids_of(in_.nodes))
      if (auto& cell = row(primary)[n.at()];
          cell != not_a_candidate && (attribute_of(n, c.node_attribute) == value) == apart)
        cell = -score::limit;
    if (any_usable(row(primary)))
      out_.binding_primaries.push_back(c);
    else
      row(primary) = saved;
  }
}

void placer::apply_to_priority(unit_id dependent, unit_id primary, const unit_colocation& c) {
  auto& d = out_.units[dependent];
  auto& p = out_.units[primary];
  if (!d.node.valid() || !p.node.valid()) return;
  if (attribute_of(d.node, c.node_attribute) != attribute_of(p.node, c.node_attribute)) {
    if (c.weight >= score::limit && c.dependent_role == role::promoted) d.priority = -score::limit;
    return;
  }
  if (c.primary_role != role::unknown && c.primary_role != p.next) return;
  d.priority = add_scores(d.priority, c.dependent_role == role::unpromoted ? -c.weight : c.weight);
}

// In the order in which they were assigned or, of a promotable clone, ranked for promotion.
const std::vector<unit_id>& placer::in_turn(unit_id clone) const {
  auto& known = turns_[clone.at()];
  return known.empty() ? s_.units[clone].children : known;
}

unit_id placer::instance_on(unit_id clone, node_id n, role in_role) const {
  for (auto i : s_.units[clone].children)
    if (location(i, false) == n && !blocked_below(i) && (in_role == role::unknown || next_role(i) == in_role)) return i;
  return {};
}

unit_id placer::matching_instance(unit_id of, unit_id clone, role in_role) {
  if (auto n = location(of, false); n.valid()) return instance_on(clone, n, in_role);
  out_.units[of].by_count = true; // perhaps
  for (auto n : sorted_nodes(of, {}))
    if (auto i = instance_on(clone, n, in_role); i.valid()) return i;
  return {};
}

// Where an instance has that role, or will have it.
void placer::follow_promotable(unit_id dependent, unit_id clone, const unit_colocation& c) {
  bool must = c.weight >= score::limit;
  if (out_.units[dependent].done) {
    auto& priority = out_.units[dependent].priority;
    if (matching_instance(dependent, clone, c.primary_role).valid())
      priority = add_scores(priority, c.weight);
    else if (must)
      priority = -score::limit;
    return;
  }
  std::vector<std::optional<std::int32_t>> there(in_.nodes.size()); // how much the instance wanted to be there
  for (auto i : s_.units[clone].children) {
    auto n = location(i, false);
    if (!n.valid() || next_role(i) != c.primary_role) continue;
    if (!there[n.at()]) there[n.at()] = row(first_primitive(i))[n.at()];
    if (must) continue;
    for (auto m : ids_of(in_.nodes))
      if (auto& cell = row(dependent)[m.at()];
          cell != not_a_candidate && attribute_of(m, c.node_attribute) == attribute_of(n, c.node_attribute))
        cell = add_scores(cell, c.weight);
  }
  // Otherwise what waits to be promoted with it could not even start.
  if (!must || (c.dependent_role == role::promoted && c.primary_role == role::promoted)) return;
  for (auto n : ids_of(in_.nodes))
    if (auto& cell = row(dependent)[n.at()]; cell != not_a_candidate)
      cell = there[n.at()] ? add_scores(cell, *there[n.at()]) : -score::limit;
}

unit_id placer::first_primitive(unit_id u) const {
  while (!s_.units[u].children.empty()) u = s_.units[u].children.front();
  return u;
}

// Is there an interleaved clone above the dependent, with as many instances a node as the other?
bool placer::pairs_with(unit_id dependent, unit_id clone) const {
  auto own = enclosing_clone(s_, dependent);
  if (!own.valid()) return false;
  auto& r = in_.resources[s_.units[own].what];
  return r.interleave && r.clone_node_max == in_.resources[s_.units[clone].what].clone_node_max;
}

void placer::follow_clone(unit_id dependent, unit_id clone, const unit_colocation& c) {
  if (!out_.units[clone].done) return;
  bool by_role = in_.resources[s_.units[clone].what].promotable && c.primary_role != role::unknown;
  if (by_role && (!out_.units[dependent].done || c.dependent_role == role::promoted)) {
    follow_promotable(dependent, clone, c);
    return;
  }
  if (out_.units[dependent].done) return;
  if (pairs_with(dependent, clone)) {
    auto match = matching_instance(dependent, clone, role::unknown);
    if (match.valid()) {
      follow(dependent, match, c);
    } else if (c.weight >= score::limit) {
      for (auto& cell : row(dependent))
        if (cell != not_a_candidate) cell = -score::limit;
    }
    return;
  }
  if (c.weight >= score::limit) {
    std::vector<bool> has(in_.nodes.size(), false);
    for (auto i : s_.units[clone].children)
      if (auto n = location(i, false); n.valid() && !blocked_below(i)) has[n.at()] = true;
    for (auto n : ids_of(in_.nodes))
      if (!has[n.at()] && row(dependent)[n.at()] != not_a_candidate) row(dependent)[n.at()] = -score::limit;
    return;
  }
  for (auto i : in_turn(clone)) // a step that leaves no node is taken back, so it matters who comes first
    if (out_.units[i].done) follow(dependent, i, c);
}

} // namespace troupe::scheduler
