// env.network for real: UDP and TCP on the event loop, IPv4 and IPv6 side by side.
//
// Datagrams leave from the listening socket whose address is closest to the destination's (longest common prefix: on
// two networks, each is spoken to from its own address) and are dropped where the kernel will not take them at once. They
// leave from the caller's thread: to wake the loop for each was a third of its work in an idle cluster.
// Streams have Nagle off and die when what was sent is not acknowledged for silent_stream: a peer that lost its power
// must not keep a stream. Limits: max_streams at once (an accepted one beyond it is closed), max_stream_backlog a
// stream, max_posted bytes between the callers and the loop's thread (then datagrams are dropped, streams closed).
#pragma once

#include "transport/loop/bounded_stream.hpp"
#include "transport/network.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>

namespace troupe::loop {

class loop_network final : public transport::network {
public:
  static constexpr std::size_t max_streams = 1024;
  static constexpr std::size_t max_posted = std::size_t{64} << 20;
  static constexpr std::chrono::milliseconds silent_stream{10'000};

  explicit loop_network(event_loop& loop)
    : loop_(loop) {}
  ~loop_network() override;
  loop_network(const loop_network&) = delete;
  loop_network& operator=(const loop_network&) = delete;

  std::string open(const std::vector<transport::endpoint>& listen, handler on_event) override;
  void send(const transport::endpoint& to, byte_buffer datagram) override;
  transport::stream_id connect(const transport::endpoint& to) override;
  void write(transport::stream_id stream, byte_buffer data) override;
  void close(transport::stream_id stream) override;
  void end_if_stuck(transport::stream_id stream) override;

private:
  struct udp_socket;
  struct tcp_listener;

  // On the loop's thread:
  std::string listen_on(const transport::endpoint& at);
  std::string listen_datagrams(const transport::endpoint& at);
  std::string listen_streams(const transport::endpoint& at);
  void connect_now(transport::stream_id id, const transport::endpoint& to);
  void accept(tcp_listener& from);
  void use(bounded_stream& stream, transport::stream_id id);
  void lose(transport::stream_id id, transport::close_reason why);
  void close_all();
  [[nodiscard]] bool reserve(std::size_t bytes);

  struct way_out { // a socket that is open
    int descriptor;
    transport::endpoint at;
  };
  std::mutex sending_; // guards ways_out_; held for no longer than the kernel takes a datagram
  std::vector<way_out> ways_out_;

  event_loop& loop_;
  handler on_event_;
  std::vector<udp_socket*> sockets_; // these free themselves
  std::vector<tcp_listener*> listeners_;
  std::map<transport::stream_id, bounded_stream*> streams_;
  std::atomic<std::uint64_t> last_stream_{0};
  std::atomic<std::size_t> posted_{0};
};

} // namespace troupe::loop
