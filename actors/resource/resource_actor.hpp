// The actor of one instance here ("node/resource/NAME"): carries out what its lifecycle says. The executor makes it
// when something is wanted of the instance, and retires it when nothing is.
#pragma once

#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/resource/messages.hpp"
#include "actors/watching/observed.hpp"

namespace troupe::resource {

struct instance_settings {
  agent_place here;
  sender self;
  caf::actor executor;
};

struct instance_state {
  env::environment* env = nullptr;
  instance_settings set;
  std::unique_ptr<lifecycle> core;
  env::alarm alarm;
  std::uint64_t number = 0;               // of the executor's last word
  std::optional<std::uint64_t> told_rest; // at which one we said that we rest
};
using instance_actor = caf::stateful_actor<instance_state, watching::observed<caf::event_based_actor>>;

caf::behavior instance_of_resource(instance_actor* self, env::environment* env,
                                   const watching::directory_ptr& directory, instance_settings set);

} // namespace troupe::resource
