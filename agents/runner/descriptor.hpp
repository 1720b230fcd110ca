// A file descriptor with one owner. Never 0, 1 or 2: those are a child's to be, and a daemon may have been started
// with one of them closed.
#pragma once

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace troupe::agents {

class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd)
    : fd_(fd) {
    if (fd < 0 || fd > STDERR_FILENO) return;
    fd_ = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    ::close(fd);
  }
  descriptor(descriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

private:
  int fd_ = -1;
};

} // namespace troupe::agents
