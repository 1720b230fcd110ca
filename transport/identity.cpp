#include "transport/identity.hpp"

#include "messages/types/assert.hpp"

#include <sodium.h>

namespace troupe::transport {

identity::identity(node_name name, const seed_bytes& seed)
  : name_(std::move(name)) {
  TROUPE_ASSERT(sodium_init() >= 0, "libsodium could not start");
  crypto_sign_seed_keypair(raw(key_.bytes.data()), secret_.data(), seed.data());
}

signature identity::sign(byte_view text) const {
  signature made{};
  crypto_sign_detached(raw(made.data()), nullptr, raw(text.data()), text.size(), secret_.data());
  return made;
}

bool verify(const public_key& key, byte_view text, const signature& signed_by) {
  return crypto_sign_verify_detached(raw(signed_by.data()), raw(text.data()), text.size(), raw(key.bytes.data())) == 0;
}

} // namespace troupe::transport
