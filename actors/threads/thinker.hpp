// An actor whose handlers may think for long: place() of a large cluster, the plan that an operator asks for. The
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

} // namespace troupe::threads
