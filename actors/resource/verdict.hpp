// What the outcome of an agent's call means for whoever wanted it. The agent's exit code alone does not say: 7 is a
// good answer to a probe, a failure for a monitor and for a stop. Pure; what has to be looked at or emptied first, the
// lifecycle sees to.
#pragma once

#include "actors/resource/wanted.hpp"
#include "agents/ocf/exit_codes.hpp"
#include "agents/processes.hpp"

namespace troupe::resource {

inline constexpr std::int32_t exit_not_installed = 5; // OCF: what a missing agent would say if it could
inline constexpr std::int32_t exit_generic = 1;       // where no agent said anything

// The program is not there: another candidate may be.
bool missing(const agents::outcome& o);

struct verdict {
  bool good = false;
  bool answered = true; // false: it was timed out, could not be run or is stuck; the agent said nothing
  std::int32_t exit_code = 0;
  std::string note; // why it is not good; at most command::max_note bytes
  bool operator==(const verdict&) const = default;
};

// start, stop, promote, demote.
verdict of_action(const agents::outcome& o, const std::string& agent, duration timeout);
// A recurring monitor of what should be in `role`. That it is promoted where it should only be started is as bad as the
// reverse: two may be promoted then.
verdict of_monitor(const agents::outcome& o, const std::string& agent, duration timeout, config::role role);

struct probe_verdict {
  command::finding found{};
  std::int32_t exit_code = 0;
  bool operator==(const probe_verdict&) const = default;
};
probe_verdict of_probe(const agents::outcome& o);

} // namespace troupe::resource
