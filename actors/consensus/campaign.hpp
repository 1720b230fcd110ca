// Phase 1 of one ballot, for all slots at once: collects promises, chunk by chunk, until a quorum has told everything.
//
// Invariant (P2c): for each slot above base() the value to propose is that of the highest ballot told by a quorum; a
// slot that nobody in it has accepted is free, and below a used one is a hole to be filled. Slots up to base() are
// chosen: some voter knows their values, they are learned and never proposed again.
#pragma once

#include "actors/consensus/configuration.hpp"
#include "actors/consensus/plants.hpp"
#include "messages/consensus.hpp"

#include <map>
#include <optional>

namespace troupe::consensus {

class campaign {
public:
  campaign(ballot number, slot_number chosen, plants planted);

  [[nodiscard]] ballot number() const { return number_; }

  // One chunk of one voter. Returns the `first` to ask it for next; none: it has told all, or this was no news.
  std::optional<slot_number> add(const voter& from, const promise& p);
  // What to ask this voter for; none: it has told all.
  [[nodiscard]] std::optional<slot_number> cursor(journal_id voter) const;
  [[nodiscard]] const voter_set& told_all() const { return told_all_; }

  [[nodiscard]] slot_number base() const { return base_; }
  [[nodiscard]] const node_name& base_known_by() const { return base_known_by_; } // empty: by ourselves
  // The newest slot that must be proposed or learned before anything new.
  [[nodiscard]] slot_number last() const;
  [[nodiscard]] shared_batch value(slot_number slot) const; // above base(); a no-op for a hole

private:
  void adopt(const accepted_value& v);

  ballot number_;
  slot_number first_;
  slot_number base_;
  node_name base_known_by_;
  plants planted_;
  std::map<journal_id, slot_number> cursors_; // of those that have told a part
  voter_set told_all_;
  std::map<slot_number, accepted_value> values_;
};

} // namespace troupe::consensus
