// For tests of the switchboard: two nodes in a world of their own, and what they have of each other.
#pragma once

#include "transport/test_world.hpp"

#include <string>

namespace troupe::transport_test {

using namespace transport;
using namespace std::chrono_literals;

struct two_nodes : test_world {
  explicit two_nodes(std::uint64_t seed = 1)
    : test_world(seed) {
    add("n1", 1);
    add("n2", 2);
  }
  void boot_both() {
    boot("n1");
    boot("n2");
  }
  const peer_link& link(const char* from, const char* to) { return *at(from).board->link(node_name{to}); }
  bool up() {
    return link("n1", "n2").state().datagrams && link("n1", "n2").state().stream &&
           link("n2", "n1").state().datagrams && link("n2", "n1").state().stream;
  }
  bool same_session() {
    auto a = link("n1", "n2").datagrams().sending_channel();
    return a && a == link("n2", "n1").datagrams().sending_channel();
  }
  std::uint64_t refused(const char* name, refusal why) { return at(name).board->refusals().of(why).count; }
};

inline std::string text(const message_received& m) {
  return {reinterpret_cast<const char*>(m.payload.data()), m.payload.size()};
}

inline bool is_type(const byte_buffer& data, message_type type) {
  return is_handshake(data) && type_of(data) == type;
}

} // namespace troupe::transport_test
