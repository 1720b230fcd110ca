// Actors whose handlers may think for long: place() of a large cluster, the plan that an operator asks for. The
// daemon runs such actors on threads of their own (loop_scheduler.hpp), because all others share one that must go on
// hearing. In the simulator it is an actor like any other. Rejected: caf::detached, a thread that no simulator can
// schedule.
#pragma once

#include <caf/all.hpp>

namespace troupe::threads {

class thinker : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;
  // For the scheduler. CAF's own coordinators ask for it when they end actors; ours does not call that. Rejected: a
  // dynamic_cast for each message, a twentieth of what an idle daemon did.
  static constexpr auto mark = caf::resumable::function_object;
  subtype_t subtype() const override { return mark; }
};

// One whose thoughts the cluster waits for. It has a thread that no question of an operator's can take: a question may
// turn out to be longer than anybody's patience, and a thought cannot be taken back.
class first_thinker : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;
  static constexpr auto mark = caf::resumable::io_actor; // no other actor here is one
  subtype_t subtype() const override { return mark; }
};

} // namespace troupe::threads
