#include "tools/simulate/bundle_parameters.hpp"

#include <fmt/format.h>

#include <vector>

namespace troupe::simulate {

namespace cib = conf::cib;

namespace {

constexpr const char* default_port = "3121";

struct mount {
  std::string source, target, options;
};

// What is configured, then what a connection into the container needs. `own`: folders that each replica has for itself.
std::vector<mount> mounts_of(const cib::bundle_settings& b, const std::string& replica, bool has_inner,
                             std::string& own) {
  std::vector<mount> all;
  auto own_folder = [&](cib::text root, cib::text target, cib::text options) {
    auto source = fmt::format("{}/{}", root, replica);
    own += (own.empty() ? "" : ",") + source;
    all.push_back({source, std::string{target}, std::string{options}});
  };
  for (auto& s : b.storages) {
    if (s.source.empty())
      own_folder(s.source_root, s.target, s.options);
    else
      all.push_back({std::string{s.source}, std::string{s.target}, std::string{s.options}});
  }
  if (has_inner) {
    all.push_back({"/etc/pacemaker/authkey", "/etc/pacemaker/authkey", {}});
    own_folder("/var/log/pacemaker/bundles", "/var/log", {});
  }
  return all;
}

std::string ports_of(const cib::bundle_settings& b, const replica_names& names, bool has_inner) {
  std::string text;
  auto add = [&](cib::text outside, cib::text inside) {
    if (!names.address.empty())
      text += fmt::format(" -p {}:{}:{}", names.address, outside, inside);
    else if (b.network != "host")
      text += fmt::format(" -p {}:{}", outside, inside);
  };
  for (auto& p : b.ports) {
    auto outside = p.port.empty() ? p.range : p.port;
    add(outside, p.internal.empty() ? outside : p.internal);
  }
  auto control = b.control_port.empty() ? cib::text{default_port} : b.control_port;
  if (has_inner) add(control, control);
  return text;
}

} // namespace

std::map<std::string, std::string> container_parameters(const cib::bundle_settings& b, const replica_names& names,
                                                        bool has_inner) {
  auto replica = fmt::format("{}-{}", names.bundle, names.number);
  std::string options = b.engine == "docker" ? " --restart=no" : "", own;
  if (!names.address.empty()) options += " -h " + replica;
  options += " -e PCMK_stderr=1";
  if (!b.network.empty()) options += fmt::format(" --net={}", b.network);
  options += fmt::format(" -e PCMK_remote_port={}", b.control_port.empty() ? cib::text{default_port} : b.control_port);
  for (auto& m : mounts_of(b, replica, has_inner, own))
    options += fmt::format(" -v {}:{}{}{}", m.source, m.target, m.options.empty() ? "" : ":", m.options);
  options += ports_of(b, names, has_inner);
  if (!b.options.empty()) options += fmt::format(" {}", b.options);
  options += " " + names.host_entries;
  std::map<std::string, std::string> params{
      {"image", std::string{b.image}}, {"allow_pull", "true"}, {"force_kill", "false"},     {"reuse", "false"},
      {"run_opts", options},           {"mount_points", own},  {"monitor_cmd", "/bin/true"}};
  if (!b.run_command.empty())
    params.emplace("run_cmd", b.run_command);
  else if (has_inner)
    params.emplace("run_cmd", "/usr/sbin/pacemaker-remoted");
  return params;
}

} // namespace troupe::simulate
