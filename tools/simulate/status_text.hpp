// The status sections of the report: nodes, and resources with role and place, in the peer's layout.
#pragma once

#include "actors/scheduler/state.hpp"

#include <string>

namespace troupe::simulate {

std::string status_text(const scheduler::input& in, const scheduler::cluster_state& s);

const char* role_text(scheduler::role r);

} // namespace troupe::simulate
