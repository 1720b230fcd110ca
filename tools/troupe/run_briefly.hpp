// A program's standard output, for commands that talk to no daemon. Blocks; ends the program and all in its process
// group when its time is over. (The daemon's children go through env.processes.)
#pragma once

#include "agents/processes.hpp"
#include "messages/types/result.hpp"

#include <string>

namespace troupe::cli {

inline constexpr std::size_t max_brief_output = std::size_t{1} << 20;

// An error: it cannot be started, ended with another status than 0, took too long or said too much. Its standard error
// is dropped; `what.input` is not used.
result<std::string> run_briefly(const agents::command& what, duration at_most);

} // namespace troupe::cli
