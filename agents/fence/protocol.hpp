// The fence-agents protocol (FenceAgentAPI.md of the fence-agents project): parameters as `key=value` lines on standard
// input, the answer as an exit code.
//
// Status is 0 for on and 2 for off; but 2 is also what agents (and Python's own argument parser) end with when they did
// not understand their parameters, and "off" is a proof of death. So 2 counts only if standard output says OFF too, as
// the project's library always does ("Status: OFF").
#pragma once

#include "agents/metadata.hpp"
#include "agents/processes.hpp"
#include "messages/config.hpp"
#include "messages/types/result.hpp"

#include <set>
#include <string>
#include <vector>

namespace troupe::agents::fence {

struct installation {
  std::vector<std::string> folders{"/usr/sbin"}; // the first that has it
  std::string path = "/usr/sbin:/usr/bin:/sbin:/bin";
};
// The paths at which the agent's program, "fence_ipmilan", may be, in this order. The node tries them by starting them:
// what a file system says beforehand may have changed by then, and the simulator's machines have none.
result<std::vector<std::string>> candidates(const installation& where, const std::string& agent);
// The first of them that is there; or where it was looked for. For checks of a configuration.
result<std::string> find(const installation& where, const std::string& agent);

enum class action : std::uint8_t { on, off, reboot, status, monitor, list, metadata };
std::string_view name_of(action a);

struct call_of {
  std::string program; // its path
  action what = action::status;
  std::string node; // its name in the cluster
  std::string plug; // what the device calls it
  config::parameters params;
  std::string plug_parameter = "plug"; // see plug_parameter()
  duration timeout{};
  duration grace{};
};
// Fails for a value that does not fit in a line. monitor, list and metadata are sent without a target.
result<command> call(const installation& where, const call_of& c);

// How the agent calls its target: "plug", of older ones "port", else "nodename".
std::string plug_parameter(const agents::metadata& m);
// What a configuration need not give, because we do.
std::set<std::string> supplied_parameters();

enum class power : std::uint8_t { on, off, unknown };
struct power_read {
  power is = power::unknown;
  std::string why; // it is unknown
};
power_read read_status(const outcome& how);

// Empty: the call did what it was to do. Else why not, one sentence.
std::string failure_of(const outcome& how);

} // namespace troupe::agents::fence
