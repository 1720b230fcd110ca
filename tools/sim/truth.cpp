#include "tools/sim/truth.hpp"

#include "messages/types/assert.hpp"

#include <array>

namespace troupe::sim {

std::string_view name_of(truth_kind kind) {
  static constexpr std::array<std::string_view, 13> names{
      "power on",        "power off", "daemon up", "daemon down",  "paused",      "resumed",    "service started",
      "service stopped", "promoted",  "demoted",   "fence landed", "fault began", "fault ended"};
  return names[static_cast<std::size_t>(kind)];
}

void truth_log::add(truth_event event) {
  TROUPE_ASSERT(events_.size() < max_truth_events, "a node runs in circles: the truth of one run grew without bound");
  events_.push_back(event);
  for (const auto& read : readers_) read(event);
}

} // namespace troupe::sim
