#include "messages/consensus_codec.hpp"

#include "messages/capnp_guard.hpp"
#include "messages/config.hpp"

#include <algorithm>
#include <consensus.capnp.h>
#include <limits>

namespace troupe::consensus {

namespace schema = wire::consensus;

// --- values to bytes ---

static capnp::Data::Reader data_of(const byte_buffer& b) {
  return {reinterpret_cast<const capnp::byte*>(b.data()), b.size()};
}

static capnp::Text::Reader text_of(const node_name& name) {
  return {name.text.c_str(), name.text.size()};
}

static void fill(schema::Ballot::Builder out, ballot b) {
  out.setRound(b.round);
  out.setProposer(b.proposer.value);
}

static void fill(schema::Batch::Builder out, const batch& value) {
  auto list = out.initCommands(list_size(value.commands));
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, data_of(value.commands[i]));
}

static void fill(capnp::List<schema::Contact>::Builder out, const std::vector<contact>& contacts) {
  for (unsigned i = 0; i < out.size(); ++i) {
    out[i].setNode(text_of(contacts[i].node));
    out[i].setAge(static_cast<std::uint64_t>(contacts[i].age.count()));
  }
}

using body_builder = schema::Message::Body::Builder;

static void put(body_builder out, const pre_vote& m) {
  out.initPreVote().setAttempt(m.attempt);
}

static void put(body_builder out, const pre_vote_answer& m) {
  auto b = out.initPreVoteAnswer();
  b.setAttempt(m.attempt);
  b.setGranted(m.granted);
  fill(b.initPromised(), m.promised);
  b.setChosen(m.chosen.value);
  b.setLeader(text_of(m.leader));
  fill(b.initContacts(list_size(m.contacts)), m.contacts);
}

static void put(body_builder out, const prepare& m) {
  auto b = out.initPrepare();
  fill(b.initNumber(), m.number);
  b.setFirst(m.first.value);
}

static void put(body_builder out, const promise& m) {
  auto b = out.initPromise();
  fill(b.initNumber(), m.number);
  b.setFirst(m.first.value);
  b.setChosen(m.chosen.value);
  b.setMore(m.more);
  auto list = b.initAccepted(list_size(m.accepted));
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setSlot(m.accepted[i].slot.value);
    fill(list[i].initNumber(), m.accepted[i].number);
    fill(list[i].initValue(), *m.accepted[i].value);
  }
}

static void put(body_builder out, const accept& m) {
  auto b = out.initAccept();
  fill(b.initNumber(), m.number);
  b.setSlot(m.slot.value);
  b.setChosen(m.chosen.value);
  fill(b.initValue(), *m.value);
}

static void put(body_builder out, const accepted& m) {
  auto b = out.initAccepted();
  fill(b.initNumber(), m.number);
  b.setSlot(m.slot.value);
}

static void put(body_builder out, const refusal& m) {
  fill(out.initRefusal().initPromised(), m.promised);
}

static void put(body_builder out, const tick& m) {
  auto b = out.initTick();
  fill(b.initNumber(), m.number);
  b.setChosen(m.chosen.value);
  if (!m.silent.empty()) fill(b.initSilent(list_size(m.silent)), m.silent);
  if (m.mute.empty()) return;
  auto mute = b.initMute(list_size(m.mute));
  for (unsigned i = 0; i < mute.size(); ++i) mute.set(i, {m.mute[i].text.data(), m.mute[i].text.size()}); // it need not be of ours
}

static void put(body_builder out, const ack& m) {
  auto b = out.initAck();
  fill(b.initNumber(), m.number);
  b.setApplied(m.applied.value);
  if (!m.wards.empty()) fill(b.initWards(list_size(m.wards)), m.wards);
}

static void put(body_builder out, const learn& m) {
  out.initLearn().setFirst(m.first.value);
}

