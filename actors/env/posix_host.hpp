// Who this machine is, and which start of it this is.
//
// boot = digest of the kernel's boot id and the start time of the first process that this PID namespace shows: a
// container that starts anew has the same kernel boot, but a new first process, and none of its old processes lives.
// Two nodes in one kernel may have one boot id in common; it always goes with node key and machine id.
#pragma once

#include "actors/env/env.hpp"
#include "messages/types/result.hpp"

#include <string>

namespace troupe::env {

// Pure: from the text of /proc/sys/kernel/random/boot_id and /proc/1/stat.
result<boot_id> boot_of(std::string_view kernel_boot_id, std::string_view first_process_stat);
// From the content of the machine id file: 32 hexadecimal digits, not all 0; dashes and white space are skipped.
result<machine_id> machine_of(std::string_view content);

// Reads all of it. /proc must be that of our own PID namespace: else the first process is a stranger's.
result<host_identity> read_host(const std::string& machine_id_file);

} // namespace troupe::env
