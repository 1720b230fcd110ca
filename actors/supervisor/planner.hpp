// The planner: runs place() beside the director, one run at a time, on a copy of the state of its own that follows the
// director's. However long a placement takes, whatever is ready meanwhile goes out.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/env/env.hpp"
#include "actors/scheduler/native/standing_placement.hpp"
#include "actors/threads/thinker.hpp"
#include "actors/watching/observed.hpp"

namespace troupe::supervisor {

struct place_now {
  cluster::state_ptr whole;              // set: begin with it
  std::vector<cluster::delta_ptr> since; // what has changed since the last time
};
struct placed {                          // answer
  std::vector<command::assignment> news; // what differs from the state's assignments
};
struct placing_failed { // a bug: the last assignments stand; the next place_now has to bring the whole state
  std::string why;
};

struct planner_state {
  std::optional<cluster::mirror> follows;
  scheduler::standing_placement places;
};
using planner_actor = caf::stateful_actor<planner_state, watching::observed<threads::first_thinker>>;

caf::behavior planner(planner_actor* self, const watching::directory_ptr& directory, caf::actor director);

} // namespace troupe::supervisor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::place_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::placed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::supervisor::placing_failed)