static void put(body_builder out, const learned& m) {
  auto b = out.initLearned();
  b.setFirst(m.first.value);
  b.setChosen(m.chosen.value);
  auto list = b.initValues(list_size(m.values));
  for (unsigned i = 0; i < list.size(); ++i) fill(list[i], *m.values[i]);
}

static void put(body_builder out, const snapshot_ask& m) {
  auto b = out.initSnapshotAsk();
  b.setSlot(m.slot.value);
  b.setOffset(m.offset);
}

static void put(body_builder out, const snapshot_chunk& m) {
  auto b = out.initSnapshotChunk();
  b.setSlot(m.slot.value);
  b.setSize(m.size);
  b.setOffset(m.offset);
  b.setData(data_of(m.data));
}

byte_buffer encode(const message& m) {
  return encode_short_message<schema::Message>([&](schema::Message::Builder b) {
    b.setSender(m.sender.value);
    std::visit([&](const auto& body) { put(b.initBody(), body); }, m.body);
  });
}

// --- bytes to values; what is wrong is thrown as `malformed` and caught by the guard ---

static journal_id journal_from(std::uint64_t raw) {
  if (raw == 0) throw malformed{"a sender without a journal"};
  return journal_id{raw};
}

static slot_number slot_from(std::uint64_t raw) { // one that a batch can lie in; arithmetic on it cannot wrap
  if (raw == 0 || raw > std::numeric_limits<std::uint64_t>::max() / 2) throw malformed{"a slot out of range"};
  return slot_number{raw};
}

static slot_number up_to_from(std::uint64_t raw) { // 0: nothing yet
  return raw == 0 ? slot_number{} : slot_from(raw);
}

static ballot ballot_or_none(schema::Ballot::Reader in) {
  ballot b{in.getRound(), journal_id{in.getProposer()}};
  if (b.none() != (b.proposer.value == 0)) throw malformed{"a ballot with half of its parts"};
  if (b.round > std::numeric_limits<std::uint64_t>::max() / 2) throw malformed{"a ballot out of range"};
  return b;
}

static ballot ballot_from(schema::Ballot::Reader in) {
  auto b = ballot_or_none(in);
  if (b.none()) throw malformed{"no ballot"};
  return b;
}

static byte_buffer bytes_of(capnp::Data::Reader in) {
  auto* at = reinterpret_cast<const std::byte*>(in.begin());
  return {at, at + in.size()};
}

static shared_batch batch_from(schema::Batch::Reader in) {
  auto list = in.getCommands();
  if (list.size() > max_batch_commands) throw malformed{"too many commands in a batch"};
  batch value;
  value.commands.reserve(list.size());
  for (auto c : list) value.commands.push_back(bytes_of(c));
  return std::make_shared<const batch>(std::move(value));
}

static std::vector<contact> contacts_from(capnp::List<schema::Contact>::Reader in) {
  if (in.size() > max_contacts) throw malformed{"too many contacts"};
  std::vector<contact> list;
  for (auto c : in) {
    auto age = c.getAge();
    if (age > static_cast<std::uint64_t>(never_heard.count()))
      throw malformed{"an age of more than a year"};
    auto name = text_from(c.getNode(), config::max_name, "node");
    if (name.empty()) throw malformed{"a contact without a name"};
    list.push_back({node_name{std::move(name)}, duration{static_cast<duration::rep>(age)}});
  }
  return list;
}

static pre_vote_answer from(schema::PreVoteAnswer::Reader in) {
  return {in.getAttempt(),
          in.getGranted(),
          ballot_or_none(in.getPromised()),
          up_to_from(in.getChosen()),
          node_name{text_from(in.getLeader(), config::max_name, "leader")},
          contacts_from(in.getContacts())};
}

static std::vector<node_name> mute_from(capnp::List<capnp::Text>::Reader in) {
  if (in.size() > config::max_voters) throw malformed{"too many voters"};
  std::vector<node_name> list;
  for (auto name : in) {
    list.emplace_back(text_from(name, config::max_name, "voter"));
    if (list.back().empty()) throw malformed{"a voter without a name"};
  }
  return list;
}

