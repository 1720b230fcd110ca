#include "actors/consensus/electorate.hpp"

#include <algorithm>

namespace troupe::consensus {

const voter* electorate::find(const node_name& node, journal_id journal) const {
  if (planted_.has(plant::let_refetched_voter_vote)) {
    auto it = std::ranges::find(voters_.voters, node, &voter::node);
    return it == voters_.voters.end() ? nullptr : &*it;
  }
  auto at = voters_.find(node, journal);
  return at ? &voters_.voters[*at] : nullptr;
}

const voter* electorate::proposer(ballot b) const {
  auto it = std::ranges::find(voters_.voters, b.proposer, &voter::journal);
  return it == voters_.voters.end() ? nullptr : &*it;
}

bool electorate::quorum(const voter_set& agreed) const {
  if (planted_.has(plant::count_minority)) return agreed.size() > 0 && 2 * agreed.size() + 1 >= voters_.voters.size();
  return is_quorum(voters_, agreed);
}

} // namespace troupe::consensus
