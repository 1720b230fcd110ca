// The actor of one fence device, around device_work: it runs the agent's calls through env.processes, in the slice
// fence::DEVICE, and tells the node's fencing actor what became of its jobs.
#pragma once

#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/fencing/messages.hpp"
#include "actors/watching/observed.hpp"

namespace troupe::fencing {

struct device_settings {
  config::fence_device device;
  agents::fence::installation agents;
  duration check_after{}; // the first check
  caf::actor owner;       // told device_said
};

struct device_state {
  env::environment* env = nullptr;
  device_name of; // whose actor it is
  caf::actor owner;
  std::unique_ptr<device_work> work;
  env::alarm alarm;
};
using device_actor = caf::stateful_actor<device_state, watching::observed<caf::event_based_actor>>;

caf::behavior device(device_actor* self, env::environment* env, const watching::directory_ptr& directory,
                     device_settings set);

} // namespace troupe::fencing
