// A session over datagrams: [receiver's channel 4 | counter 8 | ChaCha20-Poly1305 (RFC 8439) of the text | tag 16], the
// header authenticated with the text, the nonce made from the counter. A session is one pair of keys, so that no node
// can speak for another and revoking one leaves the others alone (rejected: one key for the cluster). An empty text is
// a keep-alive. Sealing 200 bytes takes under a microsecond; so does opening or refusing them.
#pragma once

#include "transport/handshake.hpp"
#include "transport/replay_window.hpp"

namespace troupe::transport {

inline constexpr std::size_t datagram_overhead = 4 + 8 + 16;
inline constexpr std::size_t max_datagram_text = max_datagram - datagram_overhead;
// When a session has sealed so many, its keys should be replaced; and when it must not seal one more.
inline constexpr std::uint64_t worn_counter = std::uint64_t{1} << 40;
inline constexpr std::uint64_t last_counter = std::uint64_t{1} << 48;

// The channel that a sealed datagram names; channel 0 means a handshake, or too short to be anything.
[[nodiscard]] channel_id channel_of(byte_view datagram);

class sealed_datagrams {
public:
  // `first` is where counting starts: for tests of the end of the counter only.
  explicit sealed_datagrams(agreed_session keys, std::uint64_t first = 0)
    : keys_(std::move(keys))
    , next_(first) {}

  // Empty once the counter is used up: it never wraps. `text` has at most max_datagram_text bytes.
  byte_buffer seal(byte_view text);
  // malformed, replayed or forged; then nothing has changed.
  admitted<byte_buffer> open(byte_view datagram);

  [[nodiscard]] bool worn() const { return next_ >= worn_counter; }
  [[nodiscard]] const agreed_session& agreed() const { return keys_; }

private:
  agreed_session keys_;
  std::uint64_t next_;
  replay_window seen_;
};

} // namespace troupe::transport
