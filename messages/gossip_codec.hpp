// Gossip as bytes: datagrams packed (they must fit a path's MTU), push-pull flat (a stream does not care).
//
// Errors: everything malformed, a name that is empty or too long, an incarnation beyond its limit, more items than the
// limits of messages/gossip.hpp allow, an accuser where none may be or none where one must.
#pragma once

#include "messages/gossip.hpp"
#include "messages/types/result.hpp"

namespace troupe::gossip {

inline constexpr std::size_t max_encoded_datagram = 4096;                // packed
inline constexpr std::size_t max_flat_datagram = std::size_t{64} << 10;  // once unpacked
inline constexpr std::size_t max_encoded_state = std::size_t{256} << 10; // of a push-pull

byte_buffer encode(const datagram& d);
byte_buffer encode(const push_pull& p);
result<datagram> decode_datagram(byte_view bytes);
result<push_pull> decode_push_pull(byte_view bytes);

} // namespace troupe::gossip
