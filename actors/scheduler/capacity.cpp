// Utilization: what a resource needs of a node, and what the node has left.
#include "actors/scheduler/placer.hpp"

#include <algorithm>
#include <set>

namespace troupe::scheduler {

using amounts = std::vector<std::pair<std::int32_t, std::int32_t>>;

namespace {

void add_need(amounts& sum, const std::vector<utilization>& more) {
  for (auto& m : more) {
    auto at = std::find_if(sum.begin(), sum.end(), [&](auto& x) { return x.first == m.kind; });
    if (at == sum.end())
      sum.emplace_back(m.kind, m.amount);
    else
      at->second += m.amount;
  }
}

std::int32_t amount_of(const amounts& list, std::int32_t kind) {
  for (auto& [k, v] : list)
    if (k == kind) return v;
  return 0;
}

} // namespace

bool placer::has_capacity(node_id n, const amounts& need) const {
  return std::all_of(need.begin(), need.end(),
                     [&](auto& x) { return x.second <= amount_of(out_.nodes[n].free, x.first); });
}

// Ahead in more kinds of capacity: comes first (-1).
int placer::compare_capacity(node_id a, node_id b) const {
  auto &fa = out_.nodes[a].free, &fb = out_.nodes[b].free;
  int balance = 0;
  std::set<std::int32_t> kinds;
  for (auto* list : {&fa, &fb})
    for (auto& x : *list) kinds.insert(x.first);
  for (auto kind : kinds) {
    auto x = amount_of(fa, kind), y = amount_of(fb, kind);
    balance += x > y ? 1 : x < y ? -1 : 0;
  }
  return balance > 0 ? -1 : balance < 0 ? 1 : 0;
}

void placer::consume(unit_id u, node_id n, int sign) {
  for (auto& need : in_.resources[s_.units[u].what].uses)
    for (auto& [kind, left] : out_.nodes[n].free)
      if (kind == need.kind) left -= sign * need.amount;
}

// Its own need and that of all unassigned units that must be with it.
amounts placer::unassigned_need(unit_id u) {
  amounts sum;
  std::vector<unit_id> todo{u}, seen{u};
  auto together = [&](unit_id group) {
    return in_.resources[s_.units[group].what].members_together || s_.units[group].parent.valid();
  };
  while (!todo.empty()) {
    auto at = todo.back();
    todo.pop_back();
    if (s_.units[at].kind == resource_kind::primitive && !out_.units[at].done)
      add_need(sum, in_.resources[s_.units[at].what].uses);
    auto visit = [&](unit_id v) {
      if (std::find(seen.begin(), seen.end(), v) != seen.end()) return;
      auto kind = s_.units[v].kind;
      if (is_clone_like(kind)) return;
      seen.push_back(v);
      todo.push_back(v);
      if (kind == resource_kind::group)
        for (auto m : s_.units[v].children) {
          if (std::find(seen.begin(), seen.end(), m) == seen.end()) {
            seen.push_back(m);
            todo.push_back(m);
          }
          if (!together(v)) break; // the first stands for a group that may be spread
        }
    };
    for (auto& c : with_others_[at.at()])
      if (c.weight >= score::limit && !of_another_role(c, at, c.primary)) visit(c.primary);
    for (auto& c : others_with_[at.at()])
      if (c.weight >= score::limit && !of_another_role(c, c.dependent, at)) visit(c.dependent);
    if (auto parent = s_.units[at].parent; parent.valid() && s_.units[parent].kind == resource_kind::group)
      visit(parent);
  }
  return sum;
}

// Bans the nodes that lack capacity, of those that will be there: what is to run on a guest that finds no host waits
// for that, however small the guest is. Gives the most capable node if no node can hold all that belongs together.
node_id placer::limit_by_capacity(unit_id u) {
  auto all = unassigned_need(u);
  amounts own;
  add_need(own, in_.resources[s_.units[u].what].uses);
  if (all.empty()) return {};
  bool fits_somewhere = false;
  node_id most_capable;
  for (auto n : ids_of(in_.nodes)) {
    if (row(u)[n.at()] == not_a_candidate || !usable(u, n)) continue;
    if (has_capacity(n, all)) fits_somewhere = true;
    if (!most_capable.valid() || compare_capacity(n, most_capable) < 0) most_capable = n;
  }
  auto& need = fits_somewhere ? all : own;
  for (auto n : ids_of(in_.nodes))
    if (row(u)[n.at()] != not_a_candidate && usable(u, n) && !has_capacity(n, need)) row(u)[n.at()] = -score::limit;
  return fits_somewhere ? node_id{} : most_capable;
}

} // namespace troupe::scheduler
