// The cluster's part of a status.
#include "messages/command_wire.hpp"
#include "messages/console_wire.hpp"

namespace troupe::console::codec {

namespace status_lines {

using namespace codec;

void put_line(schema::Member::Builder out, const member_line& m) {
  out.setNode(m.node.text);
  out.setConfigured(m.configured);
  out.setHere(to_wire(m.here));
  out.setHasSince(m.since.has_value());
  if (m.since) out.setSince(to_wire(*m.since));
  out.setEvidence(m.evidence);
  out.setSession(m.session.value);
  out.setBoot(m.boot.value);
  out.setNotProbed(m.not_probed);
}
member_line member_from(schema::Member::Reader in) {
  member_line m;
  m.node = name_from<node_name>(in.getNode(), "node");
  m.configured = in.getConfigured();
  m.here = enum_from(in.getHere(), presence::left, "presence");
  if (in.getHasSince()) m.since = stamp_from(in.getSince());
  m.evidence = text_from(in.getEvidence(), command::max_note, "evidence");
  m.session = session_id{in.getSession()};
  m.boot = log_index{in.getBoot()};
  m.not_probed = in.getNotProbed();
  return m;
}

void put_line(schema::Voter::Builder out, const voter_line& v) {
  out.setNode(v.node.text);
  out.setStanding(to_wire(v.as));
}
voter_line voter_from(schema::Voter::Reader in) {
  return {name_from<node_name>(in.getNode(), "node"), enum_from(in.getStanding(), standing::learner, "standing")};
}

void put_line(schema::Holder::Builder out, const holder_line& h) {
  out.setResource(h.resource.text);
  out.setOrdinal(h.ordinal);
  out.setNode(h.node.text);
  out.setPhase(to_wire(h.now));
  out.setRole(to_wire(h.role));
  out.setExitCode(h.exit_code);
  out.setHasOpen(h.open.has_value());
  if (h.open) out.setOpen(to_wire(*h.open));
}
holder_line holder_from(schema::Holder::Reader in) {
  holder_line h{name_from<resource_name>(in.getResource(), "resource"),
                in.getOrdinal(),
                name_from<node_name>(in.getNode(), "node"),
                enum_from(in.getPhase(), phase::unknown, "phase"),
                enum_from(in.getRole(), config::role::promoted, "role"),
                in.getExitCode(),
                {}};
  if (in.getHasOpen()) h.open = enum_from(in.getOpen(), config::action::demote, "action");
  return h;
}

void put_line(schema::Failure::Builder out, const failure_line& f) {
  out.setResource(f.resource.text);
  out.setNode(f.node.text);
  out.setCount(f.count);
  out.setLast(to_wire(f.last));
  out.setExitCode(f.exit_code);
  out.setNote(f.note);
}
failure_line failure_from(schema::Failure::Reader in) {
  return {name_from<resource_name>(in.getResource(), "resource"),
          name_from<node_name>(in.getNode(), "node"),
          in.getCount(),
          stamp_from(in.getLast()),
          in.getExitCode(),
          text_from(in.getNote(), command::max_note, "note")};
}

void put_line(schema::Attempt::Builder out, const attempt_line& a) {
  out.setTarget(a.target.text);
  out.setExecutor(a.executor.text);
  out.setOpenedAt(to_wire(a.opened_at));
  out.setNote(a.note);
  out.setFailed(a.failed);
  out.setAge(a.age.count());
}
attempt_line attempt_from(schema::Attempt::Reader in) {
  return {name_from<node_name>(in.getTarget(), "node"),
          name_from<node_name>(in.getExecutor(), "node"),
          stamp_from(in.getOpenedAt()),
          text_from(in.getNote(), command::max_note, "note"),
          in.getFailed(),
          duration{in.getAge()}};
}

void put_line(schema::Directive::Builder out, const directive_line& d) {
  out.setKind(to_wire(d.kind));
  out.setSubject(d.subject);
  out.setRole(to_wire(d.role));
  out.setTo(d.to.text);
  out.setOwner(d.owner);
  out.setNote(d.note);
  out.setHasExpiry(d.expires.has_value());
  if (d.expires) out.setExpires(to_wire(*d.expires));
}
directive_line directive_from(schema::Directive::Reader in) {
  directive_line d{enum_from(in.getKind(), command::directive_kind::move, "directive"),
                   text_from(in.getSubject(), config::max_name, "subject"),
                   enum_from(in.getRole(), config::role::promoted, "role"),
                   name_from<node_name>(in.getTo(), "node"),
                   text_from(in.getOwner(), command::max_note, "owner"),
                   text_from(in.getNote(), command::max_note, "note"),
                   {}};
  if (in.getHasExpiry()) d.expires = stamp_from(in.getExpires());
  return d;
}

template <class Builders, class Lines>
void put_lines(Builders out, const Lines& lines) {
  for (unsigned i = 0; i < out.size(); ++i) put_line(out[i], lines[i]);
}
template <class Lines, class Readers, class Convert>
void read_lines(Lines& out, Readers in, Convert convert) {
  bounded(in.size(), max_rows, "lines");
  for (auto item : in) out.push_back(convert(item));
}

} // namespace status_lines

void put(schema::Cluster::Builder out, const cluster_status& c) {
  using namespace status_lines;
  out.setName(c.name);
  set_bytes(out.initLineage(16), c.lineage.bytes);
  out.setLevel(c.level);
  out.setIndex(c.index.value);
  out.setNow(to_wire(c.now));
  out.setConfiguration(c.configuration.value);
  out.setFencing(to_wire(c.fencing));
  out.setTolerate(c.limits.tolerate.count());
  out.setRestartGrace(c.limits.restart_grace.count());
  out.setBootGrace(c.limits.boot_grace.count());
  out.setLateMargin(c.limits.late_margin.count());
  put_lines(out.initMembers(list_size(c.members)), c.members);
  put_lines(out.initVoters(list_size(c.voters)), c.voters);
  put_lines(out.initHolders(list_size(c.holders)), c.holders);
  put_lines(out.initFailures(list_size(c.failures)), c.failures);
  put_lines(out.initAttempts(list_size(c.attempts)), c.attempts);
  put_lines(out.initDirectives(list_size(c.directives)), c.directives);
  put_services(out, c);
  out.setLeftOut(c.left_out);
  out.setHalted(c.halted);
}

cluster_status cluster_from(schema::Cluster::Reader in) {
  using namespace status_lines;
  cluster_status c;
  c.name = text_from(in.getName(), config::max_name, "name");
  c.lineage = lineage_id{bytes_from<16>(in.getLineage(), "lineage")};
  c.level = in.getLevel();
  c.index = log_index{in.getIndex()};
  c.now = stamp_from(in.getNow());
  c.configuration = log_index{in.getConfiguration()};
  c.fencing = enum_from(in.getFencing(), config::fencing_policy::off, "fencing");
  c.limits = {duration{in.getTolerate()}, duration{in.getRestartGrace()}, duration{in.getBootGrace()},
              duration{in.getLateMargin()}};
  read_lines(c.members, in.getMembers(), member_from);
  read_lines(c.voters, in.getVoters(), voter_from);
  read_lines(c.holders, in.getHolders(), holder_from);
  read_lines(c.failures, in.getFailures(), failure_from);
  read_lines(c.attempts, in.getAttempts(), attempt_from);
  read_lines(c.directives, in.getDirectives(), directive_from);
  read_services(c, in);
  c.left_out = in.getLeftOut();
  c.halted = text_from(in.getHalted(), max_shown, "reason");
  return c;
}

} // namespace troupe::console::codec
