#include "tools/troupe/run_briefly.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::cli {

namespace brief_detail {

class descriptor {
public:
  explicit descriptor(int fd = -1)
    : fd_(fd) {}
  ~descriptor() { close(); }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

private:
  int fd_;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& t : texts) out.push_back(t.data());
  out.push_back(nullptr);
  return out;
}

// Its own process group, its input ready to be read, its output into `out`. 0: started; else the error.
int start(const agents::command& what, int out, pid_t& child) {
  auto arguments = what.arguments;
  std::vector<std::string> environment;
  for (auto& [key, value] : what.environment) environment.push_back(key + "=" + value);
  int input[2]{};
  if (::pipe2(input, O_CLOEXEC | O_NONBLOCK) != 0) return errno; // a pipe holds far more than an agent is told
  auto written = ::write(input[1], what.input.data(), what.input.size());
  ::close(input[1]);
  if (written != static_cast<ssize_t>(what.input.size())) return ::close(input[0]), E2BIG;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&files, input[0], 0);
  ::posix_spawn_file_actions_adddup2(&files, out, 1);
  ::posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  auto failed = ::posix_spawn(&child, arguments[0].c_str(), &files, &attributes, pointers(arguments).data(),
                              pointers(environment).data());
  ::close(input[0]);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  return failed;
}

int timer_of(duration at_most) {
  auto fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at_most);
  itimerspec when{};
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = (at_most - seconds).count();
  if (fd >= 0) ::timerfd_settime(fd, 0, &when, nullptr);
  return fd;
}

// Until it has ended and its output too. Empty, or why not.
std::string listen(int from, int ended, int timer, std::string& said) {
  bool open = true, lives = true;
  while (open || lives) {
    std::array<pollfd, 3> waits{{{open ? from : -1, POLLIN, 0}, {lives ? ended : -1, POLLIN, 0}, {timer, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return std::strerror(errno);
    if (waits[2].revents != 0) return "no answer in time";
    if (waits[1].revents != 0) lives = false;
    if (waits[0].revents == 0) continue;
    std::array<char, 65536> room{};
    auto got = ::read(from, room.data(), room.size());
    if (got <= 0)
      open = false;
    else
      said.append(room.data(), static_cast<std::size_t>(got));
    if (said.size() > max_brief_output) return "an answer that is far too long";
  }
  return {};
}

} // namespace brief_detail

result<std::string> run_briefly(const agents::command& what, duration at_most) {
  using namespace brief_detail;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failure(std::strerror(errno));
  descriptor from(ends[0]), to(ends[1]), timer(timer_of(at_most));
  pid_t child = 0;
  if (auto failed = start(what, to.get(), child)) return failure(std::strerror(failed));
  to.close();
  descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  std::string said;
  auto wrong = timer.get() < 0 || ended.get() < 0 ? std::string(std::strerror(errno))
                                                  : listen(from.get(), ended.get(), timer.get(), said);
  if (!wrong.empty()) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::kill(-child, SIGKILL); // whatever it left behind
  if (!wrong.empty()) return failure(wrong);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return failure(WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status))
                                     : "ended by signal " + std::to_string(WTERMSIG(status)));
  return said;
}

} // namespace troupe::cli
