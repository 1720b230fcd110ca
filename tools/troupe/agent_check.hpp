// `troupe check` against the agents of this machine: each agent that the configuration names says what its parameters
// are, and they are compared. An agent that is not here, or does not answer in time, is named and left out: the machine
// where a file is checked need not be one where it runs.
#pragma once

#include "conf/diagnostics.hpp"
#include "messages/config.hpp"

#include <string>
#include <vector>

namespace troupe::cli {

inline constexpr duration metadata_time = std::chrono::seconds{5}; // of one agent

struct agent_check {
  std::vector<conf::finding> found;
  std::vector<std::string> checked;     // agents, by name
  std::vector<std::string> not_checked; // with the reason: "ocf:heartbeat:galera: ..."
};
// `folders`: where the agents are, as node.toml's resource-agents and fence-agents say; empty: the usual places.
struct agent_folders {
  std::vector<std::string> resource, fence;
};
agent_check check_agents(const config::cluster& c, const agent_folders& folders);

} // namespace troupe::cli