static promise from(schema::Promise::Reader in) {
  promise p{ballot_from(in.getNumber()), slot_from(in.getFirst()), up_to_from(in.getChosen()), in.getMore(), {}};
  if (in.getAccepted().size() > max_values) throw malformed{"too many accepted values"};
  for (auto v : in.getAccepted()) {
    auto slot = slot_from(v.getSlot());
    if (slot < p.first || slot <= p.chosen || (!p.accepted.empty() && slot <= p.accepted.back().slot))
      throw malformed{"accepted values out of order"};
    p.accepted.push_back({slot, ballot_from(v.getNumber()), batch_from(v.getValue())});
  }
  if (p.more && p.accepted.empty()) throw malformed{"an empty chunk that is not the last"};
  return p;
}

static learned from(schema::Learned::Reader in) {
  learned l{slot_from(in.getFirst()), {}, up_to_from(in.getChosen())};
  if (in.getValues().size() > max_values) throw malformed{"too many values"};
  for (auto v : in.getValues()) l.values.push_back(batch_from(v));
  if (l.values.size() > l.chosen.plus(1).value - std::min(l.first, l.chosen.plus(1)).value)
    throw malformed{"values beyond what is chosen"};
  return l;
}

static snapshot_chunk from(schema::SnapshotChunk::Reader in) {
  snapshot_chunk c{slot_from(in.getSlot()), in.getSize(), in.getOffset(), bytes_of(in.getData())};
  if (c.offset > c.size || c.data.size() > c.size - c.offset) throw malformed{"a chunk outside of its snapshot"};
  return c;
}

static message_body body_from(schema::Message::Body::Reader in) {
  switch (in.which()) {
  case schema::Message::Body::PRE_VOTE: return pre_vote{in.getPreVote().getAttempt()};
  case schema::Message::Body::PRE_VOTE_ANSWER: return from(in.getPreVoteAnswer());
  case schema::Message::Body::PREPARE:
    return prepare{ballot_from(in.getPrepare().getNumber()), slot_from(in.getPrepare().getFirst())};
  case schema::Message::Body::PROMISE: return from(in.getPromise());
  case schema::Message::Body::ACCEPT: {
    auto m = in.getAccept();
    return accept{ballot_from(m.getNumber()), slot_from(m.getSlot()), up_to_from(m.getChosen()),
                  batch_from(m.getValue())};
  }
  case schema::Message::Body::ACCEPTED:
    return accepted{ballot_from(in.getAccepted().getNumber()), slot_from(in.getAccepted().getSlot())};
  case schema::Message::Body::REFUSAL: return refusal{ballot_from(in.getRefusal().getPromised())};
  case schema::Message::Body::TICK: {
    auto m = in.getTick();
    return tick{ballot_from(m.getNumber()), up_to_from(m.getChosen()), contacts_from(m.getSilent()),
                mute_from(m.getMute())};
  }
  case schema::Message::Body::ACK: {
    auto m = in.getAck();
    return ack{ballot_from(m.getNumber()), up_to_from(m.getApplied()), contacts_from(m.getWards())};
  }
  case schema::Message::Body::LEARN: return learn{slot_from(in.getLearn().getFirst())};
  case schema::Message::Body::LEARNED: return from(in.getLearned());
  case schema::Message::Body::SNAPSHOT_ASK:
    return snapshot_ask{slot_from(in.getSnapshotAsk().getSlot()), in.getSnapshotAsk().getOffset()};
  case schema::Message::Body::SNAPSHOT_CHUNK: return from(in.getSnapshotChunk());
  }
  throw malformed{"an unknown kind of message"};
}

result<message> decode(byte_view bytes) {
  return decode_message<schema::Message>(bytes, {.max_bytes = max_encoded_bytes}, [](schema::Message::Reader in) {
    return message{journal_from(in.getSender()), body_from(in.getBody())};
  });
}

} // namespace troupe::consensus
