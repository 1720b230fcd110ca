#include "messages/gossip_codec.hpp"

#include "messages/capnp_guard.hpp"
#include "messages/config.hpp"
#include "messages/packed.hpp"

#include <gossip.capnp.h>

namespace troupe::gossip {

namespace codec {

namespace schema = wire::gossip;
using kind = schema::Datagram::Kind;

kj::StringPtr text(const std::string& s) {
  return {s.c_str(), s.size()};
}

template <class Builder>
void put(Builder out, const life& l) {
  out.setSession(l.session.value);
  out.setIncarnation(l.incarnation.value);
}

void put(schema::News::Builder out, const news& n) {
  out.setAbout(text(n.about.text));
  put(out, n.of);
  out.setIs(static_cast<schema::Standing>(n.is));
  if (!n.by.empty()) out.setBy(text(n.by.text));
}

template <class List>
void put(List out, const std::vector<news>& items) {
  for (unsigned i = 0; i < out.size(); ++i) put(out[i], items[i]);
}

struct what_writer {
  schema::Datagram::Builder out;

  void head(kind k, probe_number number) {
    out.setNumber(number.value);
    out.setKind(k);
  }
  void operator()(const ping& p) { head(kind::PING, p.number); }
  void operator()(const ping_request& p) {
    head(kind::PING_REQUEST, p.number);
    out.setTarget(text(p.target.text));
  }
  void operator()(const ack& a) {
    head(kind::ACK, a.number);
    out.setAnsweredSession(a.answered.session.value);
    out.setAnsweredIncarnation(a.answered.incarnation.value);
  }
  void operator()(const nack& n) { head(kind::NACK, n.number); }
  void operator()(const only_news&) { out.setKind(kind::ONLY_NEWS); }
};

incarnation_number incarnation_from(std::uint64_t raw) {
  if (raw > max_incarnation) throw malformed{"incarnation " + std::to_string(raw) + " is out of range"};
  return incarnation_number{raw};
}

template <class Reader>
life life_from(Reader in) {
  return {session_id{in.getSession()}, incarnation_from(in.getIncarnation())};
}

node_name name_from(capnp::Text::Reader in) {
  node_name name{text_from(in, config::max_name, "node name")};
  if (name.empty()) throw malformed{"empty node name"};
  return name;
}

news news_from(schema::News::Reader in) {
  auto is = enum_from(in.getIs(), standing::left, "standing");
  bool accused = is == standing::suspect || is == standing::faulty;
  if (!accused && in.getBy().size() != 0) throw malformed{"an accuser of a node that is not accused"};
  return {name_from(in.getAbout()), life_from(in), is, accused ? name_from(in.getBy()) : node_name{}};
}

template <class List>
std::vector<news> items_from(List in, std::size_t max) {
  if (in.size() > max) throw malformed{std::to_string(in.size()) + " items of news"};
  std::vector<news> out;
  for (auto item : in) out.push_back(news_from(item));
  return out;
}

decltype(datagram::what) what_from(schema::Datagram::Reader in) {
  probe_number number{in.getNumber()};
  switch (in.getKind()) {
  case kind::PING: return ping{number};
  case kind::PING_REQUEST: return ping_request{number, name_from(in.getTarget())};
  case kind::ACK:
    return ack{number, {session_id{in.getAnsweredSession()}, incarnation_from(in.getAnsweredIncarnation())}};
  case kind::NACK: return nack{number};
  case kind::ONLY_NEWS: return only_news{};
  }
  throw malformed{"unknown kind of gossip " + std::to_string(static_cast<unsigned>(in.getKind()))};
}

datagram datagram_from(schema::Datagram::Reader in) {
  auto blob = in.getBlob();
  if (blob.size() > max_blob) throw malformed{"a blob of " + std::to_string(blob.size()) + " bytes"};
  auto bytes = std::as_bytes(std::span(blob.begin(), blob.size()));
  return {life_from(in), what_from(in), items_from(in.getItems(), max_news), {bytes.begin(), bytes.end()}};
}

push_pull push_pull_from(schema::PushPull::Reader in) {
  return {life_from(in), in.getAnswerWanted(), items_from(in.getMembers(), max_state)};
}

// The first byte on the wire. A number, once used, keeps its meaning.
constexpr std::byte is_datagram{1};
constexpr std::byte is_push_pull{2};

byte_buffer headed(std::byte head, const byte_buffer& encoded) {
  byte_buffer out;
  out.reserve(wire_head + encoded.size());
  out.push_back(head);
  out.insert(out.end(), encoded.begin(), encoded.end());
  return out;
}

} // namespace codec

byte_buffer encode(const datagram& d) {
  TROUPE_ASSERT(d.blob.size() <= max_blob && d.items.size() <= max_news, "a datagram beyond its limits");
  return pack(encode_short_message<codec::schema::Datagram>([&](codec::schema::Datagram::Builder out) {
    codec::put(out, d.sender);
    std::visit(codec::what_writer{out}, d.what);
    if (!d.items.empty()) codec::put(out.initItems(list_size(d.items)), d.items);
    if (!d.blob.empty()) {
      auto to = out.initBlob(static_cast<unsigned>(d.blob.size()));
      for (unsigned i = 0; i < to.size(); ++i) to[i] = static_cast<std::uint8_t>(d.blob[i]);
    }
  }));
}

byte_buffer encode(const push_pull& p) {
  TROUPE_ASSERT(p.members.size() <= max_state, "more members than a cluster has");
  return encode_message<codec::schema::PushPull>([&](codec::schema::PushPull::Builder out) {
    codec::put(out, p.sender);
    out.setAnswerWanted(p.answer_wanted);
    codec::put(out.initMembers(list_size(p.members)), p.members);
  });
}

result<datagram> decode_datagram(byte_view bytes) {
  if (bytes.size() > max_encoded_datagram)
    return failure("malformed message: " + std::to_string(bytes.size()) + " bytes of gossip");
  auto flat = unpack(bytes, max_flat_datagram);
  if (!flat) return tl::unexpected(flat.error());
  return decode_message<codec::schema::Datagram>(*flat, {.max_bytes = max_flat_datagram}, codec::datagram_from);
}

result<push_pull> decode_push_pull(byte_view bytes) {
  return decode_message<codec::schema::PushPull>(bytes, {.max_bytes = max_encoded_state}, codec::push_pull_from);
}

byte_buffer to_wire(const datagram& d) {
  return codec::headed(codec::is_datagram, encode(d));
}

byte_buffer to_wire(const push_pull& p) {
  return codec::headed(codec::is_push_pull, encode(p));
}

result<message> from_wire(byte_view bytes) {
  if (bytes.empty()) return failure("malformed message: no bytes of gossip");
  auto rest = bytes.subspan(wire_head);
  auto as_message = [](auto&& read) { return message{std::forward<decltype(read)>(read)}; };
  if (bytes[0] == codec::is_datagram) return decode_datagram(rest).map(as_message);
  if (bytes[0] == codec::is_push_pull) return decode_push_pull(rest).map(as_message);
  return failure("malformed message: unknown form of gossip " + std::to_string(std::to_integer<unsigned>(bytes[0])));
}

} // namespace troupe::gossip
