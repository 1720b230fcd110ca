// A leader's open slots: proposed in its ballot, or waiting for the window, and not yet known to be chosen.
//
// Invariants: slots are given out once and in order, so that a proposal's slot is known when it is taken; one value a
// slot in one ballot; a slot counts as chosen only by a quorum of voters that accepted it in this very ballot.
//
// Slots travel by streams, which lose nothing while they live: what is not answered is late, not lost, and to send all
// of it again makes it later still (a backlog fed so never drains). So only the oldest few are sent again after a time,
// each after twice the time before; what a broken stream held is sent again at once (replica::stream_lost).
#pragma once

#include "actors/consensus/electorate.hpp"
#include "actors/consensus/options.hpp"
#include "messages/consensus.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace troupe::consensus {

class proposals {
public:
  struct open_slot {
    shared_batch value;
    voter_set votes;
    instant resend_at;
    duration resend_after{};
    bool is_sent = false; // false: it waits for the window
    bool is_chosen = false;
  };

  explicit proposals(slot_number first)
    : first_(first) {}

  [[nodiscard]] slot_number first() const { return first_; }
  [[nodiscard]] slot_number next() const { return first_.plus(open_.size()); } // of the next proposal
  [[nodiscard]] bool empty() const { return open_.empty(); }
  [[nodiscard]] std::size_t size() const { return open_.size(); }
  [[nodiscard]] std::size_t waiting() const { return open_.size() - sent_; }

  slot_number add(shared_batch value);
  // The next slot to send within the window, marked as sent; none: all are out, or the window is full.
  std::optional<slot_number> send_next(const options& limits, instant now);
  // Those of the oldest that are due to be sent again, with their next time set.
  std::vector<slot_number> due_again(const options& limits, instant now);
  [[nodiscard]] open_slot& at(slot_number slot) { return open_[slot.since(first_)]; }
  [[nodiscard]] std::size_t sent() const { return sent_; } // these come first

  // True if this vote was the one that made the slot chosen.
  bool vote(slot_number slot, journal_id from, const electorate& voters);
  [[nodiscard]] bool first_is_chosen() const { return !open_.empty() && open_.front().is_chosen; }
  void drop_until(slot_number chosen); // they are in the log now

private:
  slot_number first_; // of open_
  std::deque<open_slot> open_;
  std::size_t sent_ = 0;
  std::size_t sent_bytes_ = 0;
};

} // namespace troupe::consensus
