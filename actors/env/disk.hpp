// env.disk: the node's data folder. Requests are queued and carried out in order by one disk thread; the caller gets
// one completion a request. Until a sync has succeeded, nothing written before it is promised to survive.
//
// Real: POSIX calls on a thread. Simulated: a durable and a cached image; losing power drops or tears (512-byte
// sectors) any subset of the writes since the last sync. A request ends at its first failing step.
// File names are relative, without folders: [a-z0-9.-], at most 64 characters.
#pragma once

#include "messages/types/bytes.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::env {

struct write_at { // makes the file if there is none
  std::string file;
  std::uint64_t offset = 0;
  byte_buffer data;
};
struct read_all { // the whole file into results; an absent file reads as not found
  std::string file;
};
struct set_size { // preallocates (zeros) or truncates
  std::string file;
  std::uint64_t size = 0;
};
struct sync_file { // data and size of one file
  std::string file;
};
struct sync_folder { // names: what was made, renamed or removed
};
struct rename_to { // atomic; replaces `to`
  std::string file;
  std::string to;
};
struct remove_file { // an absent file is no failure
  std::string file;
};
struct list_files {}; // names, sorted, one a line into results
using disk_step =
    std::variant<write_at, read_all, set_size, sync_file, sync_folder, rename_to, remove_file, list_files>;
using disk_request = std::vector<disk_step>;

inline constexpr std::size_t max_file_name = 64;
bool is_valid_file_name(std::string_view name); // as said above, and none begins with a dot

struct disk_failure {
  std::size_t step = 0; // which one; those after it were not tried
  int error_number = 0; // errno
  std::string what;     // "sync of journal-3: Input/output error"
  // A write found none; what was there before is whole. Never of a sync: where blocks are found as late as that (thin
  // volumes, NFS, btrfs), the kernel has dropped what it could not write, and says so once (Rebello et al., "Can
  // Applications Recover from fsync Failures?", 2020).
  bool no_room = false;
};
struct disk_answer {
  std::vector<byte_buffer> results; // one for each read_all and list_files, in order
  std::vector<bool> found;          // for each of them: false for an absent file
};
using disk_result = std::variant<disk_answer, disk_failure>;

// For the disks: what step `at` of a request says of its failure.
disk_failure failure_of(std::size_t at, const disk_step& s, int error_number);

class disk {
public:
  using done = std::function<void(disk_result)>; // exactly once, from any thread

  virtual ~disk() = default;
  virtual void submit(disk_request request, done on_end) = 0;
};

} // namespace troupe::env
