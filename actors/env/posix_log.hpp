// The daemon's log on a file descriptor (standard error): each record one write, so that lines of several processes do
// not mix. A write that fails is dropped: the log must not stop the node.
#pragma once

#include "actors/env/log_line.hpp"

#include <mutex>

namespace troupe::env {

class posix_log final : public log_sink {
public:
  explicit posix_log(int fd = 2, log_level least = log_level::info)
    : fd_(fd)
    , least_(least) {}
  void write(log_level level, std::string_view where, std::string_view text) override;

private:
  int fd_;
  log_level least_;
  std::mutex guard_; // written to from any thread
  log_limiter limiter_;
};

} // namespace troupe::env
