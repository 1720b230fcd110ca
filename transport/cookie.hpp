// Cookies: proof that a stranger receives at the address he sends from, before any public-key work for him. Keyed
// BLAKE2b over address, port and time slot: nothing is stored for anybody (as in DTLS, RFC 9147, 5.1). On TCP the
// connection itself proves that.
#pragma once

#include "messages/types/time.hpp"
#include "transport/handshake_messages.hpp"

namespace troupe::transport {

class cookie_jar {
public:
  static constexpr duration slot = std::chrono::seconds(30); // a cookie is good in its slot and the next one

  explicit cookie_jar(secret_bytes<32> key)
    : key_(std::move(key)) {}

  [[nodiscard]] cookie bake(const endpoint& whom, instant now) const { return bake_for_slot(whom, slot_of(now)); }
  [[nodiscard]] bool good(const cookie& given, const endpoint& whom, instant now) const;

private:
  [[nodiscard]] static std::uint64_t slot_of(instant now);
  [[nodiscard]] cookie bake_for_slot(const endpoint& whom, std::uint64_t number) const;

  secret_bytes<32> key_;
};

} // namespace troupe::transport
