// The cluster's state as the scheduler's input, under our own policy (policy::native).
//
// What differs from the peer's rules, on purpose:
//   present place   The assignment counts as the present place of a resource, and its holders only where there is none
//                   (situation.hpp). So place() answers the same after every part of a plan that has been carried out:
//                   what is under way does not look as if it had changed its mind. Rejected: the holders, which is what
//                   the peer's history comes to; a resource between its stop and its start has no place then, and may
//                   get a third.
//   no waiting      A lost node is no candidate; what it holds is placed elsewhere at once. That it may not start there
//                   before the proof is ready()'s business, and the kernel's.
//   failed starts   A node where starts failed is left for another, for good only by the failure threshold
//                   (avoidance.cpp).
//   hard errors     An agent that says "not here" (not installed, no permission ...) or "nowhere" (not configured) is
//                   believed until its failures are forgotten: the node, or each node, is ruled out (ocf::reach_of). The
//                   peer does the same by way of a failure count of infinity.
// Orders are handed over for whoever plans acts; they do not influence place().
//
// Not in the input: holders of resources that are no longer configured (they have no place, and are stopped), ageing
// (Tick erases failures and directives; what is in the state counts), more than one instance on a node (conf refuses
// it).
#pragma once

#include "actors/scheduler/input.hpp"
#include "actors/scheduler/native/situation.hpp"

namespace troupe::scheduler {

input placement_input(const cluster::state& s, const situation& now); // `now` was made from it
input placement_input(const cluster::state& s);

} // namespace troupe::scheduler
