// Orders that nobody can keep, because they run in a circle: what they order waits for itself.
//
// What a resource does are steps: start, promote, demote, stop, each with a beginning and an end, so that a group's or
// a clone's step encloses those of what is in it, and its members' follow one another. Loops are the strongly connected
// components of that graph (Tarjan 1972), found in a time linear in resources and orders. That a restart is a stop and
// a start does not count: "a stops before b starts, b before a" is no loop, unless both restart.
// The peer's plan is stuck then ("An invalid transition was produced"). Optional orders are as good at that as others.
#pragma once

#include "actors/scheduler/input.hpp"

#include <string>
#include <vector>

namespace troupe::simulate {

struct order_loop {                              // both in the order of the configuration
  std::vector<scheduler::constraint_id> orders;  // that make it one
  std::vector<scheduler::resource_id> resources; // that wait for each other
  auto operator<=>(const order_loop&) const = default;
};

std::vector<order_loop> order_loops(const scheduler::input& in);

// "o1, o2: ...", with the first few names of each.
std::string loop_text(const scheduler::input& in, const order_loop& loop);

} // namespace troupe::simulate
