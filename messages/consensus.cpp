#include "messages/consensus.hpp"

#include <algorithm>

namespace troupe::consensus {

std::size_t size_of(const batch& value) {
  std::size_t bytes = batch_overhead;
  for (const auto& c : value.commands) bytes += c.size() + batch_overhead;
  return bytes;
}

bool learned::operator==(const learned& o) const {
  return first == o.first && chosen == o.chosen &&
         std::ranges::equal(values, o.values, [](const auto& a, const auto& b) { return *a == *b; });
}

} // namespace troupe::consensus
