#include "actors/consensus/proposals.hpp"

namespace troupe::consensus {

slot_number proposals::add(shared_batch value) {
  auto slot = next();
  open_.push_back({std::move(value), {}, {}, false, false});
  return slot;
}

std::optional<slot_number> proposals::send_next(std::size_t window, instant now) {
  if (sent_ == open_.size() || sent_ >= window) return std::nullopt;
  auto slot = first_.plus(sent_++);
  at(slot).is_sent = true;
  at(slot).sent = now;
  return slot;
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
    if (open_.front().is_sent) --sent_;
    open_.pop_front();
    first_ = first_.next();
  }
  if (first_ <= chosen) first_ = chosen.next();
}

} // namespace troupe::consensus
