// The judges of services: what they hold the world to, one file each. The invariants are the design's.
#pragma once

#include "tools/sim/observer.hpp"

namespace troupe::sim {

// I3: a service runs on no more machines than its configuration says, whatever anybody believes.
std::unique_ptr<observer> single_active();
// I3: of a promotable service no more instances are promoted than its configuration says.
std::unique_ptr<observer> single_promoted();
// I4: what ran on a machine when it was declared lost counts as running there until the power of that boot is off, or
// until it has joined again and has looked: nothing starts beyond the limit meanwhile.
std::unique_ptr<observer> fence_first();
// I5: an act begins once, on its node, in the session that it names, and not after its end or withdrawal was reported.
std::unique_ptr<observer> no_stale_act();
// I6: no service starts before what it must come after, beside what it must be apart from, or where it must never be.
std::unique_ptr<observer> order_and_place();
// I7: after the faults everything runs that has a place, as configured, and nothing is left open.
std::unique_ptr<observer> recovery();
// I8: a service that died gets an operation in bounded time while nothing else is wrong.
std::unique_ptr<observer> independence();
// I9: whoever answered is not fenced, and no boot is fenced that is known to be dead.
std::unique_ptr<observer> no_needless_fencing();
// I9: no node stops its services by itself for a silence that is tolerated.
std::unique_ptr<observer> no_needless_stops();
// I10: mailboxes and numbers of actors stay bounded.
std::unique_ptr<observer> bounds();
// I11: nothing halts a replica, and no actor ends by an assertion.
std::unique_ptr<observer> no_poison();
// I12: the plan of a state in which some of a plan has been carried out is the rest of it.
std::unique_ptr<observer> stability();

} // namespace troupe::sim
