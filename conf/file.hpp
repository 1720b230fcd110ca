// Small files read and made whole, with errors that say what to do. For the start of a program, not for the data folder
// (that is env.disk): these calls block.
#pragma once

#include "messages/types/result.hpp"

#include <string>
#include <string_view>
#include <sys/stat.h>

namespace troupe::conf {

struct file_content {
  std::string text;
  struct stat status; // of the open file, so that what is judged is what was read
};

// Regular files and pipes (`troupe check /dev/stdin`) of at most `max` bytes; a folder, a socket or a disk is refused.
result<file_content> read_file(const std::string& path, std::size_t max);

// Makes `path` with mode 0600 and the content, synced; refuses to touch what exists. On failure nothing is left.
result<std::string> make_private_file(const std::string& path, std::string_view content); // the path

} // namespace troupe::conf
