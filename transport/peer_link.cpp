#include "transport/peer_link.hpp"

#include "messages/types/assert.hpp"

namespace troupe::transport {

peer_link::peer_link(const identity& me, pinned_node peer, const terms& ours, session_id session,
                     const link_timing& timing, std::uint16_t number)
  : context_{&me, std::move(peer), ours, timing, number}
  , session_(session)
  , datagrams_(context_)
  , stream_(context_) {
  TROUPE_ASSERT(number != 0, "channel 0 means a handshake");
}

void peer_link::send(const moment& m, route by, message_kind kind, byte_view payload, effects& out) {
  auto text = wrap({kind, context_.ours.level, context_.ours.lineage, session_}, payload);
  if (by == route::datagram) {
    TROUPE_ASSERT(payload.size() <= max_datagram_payload, "whoever sends a datagram knows its limit");
    ++counters_.datagrams_sent;
    datagrams_.send(m, std::move(text), out);
  } else {
    TROUPE_ASSERT(payload.size() <= max_stream_payload, "whoever sends by stream knows its limit");
    ++counters_.stream_sent;
    stream_.send(m, std::move(text), out);
  }
}

void peer_link::receive(route via, byte_view text, effects& out) {
  auto& counted = via == route::datagram ? counters_.datagrams_received : counters_.stream_received;
  auto message = unwrap(text);
  if (message && !same_cluster(message->head.lineage, context_.ours.lineage))
    message = tl::unexpected(refusal::wrong_lineage);
  if (!message)
    return out.push_back(turned_away{message.error(),
                                     context_.peer.addresses.empty() ? endpoint{} : context_.peer.addresses.front(),
                                     context_.peer.name});
  ++counted;
  out.emplace_back(message_received{context_.peer.name, via, message->head, std::move(message->payload)});
}

void peer_link::say_changes(instant now, effects& out) {
  link_state present{datagrams_.up(now), stream_.up(), stream_.up() ? stream_.theirs() : datagrams_.theirs()};
  if (present == state_) return;
  state_ = present;
  out.emplace_back(link_changed{context_.peer.name, state_});
}

void peer_link::look_at_path(const moment& m, bool was_silent, effects& out) {
  if (!was_silent || datagrams_.silent(m.now)) return;
  if (auto where = datagrams_.remote()) stream_.path_is_back(m, *where, out);
}

void peer_link::set_terms(const terms& ours, session_id session) {
  context_.ours = ours;
  session_ = session;
}

void peer_link::tick(const moment& m, effects& out) {
  datagrams_.tick(m, out);
  stream_.tick(m, out);
  say_changes(m.now, out);
}

std::optional<instant> peer_link::deadline() const {
  auto a = datagrams_.deadline();
  auto b = stream_.deadline();
  if (a && b) return std::min(*a, *b);
  return a ? a : b;
}

void peer_link::stop(const moment& m, effects& out) {
  stream_.stop(out);
  say_changes(m.now, out);
}

void peer_link::on_hello(const moment& m, const hello& first, const endpoint& from, effects& out) {
  datagrams_.on_hello(m, first, from, out);
}

void peer_link::on_answer(const moment& m, message_type type, byte_view datagram, const endpoint& from, effects& out) {
  auto refuse = [&](refusal why) { out.emplace_back(turned_away{why, from, std::nullopt}); };
  bool was_silent = datagrams_.silent(m.now);
  if (type == message_type::challenge) {
    if (auto asked = parse_challenge(datagram))
      datagrams_.on_challenge(m, *asked, out);
    else
      refuse(asked.error());
  } else if (type == message_type::welcome) {
    if (auto answer = parse_welcome(datagram))
      datagrams_.on_welcome(m, *answer, from, out);
    else
      refuse(answer.error());
  } else if (auto answer = parse_finish(datagram)) {
    datagrams_.on_finish(m, *answer, from, out);
  } else {
    refuse(answer.error());
  }
  look_at_path(m, was_silent, out);
  say_changes(m.now, out);
}

void peer_link::on_sealed(const moment& m, byte_view datagram, const endpoint& from, effects& out) {
  bool was_silent = datagrams_.silent(m.now);
  auto text = datagrams_.on_sealed(m, datagram, from, out);
  look_at_path(m, was_silent, out);
  say_changes(m.now, out);
  if (text) receive(route::datagram, *text, out);
}

void peer_link::on_hello(const moment& m, stream_id stream, const hello& first, const endpoint& from, byte_view rest,
                         effects& out) {
  std::vector<byte_buffer> texts;
  stream_.on_hello(m, stream, first, from, rest, texts, out);
  say_changes(m.now, out);
  for (const auto& text : texts) receive(route::stream, text, out);
}

void peer_link::on_data(const moment& m, stream_id stream, byte_view data, effects& out) {
  std::vector<byte_buffer> texts;
  stream_.on_data(m, stream, data, texts, out);
  say_changes(m.now, out);
  for (const auto& text : texts) receive(route::stream, text, out);
}

void peer_link::on_closed(const moment& m, stream_id stream, close_reason why, effects& out) {
  stream_.on_closed(m, stream, why, out);
  say_changes(m.now, out);
}

link_counters peer_link::counters() const {
  auto all = counters_;
  all.datagrams_dropped = datagrams_.dropped();
  all.stream_dropped = stream_.dropped();
  return all;
}

} // namespace troupe::transport
