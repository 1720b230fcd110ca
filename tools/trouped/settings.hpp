// What trouped is told: node.toml, the identity it names, and who this machine is. All that can be wrong before
// anything has been started.
#pragma once

#include "actors/env/env.hpp"
#include "actors/node/node_main.hpp"
#include "messages/types/result.hpp"

#include <string>

namespace troupe::daemon {

struct settings {
  node::node_options node;
  env::host_identity host;
  std::string data;
  std::string control;
  std::string cgroup; // empty: cgroup2 is not mounted
  bool cgroup_was_named = false;
};

// An error may have several lines: one for each fault of the file.
result<settings> read_settings(const std::string& path);

} // namespace troupe::daemon
