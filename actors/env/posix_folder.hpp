// The data folder by POSIX calls, one request at a time, on the calling thread. posix_disk puts it on a thread.
//
// - A folder has one user: a process locks the file .lock in it while this lives. A record lock (fcntl), because it is the
//   process's own and ends with it, however it ends. Rejected: flock. A child on its way to exec shares that lock, so a
//   daemon killed just then could not be started anew until its child had become another program.
// - Handles are kept open. One with unsynced writes is never closed: Linux reports a failed write-back to the handles
//   that were open when it failed.
// - A sync that failed once fails for ever: the kernel drops the dirty pages and would report success the second time.
// - Growing a file writes zeros instead of fallocate(): a later sync of data in unwritten extents must also commit the
//   change of their state, which makes it slower for the whole life of a segment.
// - Only regular files, no symbolic links, names as in disk.hpp.
#pragma once

#include "actors/env/disk.hpp"
#include "messages/types/result.hpp"

#include <map>
#include <memory>
#include <string>

namespace troupe::env {

inline constexpr std::uint64_t max_file_size = 1024ULL * 1024 * 1024; // larger ones are neither read nor made
inline constexpr std::size_t max_open_files = 32;                     // with nothing unsynced

class posix_folder {
public:
  // Makes the folder (0700) if there is none; its parent must exist.
  static result<std::unique_ptr<posix_folder>> open(const std::string& path);
  ~posix_folder();
  posix_folder(const posix_folder&) = delete;
  posix_folder& operator=(const posix_folder&) = delete;

  disk_result run(const disk_request& request);

private:
  struct handle {
    int fd = -1;
    bool dirty = false;
    int failed = 0; // errno of its sync
  };
  posix_folder(int fd, int lock)
    : fd_(fd)
    , lock_(lock) {}

  // Each returns 0 or an errno.
  int step(const write_at& s, disk_answer& out);
  int step(const read_all& s, disk_answer& out);
  int step(const set_size& s, disk_answer& out);
  int step(const sync_file& s, disk_answer& out);
  int step(const sync_folder& s, disk_answer& out);
  int step(const rename_to& s, disk_answer& out);
  int step(const remove_file& s, disk_answer& out);
  int step(const list_files& s, disk_answer& out);
  int open_handle(const std::string& name, bool make, handle*& out);
  void close_handle(const std::string& name);
  void close_some();

  int fd_;
  int lock_; // closing any other descriptor of that file would end the lock too: nothing else opens it
  int folder_failed_ = 0;
  std::map<std::string, handle> handles_;
};

} // namespace troupe::env
