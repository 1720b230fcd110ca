#include "agents/ocf/operation.hpp"

#include <algorithm>
#include <unistd.h>

namespace troupe::agents::ocf {

namespace operation_detail {

using variables = std::map<std::string, std::string>;

// That of Pacemaker 2.1.5: agents compare it to find out what a cluster manager can do.
constexpr auto feature_set = "3.16.1";
// Agents compare an empty list with one blank.
constexpr auto no_entries = " ";

void set_meta(variables& out, const std::string& name, std::string value) {
  out["OCF_RESKEY_CRM_meta_" + name] = std::move(value);
}
std::string text(bool b) {
  return b ? "true" : "false";
}
std::string milliseconds(duration d) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}
std::string_view text(config::role r, bool promotable) {
  switch (r) {
  case config::role::promoted: return "Promoted";
  case config::role::started: return promotable ? "Unpromoted" : "Started";
  case config::role::stopped: break;
  }
  return "Stopped";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out.empty() ? no_entries : out;
}

void set_list(variables& out, const std::string& name, const std::vector<instance>& list) {
  std::vector<std::string> resources, nodes;
  for (const auto& each : list) {
    resources.push_back(each.resource);
    nodes.push_back(each.node);
  }
  set_meta(out, "notify_" + name + "_resource", joined(resources));
  set_meta(out, "notify_" + name + "_uname", joined(nodes));
}

void set_notices(variables& out, const notices& all) {
  set_list(out, "active", all.active);
  set_meta(out, "notify_inactive_resource", joined(all.inactive));
  set_list(out, "start", all.starting);
  set_list(out, "stop", all.stopping);
  set_list(out, "promote", all.promoting);
  set_list(out, "demote", all.demoting);
  for (const char* name : {"promoted", "master"}) set_list(out, name, all.promoted); // agents use the old name too
  for (const char* name : {"unpromoted", "slave"}) set_list(out, name, all.unpromoted);
  set_meta(out, "notify_all_uname", joined(all.all_nodes));
  set_meta(out, "notify_available_uname", joined(all.available_nodes));
}

void set_clone(variables& out, const cloned& c) {
  set_meta(out, "clone", std::to_string(c.ordinal));
  set_meta(out, "clone_max", std::to_string(c.max));
  set_meta(out, "clone_node_max", std::to_string(c.node_max));
  set_meta(out, "globally_unique", text(c.globally_unique));
  set_meta(out, "notify", text(c.notify.has_value()));
  if (!c.promotable) return;
  for (const char* name : {"promoted", "master"}) {
    set_meta(out, std::string(name) + "_max", std::to_string(c.promotable->max));
    set_meta(out, std::string(name) + "_node_max", std::to_string(c.promotable->node_max));
  }
}

void set_agent(variables& out, const installation& where, const operation& op) {
  out["OCF_ROOT"] = where.root;
  out["OCF_RA_VERSION_MAJOR"] = "1";
  out["OCF_RA_VERSION_MINOR"] = "1";
  out["OCF_RESOURCE_INSTANCE"] = op.resource;
  out["OCF_RESOURCE_TYPE"] = op.agent.type;
  out["OCF_RESOURCE_PROVIDER"] = op.agent.provider;
  out["OCF_OUTPUT_FORMAT"] = "text";
  out["OCF_EXIT_REASON_PREFIX"] = exit_reason_prefix;
  out["OCF_RESKEY_crm_feature_set"] = feature_set;
  out["LC_ALL"] = "C";
  out["PATH"] = where.path;
  if (where.commands.empty()) return;
  out["PATH"] = where.commands + ":" + where.path;
  out["HA_SBIN_DIR"] = where.commands; // where agents look for these commands, and only for them
  out["TROUPE_CONTROL"] = where.control;
}

bool plain_name(const std::string& name) {
  return !name.empty() && name[0] != '.' && name.find('/') == std::string::npos;
}

} // namespace operation_detail

using namespace operation_detail;

std::map<std::string, std::string> environment(const installation& where, const operation& op) {
  variables out;
  for (const auto& [name, value] : op.params) out["OCF_RESKEY_" + name] = value;
  set_agent(out, where, op);
  set_meta(out, "timeout", milliseconds(op.timeout));
  set_meta(out, "name", op.action);
  set_meta(out, "on_node", op.node);
  set_meta(out, "on_node_uuid", op.node);
  if (op.interval) set_meta(out, "interval", milliseconds(*op.interval));
  bool promotable = op.clone && op.clone->promotable;
  if (op.monitored_role) set_meta(out, "role", std::string(text(*op.monitored_role, promotable)));
  if (op.check_level) out["OCF_CHECK_LEVEL"] = std::to_string(*op.check_level);
  if (op.clone) {
    set_clone(out, *op.clone);
    if (op.clone->notify && op.action != "monitor") set_notices(out, *op.clone->notify);
  }
  if (op.notify) {
    for (const char* name : {"notify_type", "notify_key_type"}) set_meta(out, name, op.notify->type);
    for (const char* name : {"notify_operation", "notify_key_operation"}) set_meta(out, name, op.notify->operation);
  }
  return out;
}

result<std::vector<std::string>> candidates(const installation& where, const config::agent_ref& agent) {
  if (!plain_name(agent.provider) || !plain_name(agent.type))
    return failure("ocf:" + agent.provider + ":" + agent.type + " is no name of an agent");
  std::vector<std::string> paths;
  for (const auto& folder : where.folders) paths.push_back(folder + "/" + agent.provider + "/" + agent.type);
  return paths;
}

result<std::string> find(const installation& where, const config::agent_ref& agent) {
  auto paths = candidates(where, agent);
  if (!paths) return tl::unexpected(paths.error());
  std::string tried;
  for (const auto& path : *paths) {
    if (::access(path.c_str(), X_OK) == 0) return path;
    bool there = ::access(path.c_str(), F_OK) == 0;
    tried += (tried.empty() ? "" : ", ") + path + (there ? ", which is not executable" : "");
  }
  return failure("ocf:" + agent.provider + ":" + agent.type + " is not installed (looked for " + tried + ")");
}

result<command> call(const installation& where, const operation& op, duration grace) {
  auto path = find(where, op.agent);
  if (!path) return tl::unexpected(path.error());
  return command{{*path, op.action}, environment(where, op), {}, op.timeout, grace};
}

} // namespace troupe::agents::ocf
