// The truth: what really happened in the world, whatever the nodes believe. Observers read it as it is written; it is
// also what a story of a failed seed consists of.
#pragma once

#include "tools/sim/event_queue.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::sim {

enum class truth_kind : std::uint8_t {
  power_on,    // the machine begins to boot
  power_off,   // detail: why
  daemon_up,   // a new life of the daemon
  daemon_down, // detail: why
  paused,
  resumed,
  service_started, // from here on the service of this slice runs on this machine
  service_stopped, // detail: "stop", "killed", "died", "power off"
  promoted,
  demoted,
  fence_landed, // a device acted upon this machine; detail: what it did
  fault_began,  // of the world: machine is the first
  fault_ended,
};
std::string_view name_of(truth_kind kind);

struct truth_event {
  instant at;
  truth_kind kind{};
  machine_index machine;
  std::uint32_t boot = 0; // how often this machine has booted: a service belongs to one boot
  std::string slice;      // of services
  std::string detail;
};

inline constexpr std::size_t max_truth_events = 1'000'000; // a run of days; more is a runaway node

class truth_log {
public:
  using reader = std::function<void(const truth_event&)>;

  void subscribe(reader r) { readers_.push_back(std::move(r)); }
  void add(truth_event event);
  [[nodiscard]] const std::vector<truth_event>& events() const { return events_; }

private:
  std::vector<truth_event> events_;
  std::vector<reader> readers_;
};

} // namespace troupe::sim
