// The planner: runs place() beside the director, one run at a time, on a snapshot that nobody changes. However long a
// placement takes, whatever is ready meanwhile goes out.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/console/observed.hpp"
#include "actors/env/env.hpp"

namespace troupe::supervisor {

struct place_now {
  cluster::state_ptr on;
};
struct placed { // answer
  std::vector<command::assignment> answer; // of every resource
};
struct placing_failed { // a bug: the last assignments stand
  std::string why;
};

struct planner_state {};
using planner_actor = caf::stateful_actor<planner_state, console::observed<caf::event_based_actor>>;

caf::behavior planner(planner_actor* self, const console::directory_ptr& directory, caf::actor director);

} // namespace troupe::supervisor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::place_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::placed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::placing_failed)
