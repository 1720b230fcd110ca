// A small world for tests of switchboards: virtual time, a seeded network that loses, repeats, delays and reorders
// datagrams and carries streams in order. (The simulator has a bigger one; this knows nothing but this room.)
#pragma once

#include "transport/switchboard.hpp"
#include "transport/test_nodes.hpp"

#include <map>

namespace troupe::transport_test {

class test_world {
public:
  struct node {
    node_name name;
    transport::endpoint at;
    std::unique_ptr<transport::switchboard> board;
    std::vector<transport::message_received> got;
    std::vector<transport::link_changed> changes;
    std::vector<transport::host_answered> answered;
    int broken = 0; // streams
    std::vector<transport::turned_away> refused;
    transport::fill_random random;
    int life = 0;
  };

  explicit test_world(std::uint64_t seed)
    : random_(seed) {}

  // Parts in a million; delays are from 1 to `slowest`.
  std::uint32_t loss = 0;
  std::uint32_t repeat = 0;
  duration slowest = std::chrono::milliseconds(1);
  instant now = instant{} + std::chrono::hours(1);
  // May drop or change a datagram; false: it is lost.
  std::function<bool(const transport::endpoint& from, const transport::endpoint& to, byte_buffer&)> on_the_wire;
  // The same for bytes of a stream.
  std::function<void(byte_buffer&)> on_streams;
  std::vector<std::tuple<transport::endpoint, transport::endpoint, byte_buffer>> sent; // datagrams, if `record`
  bool record = false;

  node& add(std::string_view name, std::uint8_t number);
  node& at(std::string_view name) { return nodes_.at(node_name{name}); }
  void boot(std::string_view name, transport::terms ours = {test_lineage(1), 1}); // again: a restart; its streams break
  void crash(std::string_view name); // the daemon only: its host refuses connections
  void set_directory(std::string_view name, transport::directory_of_keys directory);
  [[nodiscard]] const transport::directory_of_keys& directory() const { return directory_; }
  bool send(std::string_view from, std::string_view to, transport::route by, std::string_view text);
  void inject(const transport::endpoint& from, const transport::endpoint& to, byte_buffer datagram);
  // The same in a millisecond: for on_the_wire, where a node is in the middle of its effects.
  void relay(const transport::endpoint& from, const transport::endpoint& to, byte_buffer datagram);
  void run_for(duration span);
  bool run_until(const std::function<bool()>& done, duration within = std::chrono::seconds(30));
  // A stranger's stream to a node: bytes in, nothing read. Returns the node's id of it.
  transport::stream_id stranger_stream(std::string_view to, const transport::endpoint& from);
  void stranger_writes(std::string_view to, transport::stream_id stream, byte_buffer data);
  [[nodiscard]] bool closed(transport::stream_id stream) const { return !pipes_.contains(stream); }
  void stall_streams(duration span); // what is written to the present ones arrives only after it, as TCP backs off
  // May swallow an attempt to connect; false: nothing answers it.
  std::function<bool(const transport::endpoint& to)> on_dials;
  std::map<transport::endpoint, transport::endpoint> second_addresses; // of streams, to the node's first
  void cut_streams(); // every connection breaks, with what it held

private:
  struct wire;
  struct pipe { // one end of a connection
    node_name owner;
    transport::stream_id other;
    instant free; // no byte arrives before the ones in front of it, or before a stall is over
  };

  void at_time(instant when, std::function<void()> what) {
    agenda_.emplace(std::pair(when, ++order_), std::move(what));
  }
  void input(node& n, transport::network_event event);
  void perform(node& n, transport::effects& out);
  void deliver(const transport::endpoint& from, const transport::endpoint& to, byte_buffer data);
  void stream_event(const node_name& to, int life, transport::network_event event);
  transport::stream_id connect(node& from, const transport::endpoint& to);
  void write(transport::stream_id stream, byte_buffer data);
  void close(transport::stream_id stream);
  node* node_at(const transport::endpoint& where);
  duration delay();

  random_source random_;
  transport::directory_of_keys directory_;
  std::map<node_name, node> nodes_;
  std::map<transport::stream_id, pipe> pipes_;
  std::map<std::pair<instant, std::uint64_t>, std::function<void()>> agenda_;
  std::uint64_t order_ = 0;
  std::uint64_t last_stream_ = 0;
};

} // namespace troupe::transport_test
