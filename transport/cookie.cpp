#include "transport/cookie.hpp"

#include <sodium.h>

namespace troupe::transport {

std::uint64_t cookie_jar::slot_of(instant now) {
  return static_cast<std::uint64_t>(now.time_since_epoch() / slot);
}

cookie cookie_jar::bake_for_slot(const endpoint& whom, std::uint64_t number) const {
  byte_buffer text(whom.address.begin(), whom.address.end());
  put_le(text, whom.port);
  put_le(text, number);
  cookie made{};
  crypto_generichash(raw(made.data()), made.size(), raw(text.data()), text.size(), key_.data(), 32);
  return made;
}

bool cookie_jar::good(const cookie& given, const endpoint& whom, instant now) const {
  auto present = slot_of(now);
  auto is = [&](std::uint64_t number) {
    auto wanted = bake_for_slot(whom, number);
    return sodium_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
  };
  return is(present) || (present > 0 && is(present - 1));
}

} // namespace troupe::transport
