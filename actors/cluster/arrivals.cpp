#include "actors/cluster/arrivals.hpp"

namespace troupe::cluster {

std::size_t arrivals::claimed() const {
  std::size_t sum = 0;
  for (auto& [from, a] : open_) sum += a.claimed();
  return sum;
}

result<std::optional<byte_buffer>> arrivals::add(const node_name& from, byte_view payload) {
  if (!command::is_piece(payload)) return std::optional<byte_buffer>{byte_buffer(payload.begin(), payload.end())};
  auto& of_sender = open_[from];
  auto added = of_sender.add(payload);
  if (claimed() > max_open) {
    open_.erase(from);
    return failure("too many large commands at once");
  }
  if (!of_sender.open()) open_.erase(from);
  return added;
}

} // namespace troupe::cluster
