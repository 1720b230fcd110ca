// Which instances of a promotable clone are promoted.
//
// A promotion score (set by the agent, per node) draws instances to nodes before they are assigned, and ranks them
// afterwards together with location constraints for the role and colocations by role.
//
// Where promotions failed comes last, as with starts (avoidance.cpp), and is not forbidden: whoever is promoted and
// well is not demoted for a node on which that did not succeed, whatever score its agent asks for.
#include "actors/scheduler/placer.hpp"

#include <algorithm>
#include <bit>

namespace troupe::scheduler {

// A score counts where this instance is active, where it was probed while no other instance is active there, and
// everywhere if nothing is known of it.
bool placer::promotion_score_applies(unit_id u, node_id n) const {
  auto is_on = [&](unit_id v) {
    auto& at = s_.now[v].running_on;
    return std::find(at.begin(), at.end(), n) != at.end();
  };
  if (in_anonymous_clone(in_, s_, u)) {
    if (is_on(u)) return true;
    bool another = false, probed = false;
    auto look = [&](unit_id v) {
      if (s_.units[v].what != s_.units[u].what) return;
      another = another || is_on(v);
      probed = probed || s_.knows(v, n);
    };
    for (auto i : s_.units[enclosing_clone(s_, u)].children) {
      look(i);
      for (auto m : s_.units[i].children) look(m);
    }
    if (!another && probed) return true;
  }
  bool known_somewhere = !s_.now[u].running_on.empty();
  for (auto m : ids_of(in_.nodes)) known_somewhere = known_somewhere || s_.knows(u, m);
  return !known_somewhere || s_.knows(u, n) || is_on(u);
}

std::int32_t placer::promotion_score_of(unit_id u, node_id n, bool* is_default) const {
  auto& unit = s_.units[u];
  if (unit.kind != resource_kind::primitive) {
    std::int32_t sum = 0;
    for (auto m : unit.children) sum = add_scores(sum, promotion_score_of(m, n, is_default));
    return sum;
  }
  auto from = std::lower_bound(in_.promotion_scores.begin(), in_.promotion_scores.end(), unit.what,
                               [](const promotion_score& p, resource_id r) { return p.what < r; });
  auto where = n;
  if (in_.resources[unit.what].scores_on_host && in_.nodes[n].container.valid()) {
    auto& at = s_.now[s_.unit_of[in_.nodes[n].container]].running_on;
    if (at.empty()) return 0;
    where = at.front();
  }
  bool unique = in_unique_clone(in_, s_, u);
  const promotion_score* found = nullptr;
  for (auto p = from; p != in_.promotion_scores.end() && p->what == unit.what; ++p) {
    if (p->where != where) continue;
    auto reported = s_.now[u].reported_number;
    bool exact = p->number == (reported >= 0 ? reported : unit.number);
    if (exact || (p->number < 0 && !unique))
      if (!found || exact) found = &*p;
  }
  if (!found) return 0;
  if (!promotion_score_applies(u, n)) return 0;
  if (is_default) *is_default = false;
  return found->value;
}

void placer::add_promotion_scores(unit_id clone) {
  if (promotion_added_[clone.at()]) return;
  promotion_added_[clone.at()] = true;
  for (auto i : s_.units[clone].children)
    for (auto n : ids_of(in_.nodes)) {
      auto& cell = row(i)[n.at()];
      if (!usable(i, n)) continue; // it does not bring one back to where it must not be
      auto value = promotion_score_of(i, n, nullptr);
      if (value > 0) {
        cell = add_scores(cell, value);
        // The members of a cloned group follow their first.
        if (s_.units[i].kind == resource_kind::group) {
          auto& first = row(s_.units[i].children.front())[n.at()];
          if (first != not_a_candidate) first = add_scores(first, value);
        }
      }
      out_.units[i].priority = std::max(out_.units[i].priority, value);
    }
}

void placer::set_role(unit_id u, role r) {
  out_.units[u].next = r;
  for (auto m : s_.units[u].children)
    if (out_.units[m].next != role::stopped || r == role::stopped) set_role(m, r);
}

// An instance's priority for promotion; below 0 it is not promoted.
void placer::judge_instance(unit_id clone, unit_id i) {
  auto& p = out_.units[i];
  auto n = location(i, false);
  auto next = next_role(i);
  if (next == role::unpromoted || next == role::stopped) {
    p.priority = -score::limit;
  } else if (next == role::promoted) {
    p.priority = score::limit; // unmanaged, or it cannot be helped
  } else {
    bool is_default = true;
    auto value = n.valid() ? promotion_score_of(i, n, &is_default) : 0;
    p.priority = is_default ? -1 : value;
  }
  if (!n.valid()) return;
  for (auto& [u, l] : out_.considered.promoted_locations)
    if (l.where == n && (u == clone || u == s_.units[clone].parent || u == i || below(s_, u, i)))
      p.priority = add_scores(p.priority, l.weight.value());
  auto all = with_others(i);
  for (auto& c : with_others(clone)) // once, whether the instance has inherited it or not
    if (std::none_of(all.begin(), all.end(), [&](auto& own) { return same_colocation(own, c); })) all.push_back(c);
  for (auto& c : all) {
    bool wish = c.weight > 0 && c.weight < score::limit; // says which one, not whether
    if (c.dependent_role >= role::unpromoted && !wish) follow(i, c.primary, c);
  }
  for (auto m : s_.units[i].children) // a group's members may be limited on their own
    if (next_role(m) == role::stopped || (s_.now[m].next != role::unknown && s_.now[m].next < role::promoted))
      p.priority = -score::limit;
}

// How good each instance's node is, with the colocations by role on either side.
std::vector<std::int64_t> placer::promotion_index(unit_id clone) {
  score_row sums = row(clone);
  for (auto& cell : sums)
    if (cell == not_a_candidate) cell = 0;
  auto& instances = in_turn(clone);
  for (auto i : instances) {
    auto n = location(i, false);
    if (n.valid() && out_.units[i].priority >= 0) sums[n.at()] = add_scores(sums[n.at()], out_.units[i].priority);
  }
  begin_wishes();
  for (auto& c : std::vector{with_others(clone)}) {
    if (c.dependent_role != role::promoted) continue;
    add_wishes(c.primary, sums, c.node_attribute, c.weight / double{score::limit}, true, c.weight < score::limit);
  }
  for (auto& c : std::vector{others_with(clone)})
    if (c.primary_role == role::promoted && influences(c, c.primary) && !out_.units[c.dependent].done)
      add_wishes(c.dependent, sums, c.node_attribute, c.weight / double{score::limit}, false, true);
  for (auto n : ids_of(in_.nodes)) // what is to be with the clone is drawn to where it would be promoted
    if (row(clone)[n.at()] != not_a_candidate) row(clone)[n.at()] = sums[n.at()];
  std::vector<std::int64_t> index;
  for (auto i : instances) {
    auto n = location(i, false);
    if (!out_.units[i].managed && next_role(i) == role::promoted)
      index.push_back(score::limit);
    else if (!n.valid() || out_.units[i].priority < 0)
      index.push_back(out_.units[i].priority < 0 ? out_.units[i].priority : -1);
    else
      index.push_back(sums[n.at()]);
  }
  return index;
}

std::uint64_t placer::failed_promotes(unit_id i) const {
  auto n = location(i, false);
  if (in_.failed_promotes.empty() || !n.valid()) return 0;
  std::uint64_t sum = 0;
  for (auto& f : in_.failed_promotes) {
    auto is_it = [&](unit_id u) { return s_.units[u].what == f.what; };
    bool of_it = is_it(i) || std::ranges::any_of(s_.units[i].children, is_it); // a group is its members
    if (of_it && f.where == n) sum += f.count;
  }
  return sum;
}

void placer::choose_roles(unit_id clone) {
  auto& r = in_.resources[s_.units[clone].what];
  auto instances = in_turn(clone); // equally good ones keep that order
  for (auto i : instances) judge_instance(clone, i);
  auto index = promotion_index(clone);
  auto decides = turns_of(instances, clone);
  std::vector<std::uint64_t> failed;
  for (auto i : instances) failed.push_back(std::bit_width(failed_promotes(i)));
  std::vector<std::size_t> order(instances.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (failed[a] != failed[b]) return failed[a] < failed[b];
    if (index[a] != index[b]) return index[a] > index[b];
    auto ra = present_role(s_, instances[a]), rb = present_role(s_, instances[b]);
    if (ra != rb) return ra > rb;
    return decides[a].before(decides[b]);
  });
  for (std::size_t k = 0; k < order.size(); ++k) out_.units[instances[k]].rank = index[k];
  auto& turns = turns_[clone.at()];
  turns.clear();
  for (auto k : order) turns.push_back(instances[k]);
  std::uint32_t promoted = 0;
  std::vector<std::uint32_t> on_node(in_.nodes.size(), 0);
  auto eligible = [&](std::size_t k) {
    auto i = instances[k];
    auto n = location(i, false);
    if (!n.valid() || promoted >= r.promoted_max) return false;
    if (auto host = in_.nodes[n].container; host.valid() && !location(s_.unit_of[host], false).valid()) return false;
    bool frozen = !in_.settings.quorate && in_.settings.without_quorum == no_quorum::freeze;
    if (frozen && present_role(s_, i) != role::promoted) return false;
    for (auto m : s_.units[i].children)
      if (!out_.units[m].node.valid()) return false;
    if (!out_.units[i].managed && present_role(s_, i) == role::promoted) return true;
    bool managed = out_.units[i].managed;
    if (!managed) return false;
    return out_.units[i].priority >= 0 && index[k] >= 0 && out_.nodes[n].usable() && row(clone)[n.at()] >= 0 &&
           on_node[n.at()] < r.promoted_node_max;
  };
  for (auto k : order) {
    auto i = instances[k];
    if (next_role(i) == role::stopped && !location(i, false).valid()) continue;
    if (eligible(k)) {
      ++on_node[location(i, false).at()];
      ++promoted;
      set_role(i, role::promoted);
    } else if (out_.units[i].managed || next_role(i) == role::unknown) {
      if (next_role(i) != role::stopped) set_role(i, role::unpromoted);
    }
  }
}

// Without quorum what runs in a role is not promoted any further. That says nothing of which instances are the ones to
// be promoted: whatever else is chosen by that has been chosen before.
void placer::demote_without_quorum() {
  if (in_.settings.quorate || in_.settings.without_quorum != no_quorum::demote) return;
  for (auto u : ids_of(s_.units))
    if (s_.units[u].kind == resource_kind::primitive && out_.units[u].managed && s_.now[u].now >= role::unpromoted)
      out_.units[u].next = std::min(out_.units[u].next, role::unpromoted);
}

} // namespace troupe::scheduler
