// How often this node's daemon has started, kept in its data folder: the file `boots` of one 16-byte record, replaced
// whole (write, sync, rename, sync the folder), so that a count once told is never told again.
// Record, little-endian: magic 4, count 8, check 4 (the first bytes of the digest of what precedes it).
// Pure: what to ask of the disk and what its answer means.
#pragma once

#include "actors/env/disk.hpp"
#include "messages/types/result.hpp"

namespace troupe::node {

env::disk_request read_boot_count();
// The count on disk; 0 when there is no file yet. An error: the file is not what we wrote.
result<std::uint64_t> parse_boot_count(const env::disk_answer& answer);
env::disk_request write_boot_count(std::uint64_t count, bool synced = true);

} // namespace troupe::node
