// The node's part in fencing: the actor around duties. It follows the state, keeps an actor for each configured device,
// gives them their jobs, and says proofs and failures into the log.
//
// What it says goes through a lane per target: there is one open attempt a target, so nothing waits for something else.
// (A lane per device would let the proof for one node wait for the outcome of another's.) A proof that cannot be
// committed now is followed by the desk for as long as it takes; one that comes too late is refused by the kernel.
//
// A device's actor that crashes takes this one along, and the root starts both again: attempts that are still open are
// begun anew, which costs time and nothing else.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/fencing/device.hpp"
#include "actors/fencing/duties.hpp"

namespace troupe::fencing {

inline constexpr duration say_again = std::chrono::seconds{1}; // the desk was full
// First checks of devices are spread over so much time for each node and for each device there is, so that not all
// nodes log in to one device at once, and no node starts all agents at once.
inline constexpr duration check_spread = std::chrono::seconds{1};

struct fencing_settings {
  node_name self;
  caf::actor ledger;
  agents::fence::installation agents;
  bool trusts_failures = false; // a plant
};

struct fencing_state {
  env::environment* env = nullptr;
  watching::directory_ptr directory;
  fencing_settings set;
  std::unique_ptr<duties> core;
  std::map<device_name, std::pair<config::fence_device, caf::actor>> devices;
  device_troubles troubles;
  std::vector<command::command> unsaid; // the desk was full
  instant say_at{};
  env::alarm alarm;
};
using fencing_actor = caf::stateful_actor<fencing_state, watching::observed<caf::event_based_actor>>;

caf::behavior fencing(fencing_actor* self, env::environment* env, const watching::directory_ptr& directory,
                      fencing_settings set);

} // namespace troupe::fencing
