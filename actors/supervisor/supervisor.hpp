// A supervisor per resource, on the leader: drives its lifecycle, one act after another. It holds no facts: what is due
// comes from the director (ready.hpp), when it goes out is the pacing's, and whether it may is the kernel's.
#pragma once

#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/supervisor/pacing.hpp"
#include "actors/watching/observed.hpp"

#include <map>
#include <optional>
#include <vector>

namespace troupe::supervisor {

// --- told by the director ---
struct advised {
  std::vector<step> steps;
  std::map<node_name, past_failures> past; // on their nodes
};
struct step_told { // what the log says to a step
  command::cell at;
  std::optional<refusal> how{}; // nullopt: it had no room for it
};

// --- tells the director ---
struct steps_due {
  resource_name resource;
  std::vector<step> steps;
};
struct advise_again {
  resource_name resource;
};

struct supervisor_state {
  env::environment* env = nullptr;
  resource_name resource;
  caf::actor director;
  pacing pace;
  env::alarm alarm;
};
using supervisor_actor = caf::stateful_actor<supervisor_state, watching::observed<caf::event_based_actor>>;

caf::behavior supervisor(supervisor_actor* self, env::environment* env, const watching::directory_ptr& directory,
                         resource_name resource, caf::actor director);

} // namespace troupe::supervisor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::advised)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::step_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::steps_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::advise_again)
