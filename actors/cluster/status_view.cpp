#include "actors/cluster/status_view.hpp"

namespace troupe::cluster {

namespace status_lines {

using console::append;
using console::cut;
using console::max_noted;

struct presence_of {
  console::member_line& out;

  void operator()(const never_seen&) { out.here = console::presence::never_seen; }
  void operator()(const joined&) { out.here = console::presence::joined; }
  void operator()(const detached& d) { set(console::presence::detached, d.until, {}); }
  void operator()(const under_suspicion& u) { set(console::presence::suspected, u.since, u.evidence); }
  void operator()(const lost& l) { set(console::presence::lost, l.since, l.evidence); }
  void operator()(const down& d) { set(console::presence::down, d.since, {}); }
  void operator()(const left& l) { set(console::presence::left, l.since, {}); }
  void set(console::presence here, stamp since, const std::string& evidence) {
    out.here = here;
    out.since = since;
    out.evidence = cut(evidence, max_noted);
  }
};

console::member_line line_of(const state& s, const member_key& key, const member& m) {
  console::member_line out;
  out.node = key.node;
  out.configured = m.configured;
  out.session = m.session;
  out.boot = m.boot;
  std::visit(presence_of{out}, m.here);
  if (auto* open = s.find(inventory_key{key.node}))
    out.not_probed = static_cast<std::uint32_t>(open->value.pending.size());
  return out;
}

struct phase_of {
  console::holder_line& out;

  void operator()(const starting&) { out.now = console::phase::starting; }
  void operator()(const running& r) { set(r.healthy ? console::phase::running : console::phase::failed, r.exit_code); }
  void operator()(const failed& f) { set(console::phase::failed, f.exit_code); }
  void operator()(const stop_failed& f) { set(console::phase::stop_failed, f.exit_code); }
  void operator()(const unknown&) { out.now = console::phase::unknown; }
  void set(console::phase now, std::int32_t exit_code) {
    out.now = now;
    out.exit_code = exit_code;
  }
};

console::holder_line line_of(const holder_key& key, const holder& h) {
  console::holder_line out{key.resource, key.ordinal, key.node, {}, h.role, 0, {}};
  std::visit(phase_of{out}, h.now);
  if (h.open) out.open = h.open->action;
  return out;
}

void fill_services(const state& s, console::cluster_status& out) {
  for (auto& [key, found] : s.all<holder_key>()) append(out.holders, out.left_out, line_of(key, found.value));
  for (auto& [key, found] : s.all<failure_key>()) {
    auto& f = found.value;
    append(out.failures, out.left_out, {key.resource, key.node, f.count, f.last, f.exit_code, cut(f.note, max_noted)});
  }
}

} // namespace status_lines

console::cluster_status status_of(const state& s) {
  using namespace status_lines;
  console::cluster_status out;
  auto& configured = s.config().value;
  auto& constitution = s.constitution();
  out.name = configured.name;
  out.lineage = constitution.lineage;
  out.level = constitution.level;
  out.index = s.index();
  out.now = s.now();
  out.configuration = s.version_of(configuration_key{});
  out.fencing = configured.fencing;
  out.limits = {configured.tolerate, configured.restart_grace, configured.boot_grace, configured.late_margin};
  for (auto& [key, found] : s.all<member_key>()) append(out.members, out.left_out, line_of(s, key, found.value));
  for (auto& v : constitution.voters) out.voters.push_back({v.node, console::standing::unknown});
  fill_services(s, out);
  for (auto& [key, found] : s.all<attempt_key>()) {
    auto& a = found.value;
    auto* target = member_of(s, key.target);
    bool failed = a.ended == attempt::end::failed && target && target->boot == a.boot;
    if (a.ended == attempt::end::open || failed)
      append(out.attempts, out.left_out, {key.target, a.executor, a.opened_at, cut(a.note, max_noted), failed});
  }
  for (auto& [key, found] : s.all<directive_key>()) {
    auto& d = found.value;
    append(out.directives, out.left_out,
           {key.kind, key.subject, d.role, d.to, cut(d.owner, max_noted), cut(d.note, max_noted), d.expires});
  }
  return out;
}

} // namespace troupe::cluster
