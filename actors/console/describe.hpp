// A command of the log in one line, for people. Pure.
#pragma once

#include "messages/console.hpp"

namespace troupe::console {

std::string describe(const command::body& what); // at most max_shown bytes
event event_of(log_index at, const command::command& c, refusal refused);

} // namespace troupe::console
