#include "transport/sealed_datagrams.hpp"

#include "messages/types/assert.hpp"

#include <sodium.h>

namespace troupe::transport {

namespace {

constexpr std::size_t sealed_header = 4 + 8;
constexpr std::size_t counter_at = 4;

std::array<unsigned char, crypto_aead_chacha20poly1305_IETF_NPUBBYTES> nonce_of(std::uint64_t counter) {
  std::array<unsigned char, crypto_aead_chacha20poly1305_IETF_NPUBBYTES> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<unsigned char>(counter >> (8 * i));
  return nonce;
}

} // namespace

channel_id channel_of(byte_view datagram) {
  return datagram.size() < sealed_header ? channel_id{} : channel_id{get_le<std::uint32_t>(datagram, 0)};
}

byte_buffer sealed_datagrams::seal(byte_view text) {
  TROUPE_ASSERT(text.size() <= max_datagram_text, "whoever fills a datagram knows its limit");
  if (next_ >= last_counter) return {};
  auto counter = next_++;
  byte_buffer out;
  out.reserve(datagram_overhead + text.size());
  put_le(out, keys_.their_channel.value);
  put_le(out, counter);
  out.resize(datagram_overhead + text.size());
  auto nonce = nonce_of(counter);
  crypto_aead_chacha20poly1305_ietf_encrypt(raw(out.data() + sealed_header), nullptr, raw(text.data()), text.size(),
                                            raw(out.data()), sealed_header, nullptr, nonce.data(),
                                            keys_.seal_key.data());
  return out;
}

admitted<byte_buffer> sealed_datagrams::open(byte_view datagram) {
  if (datagram.size() < datagram_overhead || datagram.size() > max_datagram) return tl::unexpected(refusal::malformed);
  if (channel_of(datagram) != keys_.our_channel) return tl::unexpected(refusal::unexpected);
  auto counter = get_le<std::uint64_t>(datagram, counter_at);
  if (counter >= last_counter) return tl::unexpected(refusal::malformed);
  if (!seen_.fresh(counter)) return tl::unexpected(refusal::replayed);
  byte_buffer text(datagram.size() - datagram_overhead);
  auto nonce = nonce_of(counter);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(
          raw(text.data()), nullptr, nullptr, raw(datagram.data() + sealed_header), datagram.size() - sealed_header,
          raw(datagram.data()), sealed_header, nonce.data(), keys_.open_key.data()) != 0)
    return tl::unexpected(refusal::forged);
  seen_.mark(counter);
  return text;
}

} // namespace troupe::transport
