// Where starts failed: a node is left for one where fewer did, whatever the scores say.
//
// What cannot start on one node is to be tried on another before it is tried there again for ever, even if no number of
// failures is set that forbids the node (migration-threshold). So between nodes where a unit may run, the one that is
// avoided less comes first; scores decide between equals; nothing is forbidden, so that a service which starts nowhere
// is still tried. A node's level is the number of binary digits of its count: it is left after 1, 2, 4, 8 ... failed
// starts. Between two failures the level does not change, so the choice does not; and a service that fails everywhere
// moves ever more rarely.
//
// What must be together moves together: the failed starts of a whole group, and of all that are colocated with
// infinity, are one sum. Rejected: a score. Below zero it forbids, above zero it may not come near; and a preference of
// the configuration would outweigh it, or be outweighed together with what the configuration forbids.
#include "actors/scheduler/assignment.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace troupe::scheduler {

namespace {

class avoidance_finder {
public:
  avoidance_finder(const input& in, const cluster_state& s)
    : in_(in)
    , s_(s)
    , joined_(s.units.size()) {
    std::iota(joined_.begin(), joined_.end(), std::size_t{0});
  }

  std::vector<avoidance_row> find() {
    for (auto& c : in_.colocations)
      if (c.weight.must() && c.dependent_role == role::unknown && c.primary_role == role::unknown) join(c);
    std::vector<std::vector<std::uint64_t>> sums(s_.units.size());
    for (auto& f : in_.failed_starts) {
      auto& sum = sums[set_of(outermost(s_, s_.unit_of[f.what], true))];
      if (sum.empty()) sum.assign(in_.nodes.size(), 0);
      sum[f.where.at()] += f.count;
    }
    std::vector<avoidance_row> rows(s_.units.size());
    for (auto u : ids_of(s_.units))
      for (auto count : sums[set_of(outermost(s_, u, true))])
        rows[u.at()].push_back(static_cast<std::uint8_t>(std::bit_width(count)));
    return rows;
  }

private:
  // Of a clone, "with" means with one of its instances: each stands for itself.
  void join(const colocation& c) {
    auto a = outermost(s_, s_.unit_of[c.dependent], true), b = outermost(s_, s_.unit_of[c.primary], true);
    if (!is_clone_like(s_.units[a].kind) && !is_clone_like(s_.units[b].kind)) joined_[set_of(a)] = set_of(b);
  }

  std::size_t set_of(unit_id top) {
    auto i = top.at();
    while (joined_[i] != i) i = joined_[i] = joined_[joined_[i]];
    return i;
  }

  const input& in_;
  const cluster_state& s_;
  std::vector<std::size_t> joined_; // by unit; of the outermost ones
};

} // namespace

std::vector<avoidance_row> find_avoided(const input& in, const cluster_state& s) {
  if (in.failed_starts.empty()) return std::vector<avoidance_row>(s.units.size());
  return avoidance_finder{in, s}.find();
}

} // namespace troupe::scheduler
