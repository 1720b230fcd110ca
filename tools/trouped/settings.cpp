#include "tools/trouped/settings.hpp"

#include "actors/env/posix_host.hpp"
#include "agents/runner/enclosure.hpp"
#include "conf/file.hpp"
#include "conf/keys.hpp"
#include "conf/node_file.hpp"
#include "transport/endpoint.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

namespace troupe::daemon {

namespace {

// conf has checked the addresses as text; what is no address here is a fault of ours.
result<std::vector<transport::endpoint>> endpoints_of(const std::vector<config::address>& addresses) {
  std::vector<transport::endpoint> out;
  for (auto& a : addresses) {
    auto made = transport::make_endpoint(a.host, a.port);
    if (!made) return tl::unexpected(made.error());
    out.push_back(*made);
  }
  return out;
}

// The folder with the commands for agents, where the build or an installation leaves it; empty: there is none.
std::string usual_commands() {
  std::error_code wrong;
  auto here = std::filesystem::read_symlink("/proc/self/exe", wrong).parent_path();
  for (auto& folder : {here / "agent-commands", here.parent_path() / "libexec" / "troupe"})
    if (!wrong && std::filesystem::exists(folder / "crm_attribute", wrong)) return folder;
  return {};
}

} // namespace

result<settings> read_settings(const std::string& path) {
  auto file = conf::read_file(path, conf::max_file);
  if (!file) return tl::unexpected(file.error());
  conf::diagnostics found;
  auto read = conf::parse_node_file(file->text, found);
  if (!read) return failure("the configuration has errors; nothing was started\n" + found.text(path));

  settings out;
  out.data = read->data;
  out.control = read->control;
  auto identity = conf::read_identity(read->identity);
  if (!identity) return tl::unexpected(identity.error());
  auto host = env::read_host(read->machine_id);
  if (!host) return tl::unexpected(host.error());
  out.host = *host;

  out.node.name = read->name;
  out.node.resource_agents.folders = read->resource_agents;
  out.node.resource_agents.commands = read->agent_commands.empty() ? usual_commands() : read->agent_commands;
  out.node.resource_agents.control = read->control;
  out.node.fence_agents.folders = read->fence_agents;
  out.node.operations_at_once = 2 * std::size_t{std::thread::hardware_concurrency()};
  out.cgroup = read->cgroup;
  out.cgroup_was_named = !read->cgroup.empty();
  if (out.cgroup.empty())
    if (auto mounted = agents::cgroup2_mount()) out.cgroup = *mounted + "/troupe/" + read->name.text;
  std::ranges::copy(identity->seed(), out.node.identity_seed.begin());
  auto listen = endpoints_of(read->listen);
  if (!listen) return tl::unexpected(listen.error());
  out.node.listen = std::move(*listen);
  for (auto& seed : read->seeds) {
    if (seed.name == read->name) continue; // one list of seeds may serve all nodes
    auto where = endpoints_of(seed.addresses);
    if (!where) return tl::unexpected(where.error());
    out.node.seeds.push_back({seed.name, seed.key, std::move(*where)});
  }
  return out;
}

} // namespace troupe::daemon
