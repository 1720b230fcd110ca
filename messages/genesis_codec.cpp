#include "messages/command_wire.hpp"
#include "messages/config_wire.hpp"
#include "messages/genesis.hpp"

#include <formation.capnp.h>

namespace troupe::formation {

namespace {

using wire_message = wire::formation::Message;

void fill(wire::formation::Genesis::Builder w, const genesis& g) {
  set_bytes(w.initLineage(16), g.lineage.bytes);
  w.setAt(to_wire(g.at));
  config::fill(w.initConfiguration(), g.configuration);
  auto voters = w.initVoters(list_size(g.voters));
  for (unsigned i = 0; i < voters.size(); ++i) {
    voters[i].setNode(g.voters[i].node.text);
    voters[i].setJournal(g.voters[i].journal.value);
  }
  w.setLevel(g.level);
}

genesis genesis_from(wire::formation::Genesis::Reader r) {
  genesis g;
  g.lineage = lineage_id{bytes_from<16>(r.getLineage(), "lineage")};
  g.at = stamp_from(r.getAt());
  g.configuration = config::cluster_from(r.getConfiguration());
  bounded(r.getVoters().size(), config::max_voters, "voters");
  for (auto v : r.getVoters())
    g.voters.push_back({name_from<node_name>(v.getNode(), "node"), journal_id{v.getJournal()}});
  g.level = r.getLevel();
  return g;
}

void fill_body(wire_message::Builder b, const reserve& m) {
  b.setRound(m.round);
  b.setReserve();
}
void fill_body(wire_message::Builder b, const reserved& m) {
  b.setRound(m.round);
  b.setReserved(m.journal.value);
}
void fill_body(wire_message::Builder b, const taken& m) {
  b.setRound(m.round);
  set_bytes(b.initLineage(16), m.lineage.bytes);
  b.setTaken();
}
void fill_body(wire_message::Builder b, const form& m) {
  fill(b.initForm(), m.of);
  b.setMember(m.member);
}
void fill_body(wire_message::Builder b, const formed& m) {
  set_bytes(b.initLineage(16), m.lineage.bytes);
  b.setFormed();
}
void fill_body(wire_message::Builder b, const refused& m) {
  set_bytes(b.initLineage(16), m.lineage.bytes);
  b.setRefused(m.why);
}
void fill_body(wire_message::Builder b, const seek&) { b.setSeek(); }

message message_from(wire_message::Reader r) {
  auto lineage = [&] { return lineage_id{bytes_from<16>(r.getLineage(), "lineage")}; };
  switch (r.which()) {
  case wire_message::RESERVE: return reserve{r.getRound()};
  case wire_message::RESERVED: return reserved{r.getRound(), journal_id{r.getReserved()}};
  case wire_message::TAKEN: return taken{r.getRound(), lineage()};
  case wire_message::FORM: return form{genesis_from(r.getForm()), r.getMember()};
  case wire_message::FORMED: return formed{lineage()};
  case wire_message::REFUSED: return refused{lineage(), text_from(r.getRefused(), 1024, "reason")};
  case wire_message::SEEK: return seek{};
  }
  throw malformed{"unknown message of a formation"};
}

} // namespace

byte_buffer encode(const message& m) {
  return encode_message<wire_message>([&](wire_message::Builder b) {
    std::visit([&](auto& body) { fill_body(b, body); }, m);
  });
}

result<message> decode(byte_view bytes) {
  return decode_message<wire_message>(bytes, {.max_bytes = max_encoded}, message_from);
}

byte_buffer encode_genesis(const genesis& g) {
  return encode_message<wire::formation::Genesis>([&](wire::formation::Genesis::Builder b) { fill(b, g); });
}

result<genesis> decode_genesis(byte_view bytes) {
  return decode_message<wire::formation::Genesis>(bytes, {.max_bytes = max_encoded}, genesis_from);
}

} // namespace troupe::formation
