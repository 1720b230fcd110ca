// What both halves of a link share: who talks to whom, and how its channels are numbered. A channel's upper 16 bits are
// the link's number, so that a datagram is routed by looking at it; the lower ones are random and never 0.
#pragma once

#include "transport/effects.hpp"

namespace troupe::transport {

// How soon a link notices that nobody answers, and tries again; conf/timers.hpp has the values and the reasons. These
// are those of the default `tolerate`, which a node lives by until it knows its cluster's.
struct link_timing {
  duration keep_alive = std::chrono::milliseconds(800); // silence of our own, after which an empty datagram goes out
  duration silent_after = std::chrono::seconds(1);      // sent, and heard nothing: a new handshake is tried
  duration handshake_retry = std::chrono::milliseconds(100); // of a hello or a finish; doubles
  duration reconnect_min = std::chrono::milliseconds(50);
  duration reconnect_max = std::chrono::seconds(1);
  duration connect_limit = std::chrono::seconds(3); // from dialling or accepting to an open stream
  bool operator==(const link_timing&) const = default;
};

struct link_context {
  const identity* me = nullptr; // outlives the link
  pinned_node peer;
  terms ours;
  link_timing timing;
  std::uint16_t number = 0; // of this link on this node; never 0

  // When both ends opened a session at the same time, the one that the lower key opened stays.
  [[nodiscard]] bool ours_wins() const { return me->key() < peer.key; }

  [[nodiscard]] channel_id draw_channel(const fill_random& random) const {
    std::array<std::byte, 2> drawn{};
    while (get_le<std::uint16_t>(drawn, 0) == 0) random(drawn);
    return channel_id{static_cast<std::uint32_t>(number) << 16 | get_le<std::uint16_t>(drawn, 0)};
  }
};

[[nodiscard]] inline std::uint16_t link_number(channel_id channel) {
  return static_cast<std::uint16_t>(channel.value >> 16);
}

} // namespace troupe::transport
