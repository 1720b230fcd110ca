#include "messages/command_codec.hpp"

#include "messages/capnp_guard.hpp"
#include "messages/command_wire.hpp"
#include "messages/config_wire.hpp"

namespace troupe::command {

namespace {

using wire_command = wire::command::Command;

// --- to the wire: one function a body ---

void fill(wire_command::Builder b, const node_joined& c) {
  auto j = b.initNodeJoined();
  j.setNode(c.node.text);
  set_bytes(j.initMachine(static_cast<unsigned>(c.machine.bytes.size())), c.machine.bytes);
  set_bytes(j.initBoot(static_cast<unsigned>(c.boot.bytes.size())), c.boot.bytes);
  j.setReplaces(c.replaces.value);
  j.setMaxLevel(c.max_level);
}
void fill(wire_command::Builder b, const node_left& c) {
  auto w = b.initNodeLeft();
  w.setNode(c.node.text);
  w.setSession(c.session.value);
}
void fill(wire_command::Builder b, const detach& c) {
  auto w = b.initDetach();
  w.setNode(c.node.text);
  w.setSession(c.session.value);
  w.setUntil(to_wire(c.until));
}
void fill(wire_command::Builder b, const suspected& c) {
  auto w = b.initSuspected();
  w.setNode(c.node.text);
  w.setSession(c.session.value);
  w.setLifted(c.lifted);
  w.setEvidence(c.evidence);
}
void fill(wire_command::Builder b, const node_lost& c) {
  auto w = b.initNodeLost();
  w.setNode(c.node.text);
  w.setSession(c.session.value);
  w.setEvidence(c.evidence);
}
void fill(wire_command::Builder b, const config_set& c) {
  auto w = b.initConfigSet();
  w.setReplaces(c.replaces.value);
  config::fill(w.initConfiguration(), c.configuration);
}
void fill(wire_command::Builder b, const directive& c) {
  auto w = b.initDirective();
  w.setKind(to_wire(c.kind));
  w.setSubject(c.subject);
  w.setLifted(c.lifted);
  w.setRole(to_wire(c.role));
  w.setTo(c.to.text);
  w.setNote(c.note);
  w.setHasExpiry(c.expires.has_value());
  w.setExpires(c.expires ? to_wire(*c.expires) : 0);
}
void fill(wire_command::Builder b, const cleanup& c) {
  auto w = b.initCleanup();
  w.setResource(c.resource.text);
  w.setNode(c.node.text);
}
void fill(wire_command::Builder b, const assigned& c) {
  auto list = b.initAssigned(list_size(c.items));
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setResource(c.items[i].resource.text);
    fill_places(list[i].initPlaces(list_size(c.items[i].places)), c.items[i].places);
  }
}
void fill(wire::command::Cell::Builder w, const cell& c) {
  w.setResource(c.resource.text);
  w.setOrdinal(c.ordinal);
  w.setNode(c.node.text);
}
void fill(wire_command::Builder b, const act& c) {
  auto w = b.initAct();
  fill(w.initAt(), c.at);
  w.setAction(to_wire(c.action));
  w.setSession(c.session.value);
  auto ifs = w.initIfs(list_size(c.ifs));
  for (unsigned i = 0; i < ifs.size(); ++i) {
    ifs[i].setKind(to_wire(c.ifs[i].kind));
    ifs[i].setResource(c.ifs[i].resource.text);
    ifs[i].setOrdinal(c.ifs[i].ordinal);
    ifs[i].setNode(c.ifs[i].node.text);
    ifs[i].setVersion(c.ifs[i].version.value);
  }
}
void fill(wire_command::Builder b, const withdraw& c) {
  auto w = b.initWithdraw();
  fill(w.initAt(), c.at);
  w.setAct(c.act.value);
}

void fill_item(wire::command::ReportItem::Builder w, const act_done& c) {
  w.setResource(c.resource.text);
  w.setOrdinal(c.ordinal);
  w.setExitCode(c.exit_code);
  w.setNote(c.note);
  auto done = w.initActDone();
  done.setAct(c.act.value);
  done.setEnd(to_wire(c.end));
}
void fill_item(wire::command::ReportItem::Builder w, const probed& c) {
  w.setResource(c.resource.text);
  w.setOrdinal(c.ordinal);
  w.setExitCode(c.exit_code);
  w.setProbed(to_wire(c.found));
}
void fill_item(wire::command::ReportItem::Builder w, const monitored& c) {
  w.setResource(c.resource.text);
  w.setOrdinal(c.ordinal);
  w.setExitCode(c.exit_code);
  w.setNote(c.note);
  w.setMonitored(c.healthy);
}
void fill_item(wire::command::ReportItem::Builder w, const notified& c) {
  w.setResource(c.resource.text);
  w.setOrdinal(c.ordinal);
  auto n = w.initNotified();
  n.setRound(c.round.value);
  n.setStage(to_wire(c.stage));
}
void fill(wire_command::Builder b, const report& c) {
  auto w = b.initReport();
  w.setNode(c.node.text);
  w.setSession(c.session.value);
  w.setNumber(c.number);
  auto items = w.initItems(list_size(c.items));
  for (unsigned i = 0; i < items.size(); ++i)
    std::visit([&](auto& item) { fill_item(items[i], item); }, c.items[i]);
}

void fill(wire_command::Builder b, const fence_attempt& c) {
  auto w = b.initFenceAttempt();
  w.setTarget(c.target.text);
  w.setBoot(c.boot.value);
  w.setExecutor(c.executor.text);
  w.setSession(c.session.value);
  w.setLevel(c.level);
}
void fill(wire_command::Builder b, const fence_failed& c) {
  auto w = b.initFenceFailed();
  w.setTarget(c.target.text);
  w.setAttempt(c.attempt.value);
  w.setNote(c.note);
}
void fill(wire_command::Builder b, const fence_proof& c) {
  auto w = b.initFenceProof();
  w.setTarget(c.target.text);
  w.setBoot(c.boot.value);
  w.setKind(to_wire(c.kind));
  w.setAttempt(c.attempt.value);
  w.setNote(c.note);
}
void fill(wire_command::Builder b, const attributes& c) {
  auto list = b.initAttributes(list_size(c.items));
  for (unsigned i = 0; i < list.size(); ++i) fill_attribute(list[i], c.items[i]);
}
void fill(wire_command::Builder b, const notice_begun& c) {
  auto w = b.initNoticeBegun();
  w.setResource(c.resource.text);
  w.setOperation(to_wire(c.operation));
  fill_planned(w.initWhat(), c.what);
}
void fill(wire_command::Builder b, const notice_turned& c) {
  auto w = b.initNoticeTurned();
  w.setResource(c.resource.text);
  w.setRound(c.round.value);
  w.setFrom(to_wire(c.from));
}
void fill(wire_command::Builder b, const level_set& c) { b.setLevelSet(c.level); }
void fill(wire_command::Builder b, const tick&) { b.setTick(); }

void fill(wire::command::Provenance::Builder w, const provenance& p) {
  w.setLevel(p.level);
  w.setAt(to_wire(p.at));
  auto causes = w.initCauses(list_size(p.causes));
  for (unsigned i = 0; i < causes.size(); ++i) causes.set(i, p.causes[i].value);
  w.setWhy(to_wire(p.why));
  auto by = w.initBy();
  by.setNode(p.by.node.text);
  by.setIsUser(p.by.user.has_value());
  by.setUser(p.by.user.value_or(""));
  w.setClient(p.client.value);
  w.setSequence(p.sequence);
}

// --- from the wire ---

provenance provenance_from(wire::command::Provenance::Reader r) {
  provenance p;
  p.level = r.getLevel();
  p.at = stamp_from(r.getAt());
  bounded(r.getCauses().size(), max_causes, "causes");
  for (auto cause : r.getCauses()) p.causes.emplace_back(cause);
  p.why = enum_from(r.getWhy(), reason::formation, "reason");
  auto by = r.getBy();
  p.by.node = name_from<node_name>(by.getNode(), "node");
  if (by.getIsUser()) p.by.user = text_from(by.getUser(), max_note, "user");
  p.client = client_id{r.getClient()};
  p.sequence = r.getSequence();
  return p;
}

cell cell_from(wire::command::Cell::Reader r) {
  return {name_from<resource_name>(r.getResource(), "resource"), r.getOrdinal(),
          name_from<node_name>(r.getNode(), "node")};
}

directive directive_from(wire::command::Directive::Reader r) {
  directive d;
  d.kind = enum_from(r.getKind(), directive_kind::move, "directive");
  d.subject = text_from(r.getSubject(), config::max_name, "subject");
  d.lifted = r.getLifted();
  d.role = enum_from(r.getRole(), config::role::promoted, "role");
  d.to = name_from<node_name>(r.getTo(), "node");
  d.note = text_from(r.getNote(), max_note, "note");
  if (r.getHasExpiry()) d.expires = stamp_from(r.getExpires());
  return d;
}

assigned assigned_from(capnp::List<wire::command::Assignment>::Reader list) {
  assigned a;
  bounded(list.size(), config::max_resources, "assignments");
  for (auto item : list)
    a.items.push_back({name_from<resource_name>(item.getResource(), "resource"), places_from(item.getPlaces())});
  return a;
}

act act_from(wire::command::Act::Reader r) {
  act a;
  a.at = cell_from(r.getAt());
  a.action = enum_from(r.getAction(), config::action::demote, "action");
  a.session = session_id{r.getSession()};
  bounded(r.getIfs().size(), max_ifs, "conditions");
  for (auto w : r.getIfs())
    a.ifs.push_back({enum_from(w.getKind(), relies_on::what::standby, "condition"),
                     name_from<resource_name>(w.getResource(), "resource"), w.getOrdinal(),
                     name_from<node_name>(w.getNode(), "node"), log_index{w.getVersion()}});
  return a;
}

report_item item_from(wire::command::ReportItem::Reader r) {
  auto resource = name_from<resource_name>(r.getResource(), "resource");
  auto note = text_from(r.getNote(), max_note, "note");
  switch (r.which()) {
  case wire::command::ReportItem::ACT_DONE:
    return act_done{resource, r.getOrdinal(), log_index{r.getActDone().getAct()},
                    enum_from(r.getActDone().getEnd(), act_end::stuck, "end of an act"), r.getExitCode(), note};
  case wire::command::ReportItem::PROBED:
    return probed{resource, r.getOrdinal(), enum_from(r.getProbed(), finding::failed, "finding"), r.getExitCode()};
  case wire::command::ReportItem::MONITORED:
    return monitored{resource, r.getOrdinal(), r.getMonitored(), r.getExitCode(), note};
  case wire::command::ReportItem::NOTIFIED:
    return notified{resource, r.getOrdinal(), log_index{r.getNotified().getRound()},
                    enum_from(r.getNotified().getStage(), notice_stage::after, "stage")};
  }
  throw malformed{"unknown item of a report"};
}

report report_from(wire::command::Report::Reader r) {
  report out{name_from<node_name>(r.getNode(), "node"), session_id{r.getSession()}, r.getNumber(), {}};
  bounded(r.getItems().size(), max_report_items, "items of a report");
  for (auto item : r.getItems()) out.items.push_back(item_from(item));
  return out;
}

body membership_from(wire_command::Reader r) {
  switch (r.which()) {
  case wire_command::NODE_JOINED: {
    auto j = r.getNodeJoined();
    return node_joined{name_from<node_name>(j.getNode(), "node"), machine_id{bytes_from<16>(j.getMachine(), "machine")},
                       boot_id{bytes_from<16>(j.getBoot(), "boot")}, session_id{j.getReplaces()}, j.getMaxLevel()};
  }
  case wire_command::NODE_LEFT:
    return node_left{name_from<node_name>(r.getNodeLeft().getNode(), "node"), session_id{r.getNodeLeft().getSession()}};
  case wire_command::DETACH: {
    auto d = r.getDetach();
    return detach{name_from<node_name>(d.getNode(), "node"), session_id{d.getSession()}, stamp_from(d.getUntil())};
  }
  case wire_command::SUSPECTED: {
    auto s = r.getSuspected();
    return suspected{name_from<node_name>(s.getNode(), "node"), session_id{s.getSession()}, s.getLifted(),
                     text_from(s.getEvidence(), max_note, "evidence")};
  }
  default: {
    auto l = r.getNodeLost();
    return node_lost{name_from<node_name>(l.getNode(), "node"), session_id{l.getSession()},
                     text_from(l.getEvidence(), max_note, "evidence")};
  }
  }
}

body fencing_from(wire_command::Reader r) {
  switch (r.which()) {
  case wire_command::FENCE_ATTEMPT: {
    auto f = r.getFenceAttempt();
    return fence_attempt{name_from<node_name>(f.getTarget(), "node"), log_index{f.getBoot()},
                         name_from<node_name>(f.getExecutor(), "node"), session_id{f.getSession()}, f.getLevel()};
  }
  case wire_command::FENCE_FAILED: {
    auto f = r.getFenceFailed();
    return fence_failed{name_from<node_name>(f.getTarget(), "node"), log_index{f.getAttempt()},
                        text_from(f.getNote(), max_note, "note")};
  }
  default: {
    auto f = r.getFenceProof();
    return fence_proof{name_from<node_name>(f.getTarget(), "node"), log_index{f.getBoot()},
                       enum_from(f.getKind(), config::proof_kind::assumed, "kind of proof"), log_index{f.getAttempt()},
                       text_from(f.getNote(), max_note, "note")};
  }
  }
}

attributes attributes_from(capnp::List<wire::command::AttributeItem>::Reader list) {
  attributes a;
  bounded(list.size(), max_attribute_items, "attributes");
  for (auto r : list) a.items.push_back(attribute_from(r));
  return a;
}

notice_begun notice_from(wire::command::NoticeBegun::Reader r) {
  return {name_from<resource_name>(r.getResource(), "resource"),
          enum_from(r.getOperation(), config::action::demote, "operation"), planned_from(r.getWhat())};
}

notice_turned turned_from(wire::command::NoticeTurned::Reader r) {
  return {name_from<resource_name>(r.getResource(), "resource"), log_index{r.getRound()},
          enum_from(r.getFrom(), notice_stage::after, "stage")};
}

body body_from(wire_command::Reader r) {
  switch (r.which()) {
  case wire_command::NODE_JOINED:
  case wire_command::NODE_LEFT:
  case wire_command::DETACH:
  case wire_command::SUSPECTED:
  case wire_command::NODE_LOST: return membership_from(r);
  case wire_command::CONFIG_SET:
    return config_set{log_index{r.getConfigSet().getReplaces()},
                      config::cluster_from(r.getConfigSet().getConfiguration())};
  case wire_command::DIRECTIVE: return directive_from(r.getDirective());
  case wire_command::CLEANUP:
    return cleanup{name_from<resource_name>(r.getCleanup().getResource(), "resource"),
                   name_from<node_name>(r.getCleanup().getNode(), "node")};
  case wire_command::ASSIGNED: return assigned_from(r.getAssigned());
  case wire_command::ACT: return act_from(r.getAct());
  case wire_command::WITHDRAW: return withdraw{cell_from(r.getWithdraw().getAt()), log_index{r.getWithdraw().getAct()}};
  case wire_command::REPORT: return report_from(r.getReport());
  case wire_command::FENCE_ATTEMPT:
  case wire_command::FENCE_FAILED:
  case wire_command::FENCE_PROOF: return fencing_from(r);
  case wire_command::LEVEL_SET: return level_set{r.getLevelSet()};
  case wire_command::TICK: return tick{};
  case wire_command::ATTRIBUTES: return attributes_from(r.getAttributes());
  case wire_command::NOTICE_BEGUN: return notice_from(r.getNoticeBegun());
  case wire_command::NOTICE_TURNED: return turned_from(r.getNoticeTurned());
  }
  throw malformed{"unknown command; this cluster has a newer level"};
}

} // namespace

byte_buffer encode(const command& c) {
  return encode_message<wire_command>([&](wire_command::Builder b) {
    fill(b.initFrom(), c.from);
    std::visit([&](auto& what) { fill(b, what); }, c.what);
  });
}

result<command> decode(byte_view bytes) {
  return decode_message<wire_command>(bytes, {.max_bytes = max_encoded}, [](wire_command::Reader r) {
    return command{provenance_from(r.getFrom()), body_from(r)};
  });
}

} // namespace troupe::command
