#include "actors/consensus/configuration.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::consensus {

std::optional<std::size_t> configuration::find(const node_name& node, journal_id journal) const {
  for (std::size_t i = 0; i < voters.size(); ++i)
    if (voters[i].journal == journal && voters[i].node == node) return i;
  return std::nullopt;
}

bool configuration::names(const node_name& node) const {
  return std::ranges::any_of(voters, [&](const voter& v) { return v.node == node; });
}

configuration make_configuration(std::vector<voter> voters) {
  std::ranges::sort(voters);
  TROUPE_ASSERT(!voters.empty() && voters.size() <= max_voters, "1 to max_voters voters");
  for (std::size_t i = 0; i < voters.size(); ++i) {
    TROUPE_ASSERT(voters[i].journal.value != 0, "a voter has a journal");
    for (std::size_t j = 0; j < i; ++j)
      TROUPE_ASSERT(voters[j].node != voters[i].node && voters[j].journal != voters[i].journal,
                    "one vote a node, one vote a journal");
  }
  return configuration{std::move(voters)};
}

void voter_set::add(journal_id voter) {
  if (has(voter)) return;
  TROUPE_ASSERT(size_ < members_.size(), "only voters of a configuration are added");
  members_[size_++] = voter;
}

bool voter_set::has(journal_id voter) const {
  return std::find(members_.begin(), members_.begin() + static_cast<std::ptrdiff_t>(size_), voter) !=
         members_.begin() + static_cast<std::ptrdiff_t>(size_);
}

bool is_quorum(const configuration& of, const voter_set& agreed) {
  auto yes = std::ranges::count_if(of.voters, [&](const voter& v) { return agreed.has(v.journal); });
  return 2 * static_cast<std::size_t>(yes) > of.voters.size();
}

} // namespace troupe::consensus
