// What would happen if: changes to the scheduler's input that an operator may ask about.
#pragma once

#include "actors/scheduler/input.hpp"
#include "messages/types/result.hpp"

#include <string>

namespace troupe::simulate {

// Each gives an error that names what does not exist.
result<void> node_lost(scheduler::input& in, const std::string& node);
result<void> node_in_standby(scheduler::input& in, const std::string& node);
result<void> resource_unwanted(scheduler::input& in, const std::string& resource);

} // namespace troupe::simulate
