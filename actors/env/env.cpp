#include "actors/env/env.hpp"

#include <array>

namespace troupe::env {

std::uint64_t entropy::number() {
  std::array<std::byte, 8> raw{};
  fill(raw);
  return get_le<std::uint64_t>(raw, 0);
}

} // namespace troupe::env
