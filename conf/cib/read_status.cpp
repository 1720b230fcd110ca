#include "conf/cib/read.hpp"
#include "conf/cib/values.hpp"

#include <fmt/format.h>

namespace troupe::conf::cib {

namespace {

text field(pugi::xml_node e, const char* name) {
  return e.attribute(name).value();
}

text field(pugi::xml_node e, const char* name, const char* legacy) {
  return e.attribute(name) ? field(e, name) : field(e, legacy);
}

// "STATUS:RC;ACTION:TRANSITION:EXPECTED:UUID" tells status and rc where the attributes of old CIBs do not.
void from_magic(text magic, operation_record& r) {
  auto colon = magic.find(':');
  if (colon == text::npos) return;
  if (auto s = to_number(magic.substr(0, colon))) r.status = static_cast<int>(*s);
  if (auto rc = to_number(magic.substr(colon + 1))) r.rc = static_cast<int>(*rc);
  auto semicolon = magic.find(';');
  if (r.transition_key.empty() && semicolon != text::npos) r.transition_key = magic.substr(semicolon + 1);
}

} // namespace

operation_record reader::read_record(pugi::xml_node e) {
  operation_record r;
  r.id = field(e, "id");
  r.operation = field(e, "operation");
  r.key = field(e, "operation_key");
  r.transition_key = field(e, "transition-key", "transition_key");
  r.exit_reason = field(e, "exit-reason");
  r.digest = field(e, "op-digest");
  r.restart_digest = field(e, "op-restart-digest");
  r.restart_params = field(e, "op-force-restart");
  r.secure_digest = field(e, "op-secure-digest");
  r.secure_params = field(e, "op-secure-params");
  r.migrate_source = field(e, "migrate_source");
  r.migrate_target = field(e, "migrate_target");
  r.feature_set = field(e, "crm_feature_set");
  from_magic(field(e, "transition-magic"), r);
  auto number = [](text t, std::int64_t otherwise) { return to_number(t).value_or(otherwise); };
  r.call_id = number(field(e, "call-id", "call_id"), 0);
  r.last_change = number(field(e, "last-rc-change", "last_rc_change"), 0);
  r.last_run = number(field(e, "last-run", "last_run"), 0);
  r.interval_ms = number(field(e, "interval"), 0);
  r.rc = static_cast<int>(number(field(e, "rc-code", "rc_code"), r.rc));
  r.status = static_cast<int>(number(field(e, "op-status", "op_status"), r.status));
  return r;
}

void reader::read_node_state(pugi::xml_node e) {
  node_state s;
  s.id = field(e, "id");
  s.uname = field(e, "uname");
  s.in_membership = field(e, "in_ccm");
  s.process = field(e, "crmd");
  s.join = field(e, "join");
  s.expected = field(e, "expected");
  s.shutdown_flag = field(e, "shutdown");
  s.remote = is_true(field(e, "remote_node"));
  s.remote_fenced = is_true(field(e, "node_fenced")) || to_number(field(e, "node_fenced")).value_or(0) > 0;
  s.remote_in_maintenance = is_true(field(e, "node_in_maintenance"));
  s.transient = read_sets(e.child("transient_attributes"), "instance_attributes");
  for (auto r : e.child("lrm").child("lrm_resources").children("lrm_resource")) {
    resource_history h{.id = field(r, "id"),
                       .standard = field(r, "class"),
                       .provider = field(r, "provider"),
                       .agent = field(r, "type"),
                       .container = field(r, "container"),
                       .shutdown_lock = field(r, "shutdown-lock"),
                       .operations = {}};
    if (h.id.empty()) {
      warn(fmt::format("a history entry of node {} names no resource: ignored", s.uname));
      continue;
    }
    for (auto op : r.children("lrm_rsc_op")) h.operations.push_back(read_record(op));
    s.resources.push_back(std::move(h));
  }
  out_.states.push_back(std::move(s));
}

void reader::read_status(pugi::xml_node status) {
  for (auto e : status.children("node_state")) read_node_state(e);
  for (auto t : status.child("tickets").children("ticket_state"))
    out_.tickets.push_back({.id = field(t, "id"),
                            .granted = field(t, "granted"),
                            .standby = field(t, "standby"),
                            .last_granted = field(t, "last-granted")});
  // Before 1.1.6 tickets were attributes "granted-ticket-NAME" and "last-granted-NAME" of <tickets>.
  for (auto& set : read_sets(status.child("tickets"), "instance_attributes"))
    for (auto& [name, value] : set.values) {
      constexpr text granted = "granted-ticket-";
      if (name.starts_with(granted))
        out_.tickets.push_back(
            {.id = name.substr(granted.size()), .granted = value, .standby = {}, .last_granted = {}});
    }
}

} // namespace troupe::conf::cib
