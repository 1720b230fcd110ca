#include "tools/agent_commands/cluster_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::agent_commands {

namespace {

using console::presence;

const std::vector<console::member_line>& members_of(const console::node_status& s) {
  static const std::vector<console::member_line> none;
  return s.cluster ? s.cluster->members : none;
}
const std::vector<console::holder_line>& holders_of(const console::node_status& s) {
  static const std::vector<console::holder_line> none;
  return s.cluster ? s.cluster->holders : none;
}

std::string flag(bool b) {
  return b ? "true" : "false";
}

const console::service_line* service_of(const console::node_status& s, const resource_name& r) {
  if (!s.cluster) return nullptr;
  for (auto& one : s.cluster->services)
    if (one.resource == r) return &one;
  return nullptr;
}

bool is_promoted(const console::holder_line& h) {
  return h.role == config::role::promoted && h.open != config::action::promote;
}

std::string role_of(const console::node_status& s, const console::holder_line& h) {
  if (is_promoted(h)) return "Promoted";
  auto* service = service_of(s, h.resource);
  return service && service->wanted == config::role::promoted ? "Unpromoted" : "Started";
}

bool directed(const console::node_status& s, command::directive_kind kind, const std::string& subject) {
  return std::any_of(s.cluster->directives.begin(), s.cluster->directives.end(),
                     [&](auto& d) { return d.kind == kind && d.subject == subject; });
}

std::string node_xml(const console::node_status& s, const console::member_line& m) {
  bool online = m.here == presence::joined;
  bool unclean = m.here == presence::lost;
  return fmt::format(
      R"(    <node name="{0}" id="{0}" online="{1}" standby="{2}" maintenance="{3}" pending="false" unclean="{4}" expected_up="{1}" is_dc="{5}" type="member"/>)"
      "\n",
      m.node.text, flag(online), flag(directed(s, command::directive_kind::standby, m.node.text)),
      flag(directed(s, command::directive_kind::maintenance, m.node.text)), flag(unclean),
      flag(s.replica.leader == m.node));
}

std::string resource_xml(const console::node_status& s, const console::holder_line& h) {
  auto* service = service_of(s, h.resource);
  bool failed = h.now == console::phase::failed || h.now == console::phase::stop_failed;
  bool active = h.now != console::phase::starting;
  return fmt::format(
      R"(    <resource id="{}" role="{}" active="{}" orphaned="{}" blocked="{}" managed="{}" failed="{}" nodes_running_on="1"><node name="{}" id="{}"/></resource>)"
      "\n",
      h.resource.text, role_of(s, h), flag(active), flag(!service || service->now == console::service_state::removed),
      flag(h.now == console::phase::stop_failed), flag(!service || service->managed), flag(failed), h.node.text,
      h.node.text);
}

} // namespace

std::string monitor_xml(const console::node_status& s) {
  std::string out =
      "<?xml version=\"1.0\"?>\n<pacemaker-result api-version=\"2.25\" request=\"crm_mon\">\n  <summary>\n";
  out += fmt::format("    <current_dc present=\"{}\" name=\"{}\" with_quorum=\"{}\"/>\n  </summary>\n  <nodes>\n",
                     flag(!s.replica.leader.empty()), s.replica.leader.text, flag(has_quorum(s)));
  for (auto& m : members_of(s))
    if (m.configured) out += node_xml(s, m);
  out += "  </nodes>\n  <resources>\n";
  for (auto& h : holders_of(s)) out += resource_xml(s, h);
  return out + "  </resources>\n  <status code=\"0\" message=\"OK\"/>\n</pacemaker-result>\n";
}

std::string monitor_text(const console::node_status& s) {
  std::string out = fmt::format("Current DC: {}\n", s.replica.leader.empty() ? "NONE" : s.replica.leader.text);
  for (auto& m : members_of(s))
    if (m.configured)
      out += fmt::format("Node {}: {}\n", m.node.text, m.here == presence::joined ? "online" : "OFFLINE");
  for (auto& h : holders_of(s)) out += fmt::format("{}\t{} {}\n", h.resource.text, role_of(s, h), h.node.text);
  return out;
}

std::vector<std::string> partition_of(const console::node_status& s) {
  std::vector<std::string> out;
  for (auto& m : members_of(s))
    if (m.here == presence::joined) out.push_back(m.node.text);
  return out;
}

bool has_quorum(const console::node_status& s) {
  return !s.replica.leader.empty();
}

std::vector<std::string> where_is(const console::node_status& s, const std::string& resource) {
  std::vector<std::string> out;
  for (auto& h : holders_of(s))
    if (h.resource.text == resource)
      out.push_back(
          fmt::format("resource {} is running on: {}{}", resource, h.node.text, is_promoted(h) ? " Promoted" : ""));
  return out;
}

} // namespace troupe::agent_commands
