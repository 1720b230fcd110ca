// Who votes, and the one place that says what a quorum is.
//
// A voter is (node, journal): a promise lives in a journal, so a node that comes back with another journal has promised
// nothing and may not vote in the place of the one it was. Sets of voters are kept by journal, not by position: when
// voters change, one set is asked against the old and against the new configuration.
#pragma once

#include "messages/types/voter.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace troupe::consensus {

inline constexpr std::size_t max_voters = 7;

struct configuration {
  std::vector<voter> voters; // sorted by node, 1 to max_voters, no node and no journal twice
  bool operator==(const configuration&) const = default;

  // Where this pair stands among the voters; none: it is no voter.
  [[nodiscard]] std::optional<std::size_t> find(const node_name& node, journal_id journal) const;
  [[nodiscard]] bool names(const node_name& node) const; // by any journal
};

// Sorts and checks; asserts the rules above (genesis has refused a bad one long before).
configuration make_configuration(std::vector<voter> voters);

// Voters that have agreed to something. Room for two whole configurations, no allocation.
class voter_set {
public:
  void add(journal_id voter);
  [[nodiscard]] bool has(journal_id voter) const;
  [[nodiscard]] std::size_t size() const { return size_; }

private:
  std::array<journal_id, 2 * max_voters> members_{};
  std::size_t size_ = 0;
};

// Any two quorums of one configuration share a voter.
[[nodiscard]] bool is_quorum(const configuration& of, const voter_set& agreed);

} // namespace troupe::consensus
