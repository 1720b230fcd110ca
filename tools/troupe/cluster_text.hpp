// A cluster.toml on its way to the daemon: read and checked as `troupe check` does, with every fault said.
#pragma once

#include "messages/config.hpp"
#include "tools/troupe/daemon_link.hpp"

#include <optional>
#include <string>

namespace troupe::cli {

// None: it has errors, or cannot be read; all was said on stderr, as are warnings.
std::optional<config::cluster> read_cluster(const std::string& path);
inline constexpr const char* cannot_be_used = " cannot be used; nothing was done"; // what a subcommand says of it then

// A subcommand that gives the daemon a file.
struct file_options : talk_options {
  std::string file;
  bool no_agents = false;
};
void add_no_agents(CLI::App& sub, file_options& o);

// The same, and compared with the agents of this machine, in the folders that its daemon uses: whoever runs the file
// learns of a wrong parameter before it is the cluster's. What is not installed here is named, no more: it need not
// run here.
std::optional<config::cluster> read_to_run(const file_options& o);

} // namespace troupe::cli
