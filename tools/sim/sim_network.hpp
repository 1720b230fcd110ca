// The world's network. `fabric` is what lies between the machines: datagrams that are lost, doubled, late and out of
// order, streams that are none of that but may stall and break. `network_card` is env.network of one life of one
// daemon.
//
// Addresses: machine k (from 0) is 10.0.0.(k+1); anything else has no route. What a connection finds:
//   the host is up, nobody listens there    refused, after a round trip
//   the host is off, booting, paused or cut off: unreachable, after connect_timeout
// A stream survives a partition as TCP does: segments are sent again, ever later, and after give_up without an answer
// the writer's end is closed as unreachable. A host that lost power says nothing; once it is back it resets what it
// does not know. A daemon that dies leaves its kernel to close its streams. Loss on a link delays streams.
#pragma once

#include "tools/sim/kernel.hpp"
#include "transport/network.hpp"

#include <deque>
#include <map>
#include <optional>

namespace troupe::sim {

inline constexpr duration connect_timeout = std::chrono::seconds{3};
inline constexpr duration retransmit_first = std::chrono::milliseconds{200};
inline constexpr duration retransmit_last = std::chrono::seconds{5}; // the back-off doubles up to this
inline constexpr duration give_up = std::chrono::seconds{30};
inline constexpr duration latency_least = std::chrono::microseconds{100};
inline constexpr duration latency_spread = std::chrono::microseconds{300};
inline constexpr std::size_t max_held_packets = 256; // that wait for a paused machine; more are dropped

inline constexpr std::uint16_t cluster_port = 5410;
transport::endpoint address_of(machine_index m, std::uint16_t port = cluster_port);
std::optional<machine_index> machine_at(const transport::endpoint& e, std::size_t machines);

class fabric;

class network_card final : public transport::network {
public:
  network_card(fabric& between, machine_index machine);
  ~network_card() override;
  network_card(const network_card&) = delete;
  network_card& operator=(const network_card&) = delete;

  std::string open(const std::vector<transport::endpoint>& listen, handler on_event) override;
  void send(const transport::endpoint& to, byte_buffer datagram) override;
  transport::stream_id connect(const transport::endpoint& to) override;
  void write(transport::stream_id stream, byte_buffer data) override;
  void close(transport::stream_id stream) override;
  void end_if_stuck(transport::stream_id stream) override;

  // The daemon is gone: nothing goes out or comes in any more, and its callbacks are let go.
  void shut();

private:
  friend class fabric;
  void deliver(transport::network_event event);
  [[nodiscard]] bool listens_on(std::uint16_t port) const;
  [[nodiscard]] transport::endpoint source() const;

  fabric& fabric_;
  machine_index machine_;
  std::vector<transport::endpoint> listen_;
  handler on_event_;
  std::uint64_t last_stream_ = 0;
  std::map<transport::stream_id, std::uint64_t> streams_; // to the fabric's number of the connection
};

class fabric {
public:
  explicit fabric(kernel& k);

  // How many datagrams were too long to be sent; a node that makes one has a bug.
  [[nodiscard]] std::uint64_t oversized() const { return oversized_; }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  [[nodiscard]] std::size_t open_connections() const { return connections_.size(); }

private:
  friend class network_card;

  struct segment { // data, or the end of the stream
    byte_buffer data;
    bool last = false;
  };
  struct side {
    machine_index machine;
    network_card* card = nullptr; // none: it closed, died, or never accepted
    transport::stream_id stream;
    std::deque<segment> sent; // not yet with the other side
    std::size_t backlog = 0;  // bytes of it
    bool moving = false;      // an event for the head of `sent` is under way
    duration backoff{};
    instant stalled_since{};
  };
  struct connection {
    std::array<side, 2> sides; // [0] connected, [1] accepted
    bool open = false;
  };
  using connection_id = std::uint64_t;

  void plug(machine_index m, network_card* card) { cards_[m.value] = card; }
  void unplug(network_card& card);
  void send(network_card& from, const transport::endpoint& to, byte_buffer data);
  void arrive(machine_index from, machine_index to, const transport::endpoint& source, std::uint16_t port,
              byte_buffer data);
  void connect(network_card& from, transport::stream_id stream, const transport::endpoint& to);
  void connect_arrives(connection_id id, std::uint16_t port);
  void establish(connection_id id);
  void refuse(connection_id id, transport::close_reason why);
  void write(network_card& from, transport::stream_id stream, segment what);
  void close(network_card& from, transport::stream_id stream);
  void end_if_stuck(network_card& from, transport::stream_id stream);
  void move(connection_id id, int from);
  void move_head(connection_id id, int from);
  void stall(connection_id id, int from);
  void break_side(connection_id id, int which, transport::close_reason why);
  void forget_if_left(connection_id id);
  [[nodiscard]] bool passes(machine_index from, machine_index to) const;
  [[nodiscard]] duration latency(machine_index from, machine_index to);
  [[nodiscard]] duration stream_latency(machine_index from, machine_index to);

  kernel& kernel_;
  random_source random_;
  std::vector<network_card*> cards_;
  std::map<connection_id, connection> connections_;
  connection_id last_connection_ = 0;
  std::uint64_t oversized_ = 0;
  std::uint64_t delivered_ = 0;
};

} // namespace troupe::sim
