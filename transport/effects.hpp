// What the cores of this room ask for: they call nothing themselves. carry_out (switchboard.hpp) hands these to the
// network and to whoever holds the switchboard.
#pragma once

#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"
#include "transport/envelope.hpp"
#include "transport/handshake.hpp"
#include "transport/network.hpp"

#include <optional>
#include <variant>

namespace troupe::transport {

// When an input comes, and randomness for it.
struct moment {
  instant now;
  const fill_random& random;
};

enum class route : std::uint8_t {
  datagram, // may be lost, repeated never; the oldest waiting ones are dropped first
  stream,   // in order while the stream lasts; what it held is lost with it
};

struct link_state {
  bool datagrams = false;
  bool stream = false;
  terms theirs; // as of the newest handshake
  bool operator==(const link_state&) const = default;
};

struct send_datagram {
  endpoint to;
  byte_buffer data;
};
struct dial { // network.connect; the stream's id goes back through switchboard::dialled before anything else
  node_name whom;
  endpoint to;
};
struct write_stream {
  stream_id stream;
  byte_buffer data;
};
struct close_stream {
  stream_id stream;
};
struct end_if_stuck {
  stream_id stream;
};
struct message_received { // authenticated; the payload is not decoded yet
  node_name from;
  route via = route::datagram;
  envelope head;
  byte_buffer payload;
};
struct link_changed {
  node_name peer;
  link_state state;
};
struct stream_broken { // what it held is lost, either way; perhaps nothing. What is sent from now on waits for the next one
  node_name peer;
  bool stuck = false; // end_if_stuck ended it
};
struct host_answered { // its host refused a connection: it is alive, its daemon is away
  node_name peer;
  endpoint at;
};
struct turned_away { // counted; from the switchboard it comes only when it should be logged
  refusal why = refusal::malformed;
  endpoint from;
  std::optional<node_name> who; // the link it was aimed at, or what it calls itself; nobody has shown to be that node
};
using effect = std::variant<send_datagram, dial, write_stream, close_stream, end_if_stuck, message_received,
                            link_changed, stream_broken, host_answered, turned_away>;
using effects = std::vector<effect>;

} // namespace troupe::transport
