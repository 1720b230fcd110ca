#include "agents/runner/spawn.hpp"

#include "agents/runner/clone_child.hpp"
#include "agents/runner/small_files.hpp"
#include "messages/types/assert.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace troupe::agents {

namespace spawn_detail {

constexpr int could_not_start = 127;

// Blocks all signals while a child is made: no handler of ours may run in it.
class quiet {
public:
  quiet() {
    sigset_t all{};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~quiet() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  quiet(const quiet&) = delete;
  quiet& operator=(const quiet&) = delete;

private:
  sigset_t before_{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

// --- in the child, which shares our memory: async-signal-safe calls only, nothing is allocated ---

struct wanted {
  const birth& how;
  char* const* arguments;
  char* const* environment;
  int report; // a pipe: the error number, if it does not become the program
};

void default_signals() {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (int s = 1; s < NSIG; ++s) ::sigaction(s, &usual, nullptr); // refused for KILL and STOP
  sigset_t none{};
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The kernel's own line about us, so that a later life of the daemon can tell us from who gets our number next. Done
// here because a daemon that is killed right after our birth could not do it any more.
bool write_record(int record) {
  if (record < 0) return true;
  std::array<char, max_small_file> line; // NOLINT: filled by read
  int file = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  auto size = ::read(file, line.data(), line.size());
  return size > 0 && ::write(record, line.data(), static_cast<std::size_t>(size)) == size;
}

// Of what is left the usual three stay; the two are closed as we become the program. Our copies of the daemon's sockets
// would keep its next life from having them, if it is killed before that.
void close_all_but(int one, int other) {
  auto low = static_cast<unsigned>(std::max(std::min(one, other), STDERR_FILENO)),
       high = static_cast<unsigned>(std::max({one, other, STDERR_FILENO}));
  if (low > STDERR_FILENO + 1) ::syscall(SYS_close_range, STDERR_FILENO + 1, low - 1, 0);
  if (high > low + 1) ::syscall(SYS_close_range, low + 1, high - 1, 0);
  ::syscall(SYS_close_range, high + 1, ~0U, 0);
}

[[noreturn]] void become(const wanted& child) {
  auto& how = child.how;
  ::setsid();
  ::umask(S_IWGRP | S_IWOTH);
  bool ready = ::dup2(how.input, STDIN_FILENO) >= 0 && ::dup2(how.output, STDOUT_FILENO) >= 0 &&
               ::dup2(how.error_output, STDERR_FILENO) >= 0;
  close_all_but(how.record, child.report);
  ready = ready && ::chdir("/") == 0 && write_record(how.record);
  if (ready) {
    default_signals();
    ::execve(child.arguments[0], child.arguments, child.environment);
  }
  int why = errno;
  [[maybe_unused]] auto told = ::write(child.report, &why, sizeof why); // a pipe takes so little at once
  ::_exit(could_not_start);
}

std::string reason_of(const std::string& path, int error_number) {
  bool exists = ::access(path.c_str(), F_OK) == 0;
  if (error_number == ENOENT && exists) return path + ": its interpreter (the #! line) does not exist";
  if (error_number == ENOEXEC) return path + ": is not a program (a script needs a #! line)";
  return path + ": " + std::strerror(error_number);
}

} // namespace spawn_detail

tl::expected<child, not_started> spawn(const birth& how) {
  using namespace spawn_detail;
  TROUPE_ASSERT(!how.arguments.empty(), "a command without a program");
  TROUPE_ASSERT(std::min({how.input, how.output, how.error_output}) > STDERR_FILENO,
                "a child's descriptors would overwrite each other");
  auto arguments = how.arguments;
  std::vector<std::string> environment;
  for (const auto& [name, value] : how.environment) environment.push_back(name + "=" + value);
  auto argument_pointers = pointers(arguments), environment_pointers = pointers(environment);

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    return tl::unexpected(not_started{errno, how.arguments[0] + ": no descriptors left"});
  descriptor reading{ends[0]}, writing{ends[1]};
  wanted as{how, argument_pointers.data(), environment_pointers.data(), writing.get()};
  cloned made;
  {
    quiet signals;
    made = clone_child(how.cgroup, [](void* w) { become(*static_cast<const wanted*>(w)); }, &as);
  }
  if (made.pid < 0) {
    auto why_not = static_cast<int>(-made.pid);
    return tl::unexpected(not_started{why_not, std::string("no new process: ") + std::strerror(why_not)});
  }
  child born{static_cast<int>(made.pid), descriptor{made.pidfd}};
  int why = 0;
  if (::read(reading.get(), &why, sizeof why) != sizeof why) return born;
  ::waitpid(born.pid, nullptr, 0);
  return tl::unexpected(not_started{why, reason_of(how.arguments[0], why)});
}

int try_cgroup(int cgroup) {
  spawn_detail::quiet signals;
  auto made = clone_child(cgroup, [](void*) { ::_exit(0); }, nullptr);
  if (made.pid < 0) return static_cast<int>(-made.pid);
  descriptor ended{made.pidfd};
  ::waitpid(static_cast<pid_t>(made.pid), nullptr, 0);
  return 0;
}

} // namespace troupe::agents
