#include "actors/env/disk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace troupe::env {

namespace {

struct name_of_step {
  std::string operator()(const write_at& s) const { return "write to " + s.file; }
  std::string operator()(const read_all& s) const { return "read of " + s.file; }
  std::string operator()(const set_size& s) const { return fmt::format("size {} for {}", s.size, s.file); }
  std::string operator()(const sync_file& s) const { return "sync of " + s.file; }
  std::string operator()(const sync_folder&) const { return "sync of the folder"; }
  std::string operator()(const rename_to& s) const { return fmt::format("rename of {} to {}", s.file, s.to); }
  std::string operator()(const remove_file& s) const { return "removal of " + s.file; }
  std::string operator()(const list_files&) const { return "list of the folder"; }
};

bool is_sync(const disk_step& s) {
  return std::holds_alternative<sync_file>(s) || std::holds_alternative<sync_folder>(s);
}

} // namespace

bool is_valid_file_name(std::string_view name) {
  return !name.empty() && name.size() <= max_file_name && name.front() != '.' &&
         std::ranges::all_of(
             name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; });
}

disk_failure failure_of(std::size_t at, const disk_step& s, int error_number) {
  bool no_room = (error_number == ENOSPC || error_number == EDQUOT) && !is_sync(s);
  return {at, error_number, std::visit(name_of_step{}, s) + ": " + std::strerror(error_number), no_room};
}

} // namespace troupe::env
