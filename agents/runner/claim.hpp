// One daemon a folder: two that had the same scopes or the same cgroup would take each other's services for their own
// leftovers, and end them with their own stops.
//
// A lock on the folder itself, which works for cgroups as well, where no file can be made. (flock(2); it is gone with
// the last process that holds it. Rejected: a file with our number in it, which outlives us and lies.)
#pragma once

#include "agents/runner/descriptor.hpp"
#include "messages/types/result.hpp"

#include <string>

namespace troupe::agents {

// Held as long as the descriptor is open; the folder is made where it is missing. An error: another process has it. An
// empty descriptor: there is no such folder, and none can be made; whoever uses it says why.
result<descriptor> claim_folder(const std::string& path);

} // namespace troupe::agents
