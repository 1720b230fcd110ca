#include "actors/env/posix_basics.hpp"

#include "messages/types/assert.hpp"

#include <sodium.h>

#include <chrono>

namespace troupe::env {

posix_entropy::posix_entropy() {
  TROUPE_ASSERT(sodium_init() >= 0, "without the kernel's entropy no key is secret");
}

void posix_entropy::fill(std::span<std::byte> out) {
  randombytes_buf(out.data(), out.size());
}

stamp posix_calendar::now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

} // namespace troupe::env
