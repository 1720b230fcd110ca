// env.processes: children of the agents. A scope holds everything that one operation started (a cgroup of its own
// where they are writable, else a session). A resource's scopes live in its slice and outlive the daemon, so that
// restarting trouped touches no service; a kill never leaves the slice.
//
// Real: clone3 and pidfds in the event loop (agents/runner). Simulated: the world's services, with agents that are
// slow, fail or hang.
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/result.hpp"
#include "messages/types/time.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::agents {

inline constexpr std::size_t max_captured_output = 64 * 1024; // a stream; what comes later is dropped and said

// What slices of fence devices begin with. No instance of a resource has such a one: its name has no ':', and what
// follows one in a slice ("db:1") is a number.
inline constexpr std::string_view device_slices = "fence::";

struct scope_name { // "slice/act": the resource's name and what runs, e.g. "vip/4711"
  std::string slice;
  std::string scope;
  auto operator<=>(const scope_name&) const = default;
};

struct command {
  std::vector<std::string> arguments;             // [0]: path of the program
  std::map<std::string, std::string> environment; // all of it: nothing is inherited
  std::string input;                              // on standard input, then end of file
  duration timeout{};                             // then TERM to the scope, and after `grace` KILL; 0: none
  duration grace{};
};

struct exited {
  int status = 0;         // exit code; 128 + n for death by signal n
  bool timed_out = false; // we ended it
  std::string output;     // standard output, as captured: any bytes
  std::string error_output;
  bool output_cut = false; // either of them had more than max_captured_output
};
struct not_started { // the program does not exist or may not run
  int error_number = 0;
  std::string reason;
};
struct stuck { // something in the scope lives on after KILL (uninterruptible sleep), or it cannot be told whether
  std::string what;
};
using outcome = std::variant<exited, not_started, stuck>;

// Sorted. An operation lives while its own program does; a slice while any process is in it, be it an operation's or
// the service itself. An operation of an earlier session cannot be attached to, since its exit code went with its
// parent: it is ended, and its name is free again.
struct living {
  std::vector<scope_name> operations;
  std::vector<std::string> slices;
  bool operator==(const living&) const = default;
};

class processes {
public:
  using done = std::function<void(outcome)>; // exactly once, from any thread

  virtual ~processes() = default;
  // Starts `run` in its scope, or attaches `on_end` to the one that already runs under this name in this session.
  virtual void run(const scope_name& scope, command run, done on_end) = 0;
  // TERM, after `grace` KILL, to everything in the slice: the service itself and whatever it left behind.
  // `on_end`: exited{0} once it is known to be empty, or stuck.
  virtual void end_slice(const std::string& slice, duration grace, done on_end) = 0;
  // The same for one scope: an operation that is not wanted any more, without the service beside it.
  virtual void end_scope(const scope_name& scope, duration grace, done on_end) = 0;
  // What lives here, from this session of the daemon or an earlier one. An error: it cannot be told, which is not
  // "nothing": ask again, or take it for alive.
  virtual void list(std::function<void(result<living>)> on_list) = 0;
};

} // namespace troupe::agents
