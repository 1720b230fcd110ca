// The nodes of a clone's instances and of a bundle's containers: first those that may stay, then the rest, one by one.
#include "actors/scheduler/placer.hpp"

#include <algorithm>

namespace troupe::scheduler {

void placer::lower_everywhere(unit_id u, node_id n) {
  auto& cell = row(u)[n.at()];
  if (cell != not_a_candidate) cell = -score::limit;
  for (auto c : s_.units[u].children) lower_everywhere(c, n);
}

void placer::assign_clone(unit_id u) {
  auto& p = out_.units[u];
  if (p.done || busy_[u.at()]) return;
  auto& r = in_.resources[s_.units[u].what];
  if (r.promotable) add_promotion_scores(u);
  busy_[u.at()] = true;
  for (std::size_t i = 0; i < with_others(u).size(); ++i) assign(with_others_[u.at()][i].primary, {});
  begin_wishes();
  for (std::size_t i = 0; i < others_with(u).size(); ++i) {
    auto c = others_with_[u.at()][i];
    if (influences(c, c.primary))
      add_wishes(c.dependent, row(u), c.node_attribute, c.weight / double{score::limit}, false, true);
  }
  auto above = s_.units[u].parent;
  auto max = r.clone_max.value_or(static_cast<std::uint32_t>(in_.nodes.size()));
  if (!above.valid()) distribute(u, s_.units[u].children, max, r.clone_node_max); // of a bundle: its containers decided
  if (r.promotable) choose_roles(u);
  p.done = true;
  busy_[u.at()] = false;
}

void placer::assign_bundle(unit_id u) {
  auto& p = out_.units[u];
  if (p.done || busy_[u.at()]) return;
  busy_[u.at()] = true;
  auto found =
      std::find_if(in_.bundles.begin(), in_.bundles.end(), [&](auto& b) { return b.what == s_.units[u].what; });
  std::vector<unit_id> containers;
  for (auto& r : s_.replicas)
    if (r.bundle == u) containers.push_back(r.container);
  distribute(u, containers, found->replicas, found->per_host);
  unit_id clone;
  for (auto& r : s_.replicas) {
    if (r.bundle != u) continue;
    if (r.ip.valid()) assign(r.ip, {});
    if (!r.connection.valid()) continue;
    auto host = out_.units[r.container].node;
    if (host.valid() && in_.nodes[host].kind == node_kind::remote) { // one connection per remote host: on the same node
      auto via = s_.unit_of[in_.nodes[host].connection];
      with_others_[r.connection.at()].push_back(
          {.dependent = r.connection, .primary = via, .weight = score::limit, .origin = {}});
    }
    assign(r.connection, {});
    if (!r.inner.valid()) continue;
    clone = s_.units[r.inner].parent;
    auto& tired = out_.considered.exhausted;
    for (auto n : ids_of(in_.nodes)) {
      auto& cell = row(r.inner)[n.at()];
      if (n != r.guest)
        cell = -score::limit;
      else if (std::find(tired.begin(), tired.end(), std::pair{r.inner, n}) == tired.end())
        cell = score::limit; // it has no other place, whatever happened there
    }
    busy_[clone.at()] = true;
    assign(r.inner, r.guest);
    busy_[clone.at()] = false;
  }
  if (clone.valid()) assign_clone(clone);
  p.done = true;
  busy_[u.at()] = false;
}

void placer::distribute(unit_id parent, std::vector<unit_id> instances, std::uint32_t max, std::uint32_t per_node) {
  auto& counts = instances_on_[parent.at()];
  counts.assign(in_.nodes.size(), 0);
  std::uint32_t available = 0, placed_so_far = 0;
  for (auto n : ids_of(in_.nodes))
    if (row(parent)[n.at()] != not_a_candidate && out_.nodes[n].usable() && row(parent)[n.at()] >= 0) ++available;
  bool all = max < available;
  auto share = static_cast<std::int32_t>(std::max(1u, available > 0 ? max / available : 0));
  auto order = turns_of(instances, parent);
  std::stable_sort(order.begin(), order.end(), [](auto& a, auto& b) { return a.before(b); });
  for (std::size_t k = 0; k < order.size(); ++k) instances[k] = order[k].instance;
  turns_[parent.at()] = instances;
  for (auto i : instances) {
    if (placed_so_far >= max) break;
    auto& st = s_.now[i];
    if (out_.units[i].done || st.running_on.empty()) continue;
    auto here = current_node(in_, s_, i);
    if (!here.valid() || st.failed || !usable(parent, here)) continue;
    if (counts[here.at()] < share && assign_instance(i, here, all, per_node, parent)) ++placed_so_far;
  }
  for (auto i : instances) {
    if (out_.units[i].done) continue;
    if (placed_so_far >= max) {
      for (auto n : ids_of(in_.nodes)) lower_everywhere(i, n);
      inherit(i, parent, all);
      auto saved = busy_[parent.at()];
      assign(i, {});
      busy_[parent.at()] = saved;
      leave_out(i);
    } else if (assign_instance(i, {}, all, per_node, parent)) {
      ++placed_so_far;
    }
  }
}

// A surplus instance is nowhere, and nobody can be with it, or away from it.
void placer::leave_out(unit_id u) {
  out_.units[u].done = false;
  for (auto c : s_.units[u].children) leave_out(c);
}

// A kept instance goes to `preferred` or, if another node is better, is taken up again later.
bool placer::assign_instance(unit_id i, node_id preferred, bool all, std::uint32_t per_node, unit_id parent) {
  inherit(i, parent, all);
  if (preferred.valid() && row(i)[preferred.at()] < 0) return false;
  auto& counts = instances_on_[parent.at()];
  for (auto n : ids_of(in_.nodes)) {
    bool full = counts[n.at()] >= static_cast<std::int32_t>(per_node);
    if (s_.now[i].orphan || full || row(parent)[n.at()] < 0 || !out_.nodes[n].usable()) lower_everywhere(i, n);
  }
  std::vector<std::pair<unit_id, score_row>> saved{{i, row(i)}};
  for (auto m : s_.units[i].children) saved.emplace_back(m, row(m));
  auto chosen = assign(i, preferred);
  if (preferred.valid() && chosen.valid() && chosen != preferred) {
    unassign(i);
    for (auto& [u, scores] : saved) row(u) = scores;
    return false;
  }
  if (!chosen.valid()) return false;
  ++counts[chosen.at()];
  return true;
}

// How much speaks for a node on which there is an instance, the node itself and then what the clone, or bundle, is
// with: nothing does for one that is gone or shuts down.
std::int32_t placer::wishes_sum(unit_id parent, node_id n) {
  score_row wish(in_.nodes.size(), not_a_candidate);
  begin_wishes();
  bool stays = in_.nodes[n].kind != node_kind::cluster || (s_.nodes[n].online && !s_.nodes[n].shutting_down);
  wish[n.at()] = stays ? in_.nodes[n].base.value() : -score::limit;
  for (auto& c : std::vector{with_others(parent)})
    add_wishes(c.primary, wish, c.node_attribute, c.weight / double{score::limit}, false, false);
  for (auto& c : std::vector{others_with(parent)})
    if (influences(c, c.primary))
      add_wishes(c.dependent, wish, c.node_attribute, c.weight / double{score::limit}, false, true);
  return wish[n.at()];
}

// What decides when it is the turn of an instance.
placer::turn placer::turn_of(unit_id instance, unit_id parent) {
  auto here = current_node(in_, s_, instance);
  turn t{.instance = instance, .here = here, .number = s_.units[instance].number};
  t.active_on = here.valid() ? s_.now[instance].running_on.size() : 0;
  t.must_leave = here.valid() && row(instance)[here.at()] < 0;
  t.priority = out_.units[instance].priority;
  if (!here.valid() || t.must_leave) return t;
  t.on_usable = out_.nodes[here].usable();
  t.parent_may = row(parent)[here.at()] != not_a_candidate;
  t.failed = failed_below(instance);
  return t;
}

// One that can stay before one that must leave, then by promotion score, active before inactive, then as far as its
// node, itself and what the clone is with speak for it.
bool placer::turn::before(const turn& other) const {
  if (here.valid() && other.here.valid() && active_on != other.active_on) return active_on < other.active_on;
  if (must_leave != other.must_leave) return !must_leave;
  if (priority != other.priority) return priority > other.priority;
  bool stays = here.valid() && !must_leave, other_stays = other.here.valid() && !other.must_leave;
  if (stays != other_stays) return stays;
  if (!stays) return false;
  if (on_usable != other.on_usable) return on_usable;
  if (parent_may != other.parent_may) return parent_may;
  if (!parent_may) return false;
  if (failed != other.failed) return !failed;
  if (here != other.here && wishes != other.wishes) return wishes > other.wishes;
  if (number != other.number) return number < other.number;
  return instance < other.instance;
}

// Wishes are added up once for each: to compare them is what is done often.
std::vector<placer::turn> placer::turns_of(const std::vector<unit_id>& instances, unit_id parent) {
  std::vector<turn> turns;
  turns.reserve(instances.size());
  for (auto i : instances) turns.push_back(turn_of(i, parent));
  auto wanted = [](auto& t) { return t.parent_may; };
  if (std::count_if(turns.begin(), turns.end(), wanted) > 1)
    for (auto& t : turns)
      if (wanted(t)) t.wishes = wishes_sum(parent, t.here);
  return turns;
}

bool placer::failed_below(unit_id u) const {
  auto& below = s_.units[u].children;
  return s_.now[u].failed || std::any_of(below.begin(), below.end(), [&](auto c) { return failed_below(c); });
}

} // namespace troupe::scheduler
