#include "actors/cluster/state_codec.hpp"

#include "messages/command_wire.hpp"
#include "messages/config_wire.hpp"
#include "messages/types/assert.hpp"

#include <state.capnp.h>

namespace troupe::cluster {

namespace {

using wire_entry = wire::state::Entry;
using wire_snapshot = wire::state::Snapshot;

void fill(wire_entry::Builder e, const configuration_key&, const configuration& value) {
  auto w = e.initConfiguration();
  config::fill(w.initValue(), value.value);
  auto list = w.initResources(list_size(value.resources));
  unsigned i = 0;
  for (auto& [name, standing] : value.resources) {
    auto item = list[i++];
    item.setResource(name.text);
    item.setDefinedAt(standing.defined_at.value);
    item.setMax(standing.may.max);
    item.setNodeMax(standing.may.node_max);
    item.setPromotedMax(standing.may.promoted_max);
    item.setPromotedNodeMax(standing.may.promoted_node_max);
  }
}

void fill(wire_entry::Builder e, const definition_key& key, const definition& value) {
  auto w = e.initDefinition();
  w.setResource(key.resource.text);
  w.setDefinedAt(key.defined_at.value);
  config::fill(w.initValue(), value);
}

// Presence: its number on the wire is its place in the variant.
void fill_presence(wire::state::Member::Builder w, const presence& here) {
  w.setPresence(static_cast<std::uint8_t>(here.index()));
  if (auto* d = std::get_if<detached>(&here)) w.setSince(to_wire(d->until));
  if (auto* u = std::get_if<under_suspicion>(&here)) w.setSince(to_wire(u->since)), w.setEvidence(u->evidence);
  if (auto* l = std::get_if<lost>(&here)) w.setSince(to_wire(l->since)), w.setEvidence(l->evidence);
  if (auto* d = std::get_if<down>(&here)) w.setSince(to_wire(d->since));
  if (auto* l = std::get_if<left>(&here)) w.setSince(to_wire(l->since));
}

void fill(wire_entry::Builder e, const member_key& key, const member& m) {
  auto w = e.initMember();
  w.setNode(key.node.text);
  w.setConfigured(m.configured);
  set_bytes(w.initMachine(16), m.machine.bytes);
  set_bytes(w.initBootMark(16), m.boot_mark.bytes);
  w.setBoot(m.boot.value);
  w.setSession(m.session.value);
  fill_presence(w, m.here);
  w.setHasDead(m.dead_up_to.has_value());
  w.setDeadUpTo(m.dead_up_to.value_or(log_index{}).value);
  auto marks = w.initDeadMarks(list_size(m.dead_marks));
  for (unsigned i = 0; i < marks.size(); ++i) set_bytes(marks.init(i, 16), m.dead_marks[i].bytes);
  w.setReports(m.reports);
  w.setActsFrom(to_wire(m.acts_from));
  w.setMaxLevel(m.max_level);
}

void fill(wire_entry::Builder e, const inventory_key& key, const inventory& value) {
  auto w = e.initInventory();
  w.setNode(key.node.text);
  w.setBoot(value.boot.value);
  auto pending = w.initPending(list_size(value.pending));
  for (unsigned i = 0; i < pending.size(); ++i) pending.set(i, value.pending[i].text);
}

void fill(wire_entry::Builder e, const holder_key& key, const holder& h) {
  auto w = e.initHolder();
  w.setResource(key.resource.text);
  w.setOrdinal(key.ordinal);
  w.setNode(key.node.text);
  w.setBoot(key.boot.value);
  w.setPhase(static_cast<std::uint8_t>(h.now.index()));
  if (auto* r = std::get_if<running>(&h.now)) w.setExitCode(r->exit_code), w.setFlag(r->healthy);
  if (auto* f = std::get_if<failed>(&h.now)) w.setExitCode(f->exit_code), w.setFlag(f->demote);
  if (auto* f = std::get_if<stop_failed>(&h.now)) w.setExitCode(f->exit_code), w.setFlag(f->stuck);
  w.setRole(to_wire(h.role));
  if (h.open) {
    w.setOpenAct(h.open->id.value);
    w.setOpenAction(to_wire(h.open->action));
    w.setWithdrawn(h.open->withdrawn);
    w.setOpenSince(to_wire(h.open->since));
  }
  w.setDefinition(h.definition.value);
}

void fill(wire_entry::Builder e, const assignment_key& key, const assignment& value) {
  auto w = e.initAssignment();
  w.setResource(key.resource.text);
  fill_places(w.initPlaces(list_size(value.places)), value.places);
}

void fill(wire_entry::Builder e, const attempt_key& key, const attempt& a) {
  auto w = e.initAttempt();
  w.setTarget(key.target.text);
  w.setId(a.id.value);
  w.setBoot(a.boot.value);
  w.setExecutor(a.executor.text);
  w.setSession(a.session.value);
  w.setLevel(a.level);
  w.setOpenedAt(to_wire(a.opened_at));
  w.setEnded(to_wire(a.ended));
  w.setNote(a.note);
}

void fill(wire_entry::Builder e, const failure_key& key, const failures& f) {
  auto w = e.initFailures();
  w.setResource(key.resource.text);
  w.setNode(key.node.text);
  w.setCount(f.count);
  w.setLast(to_wire(f.last));
  w.setExitCode(f.exit_code);
  w.setNote(f.note);
  TROUPE_ASSERT(f.failed_starts <= max_in_a_row && f.failed_promotes <= max_in_a_row, "more are not counted");
  w.setFailedStarts(static_cast<std::uint16_t>(f.failed_starts));
  w.setFailedPromotes(static_cast<std::uint16_t>(f.failed_promotes));
  if (f.died_with_it) w.setDiedWithIt(static_cast<std::uint32_t>(f.died_with_it->time_since_epoch().count()));
}

void fill(wire_entry::Builder e, const directive_key& key, const directive& d) {
  auto w = e.initDirective();
  w.setKind(to_wire(key.kind));
  w.setSubject(key.subject);
  w.setRole(to_wire(d.role));
  w.setTo(d.to.text);
  w.setOwner(d.owner);
  w.setNote(d.note);
  w.setHasExpiry(d.expires.has_value());
  w.setExpires(d.expires ? to_wire(*d.expires) : 0);
}

void fill(wire_entry::Builder e, const client_key& key, const last_answer& a) {
  auto w = e.initAnswer();
  w.setClient(key.client.value);
  w.setSequence(a.sequence);
  w.setIndex(a.answer.index.value);
  w.setRefused(to_wire(a.answer.refused));
}

void fill(wire_entry::Builder e, const charter_key&, const charter& c) {
  auto w = e.initCharter();
  set_bytes(w.initLineage(16), c.lineage.bytes);
  w.setLevel(c.level);
  auto voters = w.initVoters(list_size(c.voters));
  for (unsigned i = 0; i < voters.size(); ++i) {
    voters[i].setNode(c.voters[i].node.text);
    voters[i].setJournal(c.voters[i].journal.value);
  }
  auto losses = w.initRecentLosses(list_size(c.recent_losses));
  for (unsigned i = 0; i < losses.size(); ++i) {
    losses[i].setNode(c.recent_losses[i].node.text);
    losses[i].setAt(to_wire(c.recent_losses[i].at));
  }
}

void fill(wire_entry::Builder e, const attribute_key& key, const attribute& value) {
  auto w = e.initAttribute();
  w.setNode(key.node.text);
  w.setLasts(to_wire(key.lasts));
  w.setName(key.name);
  w.setValue(value.value);
}

void fill(wire_entry::Builder e, const notices_key& key, const notices& n) {
  auto w = e.initNotices();
  w.setResource(key.resource.text);
  w.setId(n.id.value);
  w.setOperation(to_wire(n.operation));
  fill_planned(w.initWhat(), n.what);
  fill_places(w.initActive(list_size(n.active)), n.active);
  w.setStage(to_wire(n.stage));
  auto asked = w.initAsked(list_size(n.asked));
  unsigned i = 0;
  for (auto& [node, session] : n.asked) {
    asked[i].setNode(node.text);
    asked[i++].setSession(session.value);
  }
}

// --- from the wire: each puts its record where it belongs ---

node_name node_from(capnp::Text::Reader text) { return name_from<node_name>(text, "node"); }
resource_name resource_from(capnp::Text::Reader text) { return name_from<resource_name>(text, "resource"); }

configuration configuration_from(wire::state::Configuration::Reader r) {
  configuration c{config::cluster_from(r.getValue()), {}};
  bounded(r.getResources().size(), config::max_resources, "resources");
  for (auto item : r.getResources())
    c.resources[resource_from(item.getResource())] = {
        log_index{item.getDefinedAt()},
        {item.getMax(), item.getNodeMax(), item.getPromotedMax(), item.getPromotedNodeMax()}};
  return c;
}

presence presence_from(wire::state::Member::Reader r) {
  auto since = stamp_from(r.getSince());
  auto evidence = text_from(r.getEvidence(), command::max_note, "evidence");
  switch (r.getPresence()) {
  case 0: return never_seen{};
  case 1: return joined{};
  case 2: return detached{since};
  case 3: return under_suspicion{since, evidence};
  case 4: return lost{since, evidence};
  case 5: return down{since};
  case 6: return left{since};
  default: throw malformed{"unknown presence"};
  }
}

member member_from(wire::state::Member::Reader r) {
  member m;
  m.configured = r.getConfigured();
  m.machine = machine_id{bytes_from<16>(r.getMachine(), "machine")};
  m.boot_mark = boot_id{bytes_from<16>(r.getBootMark(), "boot")};
  m.boot = log_index{r.getBoot()};
  m.session = session_id{r.getSession()};
  m.here = presence_from(r);
  if (r.getHasDead()) m.dead_up_to = log_index{r.getDeadUpTo()};
  bounded(r.getDeadMarks().size(), max_dead_boots, "dead boots");
  for (auto mark : r.getDeadMarks()) m.dead_marks.push_back(boot_id{bytes_from<16>(mark, "boot")});
  m.reports = r.getReports();
  m.acts_from = stamp_from(r.getActsFrom());
  m.max_level = r.getMaxLevel();
  return m;
}

phase phase_from(wire::state::Holder::Reader r) {
  switch (r.getPhase()) {
  case 0: return starting{};
  case 1: return running{r.getFlag(), r.getExitCode()};
  case 2: return failed{r.getExitCode(), r.getFlag()};
  case 3: return stop_failed{r.getExitCode(), r.getFlag()};
  case 4: return unknown{};
  default: throw malformed{"unknown phase"};
  }
}

holder holder_from(wire::state::Holder::Reader r) {
  holder h;
  h.now = phase_from(r);
  h.role = enum_from(r.getRole(), config::role::promoted, "role");
  if (r.getOpenAct() != 0)
    h.open = open_act{log_index{r.getOpenAct()}, enum_from(r.getOpenAction(), config::action::demote, "action"),
                      r.getWithdrawn(), stamp_from(r.getOpenSince())};
  h.definition = log_index{r.getDefinition()};
  return h;
}

attempt attempt_from(wire::state::Attempt::Reader r) {
  return {log_index{r.getId()},
          log_index{r.getBoot()},
          node_from(r.getExecutor()),
          session_id{r.getSession()},
          r.getLevel(),
          stamp_from(r.getOpenedAt()),
          enum_from(r.getEnded(), attempt::end::executor_lost, "end of an attempt"),
          text_from(r.getNote(), command::max_note, "note")};
}

charter charter_from(wire::state::Charter::Reader r) {
  charter c;
  c.lineage = lineage_id{bytes_from<16>(r.getLineage(), "lineage")};
  c.level = r.getLevel();
  bounded(r.getVoters().size(), config::max_voters, "voters");
  for (auto v : r.getVoters()) c.voters.push_back({node_from(v.getNode()), journal_id{v.getJournal()}});
  bounded(r.getRecentLosses().size(), config::max_nodes * 16, "losses");
  for (auto l : r.getRecentLosses()) c.recent_losses.push_back({node_from(l.getNode()), stamp_from(l.getAt())});
  return c;
}

inventory inventory_from(wire::state::Inventory::Reader r) {
  inventory i{log_index{r.getBoot()}, {}};
  bounded(r.getPending().size(), config::max_resources, "resources");
  for (auto name : r.getPending()) i.pending.push_back(resource_from(name));
  return i;
}

notices notices_from(wire::state::Notices::Reader r) {
  notices n;
  n.id = log_index{r.getId()};
  n.operation = enum_from(r.getOperation(), config::action::demote, "operation");
  n.what = planned_from(r.getWhat());
  n.active = places_from(r.getActive());
  n.stage = enum_from(r.getStage(), command::notice_stage::after, "stage");
  bounded(r.getAsked().size(), config::max_nodes, "nodes");
  for (auto a : r.getAsked()) n.asked[node_from(a.getNode())] = session_id{a.getSession()};
  return n;
}

directive stored_directive_from(wire::state::StoredDirective::Reader r) {
  directive d{enum_from(r.getRole(), config::role::promoted, "role"), node_from(r.getTo()),
              text_from(r.getOwner(), command::max_note, "owner"), text_from(r.getNote(), command::max_note, "note"),
              std::nullopt};
  if (r.getHasExpiry()) d.expires = stamp_from(r.getExpires());
  return d;
}

// Calls `put(key, value)` with the record of this entry.
template <class Put>
void read_entry(wire_entry::Reader e, Put put) {
  switch (e.which()) {
  case wire_entry::CONFIGURATION: return put(configuration_key{}, configuration_from(e.getConfiguration()));
  case wire_entry::DEFINITION: {
    auto d = e.getDefinition();
    return put(definition_key{resource_from(d.getResource()), log_index{d.getDefinedAt()}},
               config::resource_from(d.getValue()));
  }
  case wire_entry::MEMBER: return put(member_key{node_from(e.getMember().getNode())}, member_from(e.getMember()));
  case wire_entry::INVENTORY:
    return put(inventory_key{node_from(e.getInventory().getNode())}, inventory_from(e.getInventory()));
  case wire_entry::HOLDER: {
    auto h = e.getHolder();
    return put(
        holder_key{resource_from(h.getResource()), h.getOrdinal(), node_from(h.getNode()), log_index{h.getBoot()}},
        holder_from(h));
  }
  case wire_entry::ASSIGNMENT:
    return put(assignment_key{resource_from(e.getAssignment().getResource())},
               assignment{places_from(e.getAssignment().getPlaces())});
  case wire_entry::ATTEMPT: return put(attempt_key{node_from(e.getAttempt().getTarget())}, attempt_from(e.getAttempt()));
  case wire_entry::FAILURES: {
    auto f = e.getFailures();
    std::optional<std::chrono::sys_seconds> died;
    if (auto at = f.getDiedWithIt(); at != 0) died.emplace(std::chrono::seconds{at});
    return put(failure_key{resource_from(f.getResource()), node_from(f.getNode())},
               failures{f.getCount(), stamp_from(f.getLast()), f.getExitCode(),
                        text_from(f.getNote(), command::max_note, "note"), f.getFailedStarts(), died,
                        f.getFailedPromotes()});
  }
  case wire_entry::DIRECTIVE: {
    auto d = e.getDirective();
    return put(directive_key{enum_from(d.getKind(), command::directive_kind::move, "directive"),
                             text_from(d.getSubject(), config::max_name, "subject")},
               stored_directive_from(d));
  }
  case wire_entry::ANSWER: {
    auto a = e.getAnswer();
    return put(client_key{client_id{a.getClient()}},
               last_answer{a.getSequence(),
                           {log_index{a.getIndex()}, enum_from(a.getRefused(), last_refusal, "refusal")}});
  }
  case wire_entry::CHARTER: return put(charter_key{}, charter_from(e.getCharter()));
  case wire_entry::ATTRIBUTE: {
    auto a = e.getAttribute();
    return put(attribute_key{node_from(a.getNode()), enum_from(a.getLasts(), command::lifetime::forever, "lifetime"),
                             text_from(a.getName(), command::max_attribute_name, "attribute")},
               attribute{text_from(a.getValue(), command::max_attribute_value, "value")});
  }
  case wire_entry::NOTICES:
    return put(notices_key{resource_from(e.getNotices().getResource())}, notices_from(e.getNotices()));
  }
  throw malformed{"unknown record; the snapshot is of a newer level"};
}

} // namespace

template <class Key>
byte_buffer encode_record(const Key& key, const record_of_t<Key>& value) {
  return encode_message<wire_entry>([&](wire_entry::Builder e) { fill(e, key, value); });
}

#define TROUPE_ENCODE(key) template byte_buffer encode_record(const key&, const record_of_t<key>&);
TROUPE_ENCODE(configuration_key)
TROUPE_ENCODE(definition_key)
TROUPE_ENCODE(member_key)
TROUPE_ENCODE(inventory_key)
TROUPE_ENCODE(holder_key)
TROUPE_ENCODE(assignment_key)
TROUPE_ENCODE(attempt_key)
TROUPE_ENCODE(failure_key)
TROUPE_ENCODE(directive_key)
TROUPE_ENCODE(client_key)
TROUPE_ENCODE(charter_key)
TROUPE_ENCODE(attribute_key)
TROUPE_ENCODE(notices_key)
#undef TROUPE_ENCODE

byte_buffer encode_snapshot(const state& s) {
  return encode_message<wire_snapshot>([&](wire_snapshot::Builder b) {
    b.setIndex(s.index().value);
    b.setNow(to_wire(s.now()));
    auto list = b.initEntries(static_cast<unsigned>(s.size()));
    unsigned i = 0;
    s.for_each([&](auto& key, auto& found) {
      auto e = list[i++];
      e.setVersion(found.version.value);
      e.setWhy(to_wire(found.origin.why));
      e.setCause(found.origin.cause.value);
      fill(e, key, found.value);
    });
    auto content = s.content();
    set_bytes(b.initDigest(static_cast<unsigned>(content.size())), content);
  });
}

result<state> decode_snapshot(byte_view bytes) {
  return decode_message<wire_snapshot>(bytes, {.max_bytes = max_snapshot}, [](wire_snapshot::Reader r) {
    restorer into;
    for (auto e : r.getEntries()) {
      because origin{enum_from(e.getWhy(), reason::formation, "reason"), log_index{e.getCause()}};
      read_entry(e, [&](const auto& key, auto value) {
        into.put(key, std::move(value), log_index{e.getVersion()}, origin);
      });
    }
    auto s = into.finish(log_index{r.getIndex()}, stamp_from(r.getNow()));
    if (s.content() != bytes_from<32>(r.getDigest(), "digest")) throw malformed{"its digest does not fit its records"};
    if (!s.find(configuration_key{}) || !s.find(charter_key{})) throw malformed{"it has no configuration or charter"};
    return s;
  });
}

} // namespace troupe::cluster
