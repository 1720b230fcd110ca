// What /proc says of a process. A number is not an identity: it is used again. Number and start time together are one,
// within one boot of the kernel (proc(5), /proc/PID/stat; the start time is in ticks since that boot).
#pragma once

#include "messages/types/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents {

struct process_stat {
  int pid = 0;
  std::string program; // at most 15 bytes, as the kernel cuts it
  char state = '?';    // R, S, D, Z ...
  int session = 0;
  std::uint64_t started = 0;

  [[nodiscard]] bool alive() const { return state != 'Z' && state != 'X' && state != 'x'; }
  [[nodiscard]] bool same_process(const process_stat& other) const {
    return pid == other.pid && started == other.started;
  }
};

// The content of /proc/PID/stat. A program's name may hold blanks, brackets and newlines.
std::optional<process_stat> parse_stat(std::string_view text);
// An error: it cannot be told (small_files.hpp).
result<std::optional<process_stat>> stat_of(int pid); // none: no such process
result<std::vector<process_stat>> all_processes();    // that this PID namespace sees
result<std::string> kernel_boot_id();                 // never empty

} // namespace troupe::agents
