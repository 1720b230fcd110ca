// A command of the log in one line, for people. Pure.
#pragma once

#include "messages/console.hpp"

namespace troupe::history {

std::string describe(const command::body& what); // at most max_shown bytes
console::event event_of(log_index at, const command::command& c, refusal refused);

} // namespace troupe::history
