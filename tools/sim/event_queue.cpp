#include "tools/sim/event_queue.hpp"

#include <algorithm>

namespace troupe::sim {

void event_queue::push(instant at, event_owner owner, task run) {
  std::uint32_t slot;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back({owner, std::move(run)});
  } else {
    slot = free_.back();
    free_.pop_back();
    slots_[slot] = {owner, std::move(run)};
  }
  heap_.push_back({at, (random_.next() & ~std::uint64_t{0xffffffff}) | slot});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
}

event_queue::event event_queue::pop() {
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
  auto slot = heap_.back().slot();
  heap_.pop_back();
  free_.push_back(static_cast<std::uint32_t>(slot));
  return std::move(slots_[slot]);
}

} // namespace troupe::sim
