// env.network: how bytes leave and reach this node. Real: the libuv loop (transport/loop). Simulated: the world's
// links. Nothing here is authenticated; sessions (transport/session) do that above.
//
// Calls never wait and never fail visibly: what goes wrong comes back as an event. Events are delivered through the
// handler given to open(), from a thread of the network's own: a handler only passes the event on as a message.
// Limits: a datagram is at most max_datagram; what a stream has not yet sent is at most max_stream_backlog, beyond
// that the stream is closed (a reader that does not drain must not cost us memory).
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/strong.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::transport {

inline constexpr std::size_t max_datagram = 1200; // fits every path MTU that IPv6 allows, less headers
inline constexpr std::size_t max_stream_backlog = std::size_t{8} << 20;

// IPv4 addresses are kept in their IPv6-mapped form (RFC 4291, 2.5.5.2); port in host order.
struct endpoint {
  std::array<std::byte, 16> address{};
  std::uint16_t port = 0;
  auto operator<=>(const endpoint&) const = default;
};

using stream_id = ordinal<struct stream_tag>; // of this process, never reused

enum class close_reason : std::uint8_t {
  by_peer,     // orderly, or reset while open
  refused,     // the host answered: nobody listens there. Its host is alive, its daemon is away
  unreachable, // no route, time-out of the connection attempt, or no stream left on our side
  stuck,       // end_if_stuck
  backlog,     // ours: max_stream_backlog exceeded
};

struct datagram_received {
  endpoint from;
  byte_buffer data;
};
struct stream_accepted {
  stream_id stream;
  endpoint from;
};
struct stream_connected {
  stream_id stream;
};
struct stream_data {
  stream_id stream;
  byte_buffer data;
};
struct stream_closed { // the last event of a stream; not sent for one that close() ended
  stream_id stream;
  close_reason why;
};
using network_event = std::variant<datagram_received, stream_accepted, stream_connected, stream_data, stream_closed>;

class network {
public:
  using handler = std::function<void(network_event)>;

  virtual ~network() = default;
  // Binds UDP and TCP on each of `listen`, and delivers events from then on. Called once.
  // Returns an empty string, or which address could not be bound and why.
  virtual std::string open(const std::vector<endpoint>& listen, handler on_event) = 0;
  virtual void send(const endpoint& to, byte_buffer datagram) = 0; // may be lost, as datagrams are
  virtual stream_id connect(const endpoint& to) = 0;               // answered by connected or closed
  virtual void write(stream_id stream, byte_buffer data) = 0;
  // What was written before still goes out, for a short while; nothing comes in any more.
  virtual void close(stream_id stream) = 0;
  // Ends the stream, at once and with that reason, if what was written has been sent again and is still not
  // acknowledged: for when the path is known to be back, and TCP's next attempt is far off.
  virtual void end_if_stuck(stream_id stream) = 0;
};

} // namespace troupe::transport
