#include "actors/env/posix_log.hpp"

#include <fmt/format.h>

#include <chrono>
#include <unistd.h>

namespace troupe::env {

static void put_line(int fd, const std::string& line) {
  [[maybe_unused]] auto n = ::write(fd, line.data(), line.size());
}

void posix_log::write(log_level level, std::string_view where, std::string_view text) {
  if (level < least_) return;
  instant now{std::chrono::steady_clock::now().time_since_epoch()};
  auto when = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::lock_guard lock(guard_);
  auto kept_back = limiter_.admit(where, now);
  if (!kept_back) return;
  if (*kept_back != 0)
    put_line(fd_, log_line(when, log_level::warning, where, fmt::format("{} records were kept back", *kept_back)));
  put_line(fd_, log_line(when, level, where, text));
}

} // namespace troupe::env
