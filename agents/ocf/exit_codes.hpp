// What the exit codes of an OCF agent mean (Open Cluster Framework resource agent API 1.1, "Exit status codes"; 190 and
// 191 are Pacemaker's, which agents use).
//
// The same code means different things: 7 is a good answer of a probe, a failure of a monitor, and of a stop. Read here
// is only what the agent says; whether that was wanted, the reader knows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::agents::ocf {

enum class code : std::uint8_t {
  success = 0,
  generic = 1,
  arguments = 2,
  unimplemented = 3,
  permission = 4,
  installed = 5,
  configured = 6,
  not_running = 7,
  running_promoted = 8,
  failed_promoted = 9,
  degraded = 190,
  degraded_promoted = 191,
};

// What a monitor found. Only not_here frees: all else may be running.
enum class found : std::uint8_t {
  not_here, // 7, or 5: what is not installed cannot run
  started,
  promoted,
  failed,          // it runs or ran, and not well: it has to be stopped
  failed_promoted, // the same, and it may be promoted
};
struct finding {
  found what = found::failed;
  bool degraded = false; // runs, and says that it will not for long
  bool operator==(const finding&) const = default;
};
finding monitored(int exit_code);

// start, stop, promote, demote, notify, reload: only 0 is good. A stop that says 7 is not taken for a stop: the agent
// was to see to it that nothing runs, and says instead that it did not look like running.
constexpr bool succeeded(int exit_code) {
  return exit_code == 0;
}

// How far a failure reaches: is it worth while to try again?
enum class reach : std::uint8_t {
  none,     // it was no failure
  attempt,  // may pass: again, or elsewhere
  node,     // not here: arguments, program or permission are missing on this node
  resource, // nowhere: the configuration itself is wrong
};
reach reach_of(int exit_code);

// For people: "not running"; "ended by SIGSEGV"; "exit code 42" for what OCF does not define.
std::string meaning_of(int exit_code);
// With the number: "exit code 5, not installed"; "exit code 143, ended by SIGTERM", which is also how a time-out ends;
// only the number for "error" and what is not defined.
std::string exit_text(int exit_code);

} // namespace troupe::agents::ocf
