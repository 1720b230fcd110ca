// The status sections of the report: nodes, and resources with role and place, in the peer's layout.
#pragma once

#include "actors/scheduler/state.hpp"

#include <string>

namespace troupe::simulate {

// `under_way`: say of a resource what is being done to it rather than its role.
std::string status_text(const scheduler::input& in, const scheduler::cluster_state& s, bool under_way);

// The same of what nodes report, before any ticket is asked for: so the peer shows it.
std::string reported_text(scheduler::input in, bool under_way);

const char* role_text(scheduler::role r);

} // namespace troupe::simulate
