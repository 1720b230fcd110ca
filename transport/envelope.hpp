// What stands in front of every message inside of the seal: enough to know, before Cap'n Proto reads a byte, which
// conversation it belongs to and whether it comes from our cluster.
//   version 1 | kind 1 | zero 2 | level 4 | lineage 16 | sender's session 8, then the payload
// The handshake says lineage and level too, once; a node's lineage changes when it joins, its level when the cluster's
// rises, and what it says in a message is what held when it said it.
#pragma once

#include "messages/types/ids.hpp"
#include "transport/refusal.hpp"

namespace troupe::transport {

inline constexpr std::uint8_t envelope_version = 1;
inline constexpr std::size_t envelope_size = 32;

// The conversations. A number, once used, keeps its meaning.
enum class message_kind : std::uint8_t {
  gossip = 1,    // the detector's
  consensus = 2, // ballots, accepts, catch-up, snapshots
  cluster = 3,   // commands forwarded to the leader, and their outcomes
  contact = 4,   // the leader's tick and its acknowledgements
  feed = 5,      // a light member's acts, and its reports
  console = 6,   // questions of an operator that another node must answer
  joining = 7,   // genesis, and the first words of a node without a lineage
};

struct envelope {
  message_kind kind = message_kind::gossip;
  std::uint32_t level = 0;
  lineage_id lineage;
  session_id session; // 0: has not joined
  bool operator==(const envelope&) const = default;
};

byte_buffer wrap(const envelope& head, byte_view payload);

struct unwrapped {
  envelope head;
  byte_buffer payload;
};
// malformed, wrong_version; an unknown kind is malformed.
admitted<unwrapped> unwrap(byte_view text);

} // namespace troupe::transport
