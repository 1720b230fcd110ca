// The sockets that machines hang on, and the fence devices that switch them. Out of band: a device reaches its target
// whatever the network does. What powering a machine means is the world's business, hence the two functions.
//
// Agents speak the fence-agents protocol: key=value lines on standard input (action, plug or port or nodename), exit
// code 0 for done, 1 for not; status is 0 for on and 2 for off. Their own read-back is honest: off and reboot end with
// 0 only when the power is really gone.
#pragma once

#include "agents/processes.hpp"
#include "tools/sim/kernel.hpp"

namespace troupe::sim {

inline constexpr duration fence_takes = std::chrono::milliseconds{300};

struct program_run { // what a simulated program will do
  duration takes{};
  int status = 0;
  bool hangs = false;            // never ends by itself
  bool stuck = false;            // and not by KILL either
  std::string output{};          // on standard output
  std::function<void()> works{}; // its effect on the world, half way through; may be empty
  std::function<int()> answer{}; // the exit code, found at the end; empty: `status`
};

class power_grid {
public:
  power_grid(kernel& k, std::function<void(machine_index, std::string why)> off, std::function<void(machine_index)> on)
    : kernel_(k)
    , off_(std::move(off))
    , on_(std::move(on)) {}

  // What this call of a fence agent will do.
  program_run plan(const agents::command& call);

private:
  void switch_off(machine_index target, bool on_again);

  kernel& kernel_;
  std::function<void(machine_index, std::string)> off_;
  std::function<void(machine_index)> on_;
};

// "key=value" lines; a later one wins; blank lines and comments are skipped.
std::map<std::string, std::string> fence_arguments(std::string_view input);
// Whom they name; empty: nobody.
std::string plug_of(const std::map<std::string, std::string>& arguments);

} // namespace troupe::sim
