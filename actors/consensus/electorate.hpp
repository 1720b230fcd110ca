// The configuration as a replica asks it: who is a voter, who leads by a ballot, is this a quorum. The answers are
// configuration's and is_quorum's; here they can be planted with a bug, and nowhere else.
#pragma once

#include "actors/consensus/configuration.hpp"
#include "actors/consensus/plants.hpp"
#include "messages/consensus.hpp"

namespace troupe::consensus {

class electorate {
public:
  electorate(configuration voters, plants planted)
    : voters_(std::move(voters))
    , planted_(planted) {}

  [[nodiscard]] const std::vector<voter>& voters() const { return voters_.voters; }

  // Null: this pair may not vote.
  [[nodiscard]] const voter* find(const node_name& node, journal_id journal) const;
  // The voter that proposes in this ballot; null: none of ours.
  [[nodiscard]] const voter* proposer(ballot b) const;
  [[nodiscard]] bool quorum(const voter_set& agreed) const;

private:
  configuration voters_;
  plants planted_;
};

} // namespace troupe::consensus
