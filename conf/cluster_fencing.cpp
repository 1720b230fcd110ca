#include "conf/cluster_file.hpp"
#include "conf/units.hpp"

#include <algorithm>

namespace troupe::conf {

using namespace std::chrono_literals;

// "fence_ipmilan": the name of a program in /usr/sbin, never a path.
static std::optional<std::string> fence_agent(const slot& s) {
  static constexpr std::string_view prefix = "fence_";
  auto name = as_text(config::max_name)(s);
  if (!name) return std::nullopt;
  if (name->substr(0, prefix.size()) == prefix && name->size() > prefix.size() && name_fault(*name).empty())
    return name;
  return s.wrong("not a fence agent", "name a program of /usr/sbin, such as \"fence_ipmilan\"");
}

// plugs = { n1 = "1" }: what the device calls a node.
static std::map<node_name, std::string> read_plugs(table_reader& in) {
  config::parameters plugs;
  in.read("plugs", plugs, as_parameters());
  std::map<node_name, std::string> out;
  for (auto& [node, plug] : plugs) out.emplace(node_name(node), std::move(plug));
  return out;
}

config::fence_device read_device(const std::string& name, const slot& s) {
  table_reader in(s);
  config::fence_device d;
  d.name = device_name(name);
  d.timeout = 20s;
  d.budget = 60s;
  in.require("agent", d.agent, fence_agent, "name it: agent = \"fence_ipmilan\"");
  in.require("targets", d.targets, as_list(as_name<node_name>(), 1, config::max_nodes),
             "the nodes that it can turn off: targets = [\"n1\"]");
  d.plugs = read_plugs(in);
  in.read("params", d.params, as_parameters());
  in.read("action", d.reboot, as_choice<bool>({{"reboot", true}, {"off", false}}));
  in.read("level", d.level, as_count(1, config::max_fence_level));
  in.read("retries", d.retries, as_count(0, config::max_fence_retries));
  in.read("timeout", d.timeout, as_duration(100ms, 1h));
  in.read("budget", d.budget, as_duration(100ms, 1h));
  in.finish();
  std::sort(d.targets.begin(), d.targets.end());
  return d;
}

} // namespace troupe::conf
