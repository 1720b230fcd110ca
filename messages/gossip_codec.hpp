// Gossip as bytes: datagrams packed (they must fit a path's MTU), push-pull flat (a stream does not care).
//
// Both travel as message_kind::gossip; the first byte of the payload tells which it is (to_wire, from_wire). A kind of its
// own in the envelope was the alternative: it would make transport know that a detector says two kinds of things.
//
// Errors: everything malformed, a name that is empty or too long, an incarnation beyond its limit, more items than the
// limits of messages/gossip.hpp allow, an accuser where none may be or none where one must.
#pragma once

#include "messages/gossip.hpp"
#include "messages/types/result.hpp"

#include <variant>

namespace troupe::gossip {

inline constexpr std::size_t max_encoded_datagram = 4096;                // packed
inline constexpr std::size_t max_flat_datagram = std::size_t{64} << 10;  // once unpacked
inline constexpr std::size_t max_encoded_state = std::size_t{256} << 10; // of a push-pull

byte_buffer encode(const datagram& d);
byte_buffer encode(const push_pull& p);
result<datagram> decode_datagram(byte_view bytes);
result<push_pull> decode_push_pull(byte_view bytes);

// As the payload of a message between nodes.
inline constexpr std::size_t wire_head = 1; // bytes before the encoding
using message = std::variant<datagram, push_pull>;
byte_buffer to_wire(const datagram& d);
byte_buffer to_wire(const push_pull& p);
result<message> from_wire(byte_view bytes);

} // namespace troupe::gossip
