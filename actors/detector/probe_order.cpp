#include "actors/detector/probe_order.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::detector {

void probe_order::insert(const node_name& name, random_source& random) {
  TROUPE_ASSERT(!contains(name), "a member is probed once per rotation");
  auto at = random.below(order_.size() + 1);
  order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(at), name);
  if (at < next_) ++next_; // the ones behind `next_` have had their turn
}

void probe_order::remove(const node_name& name) {
  auto found = std::ranges::find(order_, name);
  if (found == order_.end()) return;
  if (static_cast<std::size_t>(found - order_.begin()) < next_) --next_;
  order_.erase(found);
}

bool probe_order::contains(const node_name& name) const {
  return std::ranges::find(order_, name) != order_.end();
}

std::optional<node_name> probe_order::next(random_source& random) {
  if (order_.empty()) return std::nullopt;
  if (rotation_done()) {
    random.shuffle(order_);
    next_ = 0;
  }
  return order_[next_++];
}

} // namespace troupe::detector
