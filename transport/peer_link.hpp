// One peer: a datagram link and a stream link, the envelope around what goes through them, and one view of its state.
// Inputs are (moment, event); what is to be done comes out as effects. Events for this peer only: the switchboard
// sorts.
#pragma once

#include "transport/datagram_link.hpp"
#include "transport/stream_link.hpp"

namespace troupe::transport {

inline constexpr std::size_t max_datagram_payload = max_datagram_text - envelope_size;
inline constexpr std::size_t max_stream_payload = max_stream_text - envelope_size;

struct link_counters {
  std::uint64_t datagrams_sent = 0; // texts handed in; keep-alives and handshakes are not counted
  std::uint64_t datagrams_received = 0;
  std::uint64_t datagrams_dropped = 0; // while there was no session
  std::uint64_t stream_sent = 0;
  std::uint64_t stream_received = 0;
  std::uint64_t stream_dropped = 0;
};

class peer_link {
public:
  // `me` outlives this. `number` is no other link's, and not 0.
  peer_link(const identity& me, pinned_node peer, const terms& ours, session_id session, const link_timing& timing,
            std::uint16_t number);
  peer_link(const peer_link&) = delete;
  peer_link& operator=(const peer_link&) = delete;

  // `payload` is within its route's limit (asserted).
  void send(const moment& m, route by, message_kind kind, byte_view payload, effects& out);
  void tick(const moment& m, effects& out);
  [[nodiscard]] std::optional<instant> deadline() const;
  void stop(const moment& m, effects& out);

  // Addresses are used from the next attempt on; the key of a peer never changes within a link.
  void set_addresses(std::vector<endpoint> addresses) { context_.peer.addresses = std::move(addresses); }
  // What is said from now on; what has been agreed on stands.
  void set_terms(const terms& ours, session_id session);
  // From the next wait on.
  void set_timing(const link_timing& timing) { context_.timing = timing; }

  void on_hello(const moment& m, const hello& first, const endpoint& from, effects& out); // a datagram's
  void on_answer(const moment& m, message_type type, byte_view datagram, const endpoint& from, effects& out);
  void on_sealed(const moment& m, byte_view datagram, const endpoint& from, effects& out);

  void dialled(stream_id stream) { stream_.dialled(stream); }
  void on_hello(const moment& m, stream_id stream, const hello& first, const endpoint& from, byte_view rest,
                effects& out);
  void on_connected(stream_id stream, effects& out) { stream_.on_connected(stream, out); }
  void on_data(const moment& m, stream_id stream, byte_view data, effects& out);
  void on_closed(const moment& m, stream_id stream, close_reason why, effects& out);

  [[nodiscard]] const pinned_node& peer() const { return context_.peer; }
  [[nodiscard]] const link_state& state() const { return state_; }
  [[nodiscard]] link_counters counters() const;
  [[nodiscard]] const datagram_link& datagrams() const { return datagrams_; }
  [[nodiscard]] const stream_link& stream() const { return stream_; }

private:
  void receive(route via, byte_view text, effects& out);
  void say_changes(instant now, effects& out);
  // After a datagram; `was_silent`: before it.
  void look_at_path(const moment& m, bool was_silent, effects& out);

  link_context context_;
  session_id session_;
  datagram_link datagrams_;
  stream_link stream_;
  link_state state_;
  link_counters counters_;
};

} // namespace troupe::transport
