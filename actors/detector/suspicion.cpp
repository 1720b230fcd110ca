#include "actors/detector/suspicion.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::detector {

duration suspicion_timeout(const suspicion_shape& shape, unsigned confirmations) {
  TROUPE_ASSERT(shape.min > duration::zero() && shape.min <= shape.max, "a suspicion that ends before it begins");
  if (shape.wanted == 0 || confirmations >= shape.wanted) return shape.min;
  // Rounded to a millionth, so that no C library's last bit gets into a deadline.
  std::int64_t millionths = std::llround(1e6 * std::log(confirmations + 1.0) / std::log(shape.wanted + 1.0));
  return std::max(shape.min, shape.max - (shape.max - shape.min) / 1'000'000 * millionths);
}

suspicion::suspicion(const suspicion_shape& shape, node_name accuser, instant since)
  : shape_(shape)
  , accusers_{std::move(accuser)}
  , since_(since) {}

bool suspicion::confirm(const node_name& accuser, bool twice) {
  if (accusers_.size() > shape_.wanted) return false;
  if (!twice && std::ranges::find(accusers_, accuser) != accusers_.end()) return false;
  accusers_.push_back(accuser);
  return true;
}

instant suspicion::deadline() const {
  return since_ + suspicion_timeout(shape_, static_cast<unsigned>(accusers_.size() - 1));
}

} // namespace troupe::detector
