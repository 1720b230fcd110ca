// What both halves of a link share: who talks to whom, and how its channels are numbered. A channel's upper 16 bits are
// the link's number, so that a datagram is routed by looking at it; the lower ones are random and never 0.
#pragma once

#include "transport/effects.hpp"

namespace troupe::transport {

struct link_context {
  const identity* me = nullptr; // outlives the link
  pinned_node peer;
  terms ours;
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
