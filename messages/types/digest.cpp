#include "messages/types/digest.hpp"

#include "messages/types/assert.hpp"

#include <sodium.h>

namespace troupe {

static const unsigned char* raw(byte_view v) {
  return reinterpret_cast<const unsigned char*>(v.data());
}

digest digest_of(std::initializer_list<byte_view> parts) {
  crypto_generichash_state state;
  digest out{};
  TROUPE_ASSERT(crypto_generichash_init(&state, nullptr, 0, out.size()) == 0, "BLAKE2b has no parameters to refuse");
  for (auto part : parts) {
    auto length = le_bytes<std::uint64_t>(part.size());
    crypto_generichash_update(&state, raw(length), sizeof length);
    crypto_generichash_update(&state, raw(part), part.size());
  }
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(out.data()), out.size());
  return out;
}

short_digest short_digest_of(byte_view data) {
  short_digest out{};
  crypto_generichash(reinterpret_cast<unsigned char*>(out.data()), out.size(), raw(data), data.size(), nullptr, 0);
  return out;
}

} // namespace troupe
