// node.toml: what one node must know before it knows its cluster. Everything else comes from the log.
//
//   name = "n1"
//   listen = ["10.0.0.1:5410", "[fd00::1]:5410"]   # UDP and TCP
//   identity = "/etc/troupe/identity.key"           # made by `troupe keygen`
//   machine-id = "/etc/machine-id"
//   data = "/var/lib/troupe"
//   control = "/run/troupe/control.sock"
//   resource-agents = ["/usr/lib/ocf/resource.d"]   # PROVIDER/TYPE below; the first folder that has it
//   agent-commands = "/usr/libexec/troupe"          # crm_master and the like; none: beside the daemon's program
//   fence-agents = ["/usr/sbin"]
//   cgroup = "/sys/fs/cgroup/troupe"                # where resources live; none: troupe/NAME below where cgroup2 is mounted
//   [seed.n2]                                       # whom to ask first
//   addresses = ["10.0.0.2:5410"]
//   key = "troupe-ed25519:..."
//
// Paths are absolute. Whether the files exist is seen when the daemon starts: a file is checked as text here.
#pragma once

#include "conf/diagnostics.hpp"
#include "conf/tree.hpp"
#include "messages/config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::conf {

inline constexpr std::size_t max_seeds = config::max_nodes;
inline constexpr std::size_t max_agent_folders = 16;
inline constexpr std::size_t max_control_path = 107; // sun_path less its NUL, unix(7)

struct seed {
  node_name name;
  std::vector<config::address> addresses;
  public_key key;
  bool operator==(const seed&) const = default;
};

struct node_file {
  node_name name;
  std::vector<config::address> listen;
  std::string identity = "/etc/troupe/identity.key";
  std::string machine_id = "/etc/machine-id";
  std::string data = "/var/lib/troupe";
  std::string control = "/run/troupe/control.sock";
  std::vector<std::string> resource_agents{"/usr/lib/ocf/resource.d"};
  std::string agent_commands; // empty: not said
  std::vector<std::string> fence_agents{"/usr/sbin"};
  std::string cgroup;      // empty: not said
  std::vector<seed> seeds; // by name; may name this node itself
  bool operator==(const node_file&) const = default;
};

// What could be read; of use only if `out` is good().
node_file read_node_tree(const value& root, diagnostics& out);
// Nothing if there is an error in `out`.
std::optional<node_file> parse_node_file(std::string_view text, diagnostics& out);

} // namespace troupe::conf
