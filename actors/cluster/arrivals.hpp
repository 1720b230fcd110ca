// Commands that other nodes bring to the leader: as they are, or, large ones, in pieces. A sender's pieces come in a
// row, because a stream keeps their order. What is open at once is limited for all senders together, by the sizes that
// their first pieces claim, so that who has begun can end; whoever finds no room brings its command again.
#pragma once

#include "messages/command_pieces.hpp"
#include "messages/types/ids.hpp"

#include <map>

namespace troupe::cluster {

class arrivals {
public:
  static constexpr std::size_t max_open = std::size_t{16} << 20; // bytes

  // The whole command, encoded, once it is there. An error: a piece that leads to nothing.
  result<std::optional<byte_buffer>> add(const node_name& from, byte_view payload);
  void forget() { open_.clear(); }
  [[nodiscard]] std::size_t claimed() const;

private:
  std::map<node_name, command::assembly> open_;
};

} // namespace troupe::cluster
