// A cluster.toml on its way to the daemon: read and checked as `troupe check` does, with every fault said.
#pragma once

#include "conf/diagnostics.hpp"
#include "messages/config.hpp"
#include "tools/troupe/daemon_link.hpp"

#include <optional>
#include <string>

namespace troupe::cli {

// What is wrong, in the file's order, as --json shows it.
nlohmann::ordered_json json_of(const conf::diagnostics& found);

struct cluster_file {
  std::string path;
  std::optional<config::cluster> cluster; // none: it has errors, or cannot be read
  conf::diagnostics found;                // all was said on stderr
};
cluster_file read_cluster(const std::string& path);
// Says that a file without a cluster cannot be used, with --json all that was found; an exit status.
int refuse(const talk_options& o, const cluster_file& file);

// A subcommand that gives the daemon a file.
struct file_options : talk_options {
  std::string file;
  bool no_agents = false;
};
void add_no_agents(CLI::App& sub, file_options& o);

// The same, and compared with the agents of this machine, in the folders that its daemon uses: whoever runs the file
// learns of a wrong parameter before it is the cluster's. What is not installed here is named, no more: it need not
// run here.
cluster_file read_to_run(const file_options& o);

} // namespace troupe::cli
