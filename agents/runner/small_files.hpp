// Small files and lists of folders in which the kernel tells of processes, and whether it told. That a thing is not
// there is an answer (`none`). That we could not look (no descriptors left, no memory, an I/O error) is not, and is
// never taken for one: a service whose processes nobody could look for would count as stopped, and be started
// elsewhere.
#pragma once

#include "messages/types/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::agents {

inline constexpr std::size_t max_small_file = 1024; // bytes; the kernel's own line about a process is under 512

// ENOENT, of a removed cgroup ENODEV, of a process that has ended ESRCH.
bool means_gone(int error_number);

// Its first `max_small_file` bytes; none: there is no such file.
result<std::optional<std::string>> read_small_file(const std::string& path);
// The names of the folders in it, sorted; none: there is no such folder.
result<std::optional<std::vector<std::string>>> folders_in(const std::string& path);

} // namespace troupe::agents
