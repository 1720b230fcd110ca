#include "actors/consensus/replica_log.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::consensus {

const replica_log::entry* replica_log::find(slot_number slot) const {
  auto it = entries_.find(slot);
  return it == entries_.end() ? nullptr : &it->second;
}

void replica_log::put(slot_number slot, ballot number, shared_batch value) {
  TROUPE_ASSERT(slot > chosen_, "what is decided is not written again");
  entries_.insert_or_assign(slot, entry{number, std::move(value)});
}

const replica_log::entry& replica_log::choose_next() {
  auto it = entries_.find(chosen_.next());
  TROUPE_ASSERT(it != entries_.end(), "a decided slot has its value");
  chosen_ = it->first;
  bytes_ += size_of(*it->second.value);
  return it->second;
}

void replica_log::cut(slot_number slot, shared_bytes state, std::size_t keep) {
  TROUPE_ASSERT(slot <= chosen_, "a snapshot holds decided slots only");
  set_snapshot(slot, std::move(state));
  auto gone = slot_number{slot.value - std::min<std::uint64_t>(slot.value, keep)};
  entries_.erase(entries_.begin(), entries_.upper_bound(gone));
}

void replica_log::install(slot_number slot, shared_bytes state) {
  entries_.erase(entries_.begin(), entries_.upper_bound(slot));
  chosen_ = std::max(chosen_, slot);
  set_snapshot(slot, std::move(state));
}

void replica_log::set_snapshot(slot_number slot, shared_bytes state) {
  snapshot_slot_ = slot;
  snapshot_ = std::move(state);
  bytes_ = 0;
  for (auto it = entries_.upper_bound(slot); it != entries_.end() && it->first <= chosen_; ++it)
    bytes_ += size_of(*it->second.value);
}

} // namespace troupe::consensus
