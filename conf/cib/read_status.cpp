#include "conf/cib/read.hpp"
#include "conf/cib/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::conf::cib {

// What tells how it ended.
struct outcome_texts {
  text magic, rc, status;
};

namespace {

text field(pugi::xml_node e, const char* name) {
  return e.attribute(name).value();
}

// "STATUS:RC;ACTION:TRANSITION:EXPECTED:UUID" tells status and rc where the attributes of old CIBs do not. False: it
// is no number.
bool read_outcome(const outcome_texts& t, operation_record& r) {
  bool fine = true;
  auto set = [&](int& to, text from) {
    auto n = to_number(from);
    if (n) to = static_cast<int>(std::clamp<std::int64_t>(*n, INT32_MIN, INT32_MAX));
    fine = fine && (n || from.empty());
  };
  auto colon = t.magic.find(':'), semicolon = t.magic.find(';');
  if (colon != text::npos) {
    set(r.status, t.magic.substr(0, colon));
    set(r.rc, t.magic.substr(colon + 1));
    if (r.transition_key.empty() && semicolon != text::npos) r.transition_key = t.magic.substr(semicolon + 1);
  }
  set(r.rc, t.rc);
  set(r.status, t.status);
  return fine;
}

} // namespace

// The attributes of a record, those of old CIBs included; each has one place to go to.
struct record_attribute {
  text name;
  text operation_record::*said = nullptr;
  std::int64_t operation_record::*number = nullptr;
  text outcome_texts::*outcome = nullptr;
  notation as = notation::number;
};
static constexpr record_attribute record_attributes[] = {
    {"id", &operation_record::id},
    {"operation", &operation_record::operation},
    {"operation_key", &operation_record::key},
    {"transition-key", &operation_record::transition_key},
    {"transition_key", &operation_record::transition_key},
    {"exit-reason", &operation_record::exit_reason},
    {"op-digest", &operation_record::digest},
    {"op-restart-digest", &operation_record::restart_digest},
    {"op-force-restart", &operation_record::restart_params},
    {"op-secure-digest", &operation_record::secure_digest},
    {"op-secure-params", &operation_record::secure_params},
    {"migrate_source", &operation_record::migrate_source},
    {"migrate_target", &operation_record::migrate_target},
    {"crm_feature_set", &operation_record::feature_set},
    {"call-id", nullptr, &operation_record::call_id},
    {"call_id", nullptr, &operation_record::call_id},
    {"last-rc-change", nullptr, &operation_record::last_change, nullptr, notation::time},
    {"last_rc_change", nullptr, &operation_record::last_change, nullptr, notation::time},
    {"last-run", nullptr, &operation_record::last_run, nullptr, notation::time},
    {"last_run", nullptr, &operation_record::last_run, nullptr, notation::time},
    {"interval", nullptr, &operation_record::interval_ms},
    {"transition-magic", nullptr, nullptr, &outcome_texts::magic},
    {"rc-code", nullptr, nullptr, &outcome_texts::rc},
    {"rc_code", nullptr, nullptr, &outcome_texts::rc},
    {"op-status", nullptr, nullptr, &outcome_texts::status},
    {"op_status", nullptr, nullptr, &outcome_texts::status},
};

// A large CIB has millions of them, and records of one writer have the same ones in the same order: what the record
// before had at this place is tried first.
const record_attribute* reader::attribute_of_record(std::size_t place, text name) {
  if (place >= max_in_order) place = max_in_order - 1;
  auto& before = in_order_[place];
  if (before && before->name == name) return before;
  for (auto& known : record_attributes)
    if (known.name == name) return before = &known;
  return nullptr;
}

operation_record reader::read_record(pugi::xml_node e) {
  operation_record r;
  r.call_id = 0;
  outcome_texts outcome;
  auto number_in = [&](std::int64_t& to, text name, notation kind, text value) {
    auto read = to_number(value);
    bool too_late = kind == notation::time && read && *read > max_seconds;
    to = kind == notation::time ? std::clamp(read.value_or(0), -max_seconds, max_seconds) : read.value_or(0);
    if ((read && !too_late) || value.empty()) return; // nearly always
    warn(fmt::format("record {}: {}=\"{}\" {}", field(e, "id"), name, value, fault({name, kind, "taken as 0"}, value)));
  };
  std::size_t place = 0;
  for (auto a : e.attributes()) {
    auto* known = attribute_of_record(place++, a.name());
    if (!known) continue;
    if (known->said) r.*known->said = a.value();
    if (known->number) number_in(r.*known->number, known->name, known->as, a.value());
    if (known->outcome) outcome.*known->outcome = a.value();
  }
  if (!read_outcome(outcome, r)) warn(fmt::format("record {}: its result is no number: taken as unknown", r.id));
  if (r.operation.empty()) warn(fmt::format("record {}: names no operation", r.id));
  return r;
}

node_state reader::read_node_state(pugi::xml_node e) {
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
  s.resources.reserve(listed_); // as many as the node before
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
  listed_ = s.resources.size();
  return s;
}

void reader::read_tickets(pugi::xml_node status) {
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
