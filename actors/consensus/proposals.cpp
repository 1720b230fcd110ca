#include "actors/consensus/proposals.hpp"

#include <algorithm>

namespace troupe::consensus {

slot_number proposals::add(shared_batch value) {
  auto slot = next();
  open_.push_back({std::move(value), {}, {}, {}, false, false});
  return slot;
}

std::optional<slot_number> proposals::send_next(const options& limits, instant now) {
  if (sent_ == open_.size() || sent_ >= limits.window) return std::nullopt;
  auto& open = open_[sent_];
  auto bytes = size_of(*open.value);
  if (sent_ > 0 && sent_bytes_ + bytes > limits.window_bytes) return std::nullopt;
  sent_bytes_ += bytes;
  open.is_sent = true;
  open.resend_after = limits.retransmit;
  open.resend_at = now + open.resend_after;
  return first_.plus(sent_++);
}

std::vector<slot_number> proposals::due_again(const options& limits, instant now) {
  std::vector<slot_number> due;
  for (std::size_t i = 0; i < std::min(sent_, limits.resend_slots); ++i) {
    auto& open = open_[i];
    if (open.is_chosen || now < open.resend_at) continue;
    open.resend_after = std::min(2 * open.resend_after, limits.resend_most);
    open.resend_at = now + open.resend_after;
    due.push_back(first_.plus(i));
  }
  return due;
}

bool proposals::vote(slot_number slot, journal_id from, const electorate& voters) {
  if (slot < first_ || slot.since(first_) >= sent_) return false;
  auto& open = at(slot);
  open.votes.add(from);
  if (open.is_chosen || !voters.quorum(open.votes)) return false;
  return open.is_chosen = true;
}

void proposals::drop_until(slot_number chosen) {
  while (first_ <= chosen && !open_.empty()) {
    if (open_.front().is_sent) {
      --sent_;
      sent_bytes_ -= size_of(*open_.front().value);
    }
    open_.pop_front();
    first_ = first_.next();
  }
  if (first_ <= chosen) first_ = chosen.next();
}

} // namespace troupe::consensus
