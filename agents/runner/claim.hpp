// One daemon a folder: two that had the same scopes or the same cgroup would take each other's services for their own
// leftovers, and end them with their own stops.
//
// A lock on the folder itself, which works for cgroups as well, where no file can be made. (flock(2); it is gone with
// the last process that holds it. Rejected: a file with our number in it, which outlives us and lies.)
#pragma once

#include "agents/runner/descriptor.hpp"

#include <tl/expected.hpp>

#include <string>

namespace troupe::agents {

struct not_claimed {
  int error_number = 0; // EWOULDBLOCK: another process has it
  std::string text;     // with the path and the reason
};

// Held as long as the descriptor is open; the folder is made where it is missing. Who is not given it must not use it.
tl::expected<descriptor, not_claimed> claim_folder(const std::string& path);

} // namespace troupe::agents
