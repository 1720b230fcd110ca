// Colocation, the other way: how much something is drawn to where what is colocated with it would like to be.
#include "actors/scheduler/placer.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::scheduler {

namespace {

// Wishes count once for each way on which they come, as with the peer, and a web of colocations has more ways than any
// time is enough for: thirty services that would rather be apart, a billion. So many steps are taken for one unit,
// more than any chain or tree needs; what lies beyond them does not count. A running cluster must have its answer soon;
// who compares with the peer can wait.
constexpr std::size_t native_steps = 1'000, peer_steps = 20'000, steps_for_each_unit = 4;

// What a cell is while wishes are added, of a node that is wanted and from which a wish would take more than it is
// wanted. It stays so, whoever else wishes what, and counts 1 in the end: wanted still, but no more than that.
constexpr std::int32_t barely_wanted = not_a_candidate + 1; // no score is that low

void add_wish(std::int32_t& cell, std::int32_t wish, double factor, bool positive_only) {
  if (factor < 0 && wish < 0) return; // to keep away from what keeps away from a node is no reason to go there
  if (cell == barely_wanted) return;
  double exact = factor * wish;
  std::int32_t delta = std::abs(exact) >= score::limit ? (exact > 0 ? score::limit : -score::limit)
                                                       : static_cast<std::int32_t>(std::round(exact));
  if (delta == 0 && wish != 0) delta = factor > 0 ? 1 : factor < 0 ? -1 : 0;
  auto sum = add_scores(delta, cell);
  if (positive_only && sum < 0 && cell >= 0) {
    if (cell > 0) cell = barely_wanted;
    return;
  }
  cell = sum;
}

} // namespace

// How much a unit would like to be on each node, or on the best of those that share its value of the attribute.
score_row placer::wishes_of(unit_id u, std::int32_t attribute) const {
  score_row own(in_.nodes.size(), -score::limit);
  for (auto n : ids_of(in_.nodes))
    if (row(u)[n.at()] != not_a_candidate && out_.nodes[n].usable())
      own[n.at()] = std::max(row(u)[n.at()], -score::limit);
  if (attribute < 0) return own;
  auto best = own;
  for (auto n : ids_of(in_.nodes))
    for (auto other : ids_of(in_.nodes))
      if (attribute_of(other, attribute) == attribute_of(n, attribute))
        best[n.at()] = std::max(best[n.at()], own[other.at()]);
  return best;
}

void placer::begin_wishes() {
  auto least = in_.rules == policy::native ? native_steps : peer_steps;
  wish_steps_ = least + steps_for_each_unit * s_.units.size();
}

// Adds to `target` what `from` would like, and all that is colocated toward it, once for each way there. The first step
// is attenuated by `factor`, each further one by its own weight alone: of what is before it on the way only the sign is
// passed on. A step that leaves no node is taken back. `positive_only`: a node that is wanted stays so, however much
// others dislike it.
void placer::add_wishes(unit_id from, score_row& target, std::int32_t attribute, double factor, bool toward_primaries,
                        bool positive_only) {
  if (wish_steps_ == 0) return;
  --wish_steps_;
  if (s_.units[from].kind == resource_kind::group) {
    if (merging_[from.at()]) return;
    merging_[from.at()] = true;
    auto& members = s_.units[from].children; // from the end from which the chain leads through all of them
    add_wishes(toward_primaries ? members.back() : members.front(), target, attribute, factor, toward_primaries,
               positive_only);
    merging_[from.at()] = false;
    return;
  }
  if (merging_[from.at()]) return;
  merging_[from.at()] = true;
  auto work = target;
  auto wishes = wishes_of(from, attribute);
  for (auto n : ids_of(in_.nodes))
    if (work[n.at()] != not_a_candidate && wishes[n.at()] != 0)
      add_wish(work[n.at()], wishes[n.at()], factor, positive_only);
  if (any_usable(work)) {
    hand_down(from);
    auto list = toward_primaries ? with_others(from) : others_with(from);
    for (auto& c : list) {
      if (!toward_primaries && !influences(c, c.primary)) continue;
      add_wishes(toward_primaries ? c.primary : c.dependent, work, c.node_attribute,
                 (factor < 0 ? -1.0 : 1.0) * c.weight / score::limit, toward_primaries, positive_only);
    }
    for (auto& cell : work)
      if (cell == barely_wanted) cell = 1;
    target = work;
  }
  merging_[from.at()] = false;
}

} // namespace troupe::scheduler
