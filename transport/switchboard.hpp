// The transport of one node, whole and pure: env.network's events and other people's payloads go in, effects come out.
// It owns the identity, the doorman and a link for each node of the directory, and sorts: a datagram by the link number
// in its channel, a stream by who introduced itself on it, a stranger to the doorman.
//
// Whoever drives it (an actor, the simulator, a test) calls one input, then carry_out(), and again tick() at
// deadline().
#pragma once

#include "transport/doorman.hpp"
#include "transport/peer_link.hpp"

#include <memory>

namespace troupe::transport {

class switchboard {
public:
  switchboard(identity me, terms ours, session_id session, secret_bytes<32> cookie_key, link_timing timing = {})
    : me_(std::move(me))
    , ours_(ours)
    , session_(session)
    , timing_(timing)
    , doorman_(std::move(cookie_key)) {}
  switchboard(const switchboard&) = delete; // its links point at its identity
  switchboard& operator=(const switchboard&) = delete;

  // Links to nodes that are gone, have another key or are revoked end; new ones begin. Our own entry is left out.
  void set_directory(const moment& m, directory_of_keys directory, effects& out);
  void set_terms(const terms& ours, session_id session);
  void set_timing(const link_timing& timing);
  [[nodiscard]] const link_timing& timing() const { return timing_; }
  // False, and nothing is done, for a node that is not in the directory. `payload` is within its route's limit.
  bool send(const moment& m, const node_name& to, route by, message_kind kind, byte_view payload, effects& out);
  void on_event(const moment& m, network_event event, effects& out);
  void dialled(const node_name& whom, stream_id stream);
  void tick(const moment& m, effects& out);
  [[nodiscard]] std::optional<instant> deadline() const;
  void stop(const moment& m, effects& out); // every stream in good order; tick no more

  [[nodiscard]] const identity& me() const { return me_; }
  [[nodiscard]] const refusal_log& refusals() const { return refusals_; }
  [[nodiscard]] const doorman& door() const { return doorman_; }
  [[nodiscard]] const peer_link* link(const node_name& name) const;

private:
  struct numbered_link {
    std::uint16_t number;
    std::unique_ptr<peer_link> link;
  };

  void on(const moment& m, datagram_received& event, effects& out);
  void on(const moment& m, stream_accepted& event, effects& out);
  void on(const moment& m, stream_connected& event, effects& out);
  void on(const moment& m, stream_data& event, effects& out);
  void on(const moment& m, stream_closed& event, effects& out);
  void on_hello(const moment& m, const datagram_received& event, effects& out);
  void introduce(const moment& m, stream_id stream, const doorman::introduction& who, effects& out);
  peer_link* link_with(const node_name& name);
  peer_link* link_of(channel_id channel);
  peer_link* link_of(stream_id stream);
  std::uint16_t free_number();
  void count_refusals(const moment& m, std::size_t from, effects& out);

  identity me_;
  terms ours_;
  session_id session_;
  link_timing timing_;
  doorman doorman_;
  directory_of_keys directory_;
  std::map<node_name, numbered_link> links_;
  std::map<std::uint16_t, peer_link*> by_number_;
  std::uint16_t last_number_ = 0;
  refusal_log refusals_;
};

// Hands effects to the network, and those that are not for it to `take`: message_received, link_changed, host_answered,
// turned_away.
void carry_out(effects& asked, network& net, switchboard& board, const std::function<void(effect&&)>& take);

} // namespace troupe::transport
