// A configuration against the agents of this machine: each agent that it names says what its parameters are and what it
// can do, and that is compared. An agent that is not here, or does not answer in time, is named and left out: the
// machine where a file is checked need not be one where it runs. If one is here whose name is almost the same, that is
// a warning.
#pragma once

#include "conf/diagnostics.hpp"
#include "messages/config.hpp"
#include "messages/console.hpp"

#include <string>
#include <vector>

namespace troupe::cli {

inline constexpr duration metadata_time = std::chrono::seconds{5}; // of one agent

struct agent_check {
  std::vector<conf::finding> found;
  std::vector<std::string> checked;     // agents, by name
  std::vector<std::string> not_checked; // with the reason: "ocf:heartbeat:galera: ..."
};
// `folders`: as node.toml's resource-agents and fence-agents say; empty: the usual places.
agent_check check_agents(const config::cluster& c, const console::agent_folders& folders);

} // namespace troupe::cli
