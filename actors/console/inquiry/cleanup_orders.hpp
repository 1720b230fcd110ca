// `troupe cleanup` of a group: one command a member. The kernel knows failures of resources only, and what a cleanup
// means in the log cannot change without a new level; so the group is taken apart where the command is made. Pure.
#pragma once

#include "actors/cluster/state.hpp"

#include <vector>

namespace troupe::console {

// Never empty. What is no group stays as it is: the kernel judges it.
std::vector<command::cleanup> cleanup_orders(const cluster::state& s, const command::cleanup& asked);

} // namespace troupe::console
