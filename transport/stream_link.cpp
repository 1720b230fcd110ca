#include "transport/stream_link.hpp"

#include <algorithm>

namespace troupe::transport {

namespace {

// Collects one handshake message of a fixed size from what comes; true once `partial` holds it, `data` then is the
// rest.
bool collect(byte_buffer& partial, std::size_t size, byte_view& data) {
  auto taken = std::min(size - partial.size(), data.size());
  partial.insert(partial.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(taken));
  data = data.subspan(taken);
  return partial.size() == size;
}

} // namespace

std::optional<stream_id> stream_link::open_stream() const {
  return open_ ? std::optional(open_->stream) : std::nullopt;
}

void stream_link::turn_away(refusal why, const endpoint& from, effects& out) const {
  out.emplace_back(turned_away{why, from, context_->peer.name});
}

bool stream_link::holds(stream_id stream) const {
  auto here = [&](const unfinished& a) { return a.stream == stream; };
  auto leaving = [&](const drain& d) { return d.stream.stream == stream; };
  return (open_ && open_->stream == stream) || (dialling_ && dialling_->stream == stream) ||
         std::any_of(answers_.begin(), answers_.end(), here) ||
         std::any_of(draining_.begin(), draining_.end(), leaving);
}

void stream_link::send(const moment& m, byte_buffer text, effects& out) {
  if (open_) return out.push_back(write_stream{open_->stream, open_->sealer.seal(text, m.now)});
  waiting_bytes_ += text.size();
  waiting_.push_back(std::move(text));
  while (waiting_.size() > max_waiting || waiting_bytes_ > max_waiting_bytes) {
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
    ++dropped_;
  }
}

// --- dialling ---

void stream_link::start(const moment& m, effects& out) {
  const auto& addresses = context_->peer.addresses;
  const auto& to = addresses[address_ % addresses.size()];
  dialling_.emplace(dialling{std::nullopt,
                             initiator(*context_->me, context_->peer, context_->ours, purpose::messages,
                                       context_->draw_channel(m.random), draw_secret<32>(m.random)),
                             to,
                             m.now,
                             {}});
  out.emplace_back(dial{context_->peer.name, to});
}

void stream_link::dialled(stream_id stream) {
  if (dialling_) dialling_->stream = stream;
}

void stream_link::dial_failed(const moment& m) {
  dialling_.reset();
  ++address_;
  auto count = std::max<std::size_t>(context_->peer.addresses.size(), 1);
  if (address_ % count == 0) may_dial_ = m.now + back_off_.next(context_->timing, m.random);
}

void stream_link::on_connected(stream_id stream, effects& out) {
  if (dialling_ && dialling_->stream == stream) out.emplace_back(write_stream{stream, dialling_->hand.hello_message()});
}

void stream_link::on_welcome_bytes(const moment& m, byte_view data, std::vector<byte_buffer>& texts, effects& out) {
  if (!collect(dialling_->partial, welcome_size, data)) return;
  auto stream = *dialling_->stream;
  auto agreed =
      parse_welcome(dialling_->partial).and_then([&](const welcome& w) { return dialling_->hand.on_welcome(w); });
  if (!agreed) {
    turn_away(agreed.error(), dialling_->to, out);
    out.emplace_back(close_stream{stream});
    return dial_failed(m);
  }
  out.emplace_back(write_stream{stream, dialling_->hand.finish_message()});
  sealed made{stream,
              dialling_->to,
              true,
              dialling_->begun,
              m.now,
              stream_sealer(agreed->seal_key, m.now),
              stream_opener(agreed->open_key)};
  dialling_.reset();
  theirs_ = agreed->theirs;
  establish(m, std::move(made), out);
  if (!data.empty()) on_data(m, stream, data, texts, out);
}

// --- answering ---

void stream_link::on_hello(const moment& m, stream_id stream, const hello& first, const endpoint& from, byte_view rest,
                           std::vector<byte_buffer>& texts, effects& out) {
  if (answers_.size() == max_answers) {
    turn_away(refusal::too_many, answers_.front().from, out);
    out.emplace_back(close_stream{answers_.front().stream});
    answers_.erase(answers_.begin());
  }
  responder hand(*context_->me, context_->peer, context_->ours, first, context_->draw_channel(m.random),
                 draw_secret<32>(m.random));
  out.emplace_back(write_stream{stream, hand.welcome_message()});
  answers_.push_back({stream, std::move(hand), from, m.now, {}});
  if (!rest.empty()) on_data(m, stream, rest, texts, out);
}

void stream_link::on_finish_bytes(const moment& m, std::size_t which, byte_view data, std::vector<byte_buffer>& texts,
                                  effects& out) {
  auto& a = answers_[which];
  if (!collect(a.partial, finish_size, data)) return;
  auto stream = a.stream;
  auto agreed = parse_finish(a.partial).and_then([&](const finish& f) { return a.hand.on_finish(f); });
  auto from = a.from;
  auto begun = a.begun;
  answers_.erase(answers_.begin() + static_cast<std::ptrdiff_t>(which));
  if (!agreed) {
    turn_away(agreed.error(), from, out);
    return out.push_back(close_stream{stream});
  }
  abandon_dial(out); // not needed any more, and the peer is authentic
  theirs_ = agreed->theirs;
  establish(
      m, {stream, from, false, begun, m.now, stream_sealer(agreed->seal_key, m.now), stream_opener(agreed->open_key)},
      out);
  if (!data.empty()) on_data(m, stream, data, texts, out);
}

// --- open streams ---

void stream_link::establish(const moment& m, sealed made, effects& out) {
  back_off_.reset();
  if (open_) {
    bool crossed = made.initiated != open_->initiated && made.begun < open_->born;
    if (crossed && made.initiated != context_->ours_wins())
      return retire(m, std::move(made), reader::reads_to_its_end, out);
    retire(m, std::move(*open_), crossed ? reader::reads_to_its_end : reader::may_be_gone, out);
  }
  open_ = std::move(made);
  while (!waiting_.empty()) {
    out.emplace_back(write_stream{open_->stream, open_->sealer.seal(waiting_.front(), m.now)});
    waiting_.pop_front();
  }
  waiting_bytes_ = 0;
}

void stream_link::retire(const moment& m, sealed old, reader of_it, effects& out) {
  out.emplace_back(write_stream{old.stream, old.sealer.finish()});
  bool told = of_it == reader::may_be_gone;
  if (told) tell_broken(out);
  if (draining_.size() == max_draining) {
    out.emplace_back(close_stream{draining_.front().stream.stream});
    if (!draining_.front().told_broken) tell_broken(out);
    draining_.erase(draining_.begin());
  }
  draining_.push_back({std::move(old), m.now + drain_time, told});
}

// False: the stream is over, and closed on our side. If it ended in order it still may have held what we wrote.
bool stream_link::read(const moment& m, sealed& s, byte_view data, std::vector<byte_buffer>& texts, effects& out) {
  auto opened = s.opener.opened();
  auto progress = s.opener.feed(data, texts);
  if (s.opener.awaited() == 0)
    s.frame_begun.reset();
  else if (!s.frame_begun || s.opener.opened() != opened)
    s.frame_begun = m.now;
  if (progress == stream_opener::progress::open) return true;
  if (!progress) turn_away(progress.error(), s.remote, out);
  out.emplace_back(close_stream{s.stream});
  tell_broken(out);
  return false;
}

std::optional<instant> stream_link::frame_due(const sealed& s) const {
  if (!s.frame_begun) return std::nullopt;
  auto parts = 1 + s.opener.awaited() / frame_rate;
  return *s.frame_begun + 2 * static_cast<int>(parts) * context_->timing.silent_after;
}

void stream_link::abandon_dial(effects& out) {
  if (dialling_ && dialling_->stream) out.emplace_back(close_stream{*dialling_->stream});
  dialling_.reset();
}

void stream_link::lose_open(const moment& m) {
  open_.reset();
  may_dial_ = m.now + back_off_.next(context_->timing, m.random);
}

void stream_link::on_data(const moment& m, stream_id stream, byte_view data, std::vector<byte_buffer>& texts,
                          effects& out) {
  if (dialling_ && dialling_->stream == stream) return on_welcome_bytes(m, data, texts, out);
  for (std::size_t i = 0; i < answers_.size(); ++i)
    if (answers_[i].stream == stream) return on_finish_bytes(m, i, data, texts, out);
  if (open_ && open_->stream == stream) {
    if (read(m, *open_, data, texts, out)) return;
    return lose_open(m);
  }
  for (auto d = draining_.begin(); d != draining_.end(); ++d) {
    if (d->stream.stream != stream) continue;
    if (!read(m, d->stream, data, texts, out)) draining_.erase(d);
    return;
  }
}

void stream_link::on_closed(const moment& m, stream_id stream, close_reason why, effects& out) {
  if (dialling_ && dialling_->stream == stream) {
    if (why == close_reason::refused) out.emplace_back(host_answered{context_->peer.name, dialling_->to});
    return dial_failed(m);
  }
  std::erase_if(answers_, [&](const unfinished& a) { return a.stream == stream; });
  std::erase_if(draining_, [&](const drain& d) {
    if (d.stream.stream != stream) return false;
    if (!d.told_broken) tell_broken(out);
    return true;
  });
  if (!open_ || open_->stream != stream) return;
  if (why == close_reason::by_peer) turn_away(refusal::truncated, open_->remote, out); // its final frame never came
  tell_broken(out, why == close_reason::stuck);
  lose_open(m);
}

void stream_link::path_is_back(const moment& m, const endpoint& where, effects& out) {
  const auto& addresses = context_->peer.addresses;
  auto at = std::find(addresses.begin(), addresses.end(), where);
  if (at != addresses.end()) address_ = static_cast<std::size_t>(at - addresses.begin());
  if (open_ && (at == addresses.end() || open_->remote.address == where.address))
    return out.push_back(end_if_stuck{open_->stream});
  if (open_) {
    out.emplace_back(close_stream{open_->stream});
    tell_broken(out);
    open_.reset();
  }
  abandon_dial(out);
  back_off_.reset();
  if (!addresses.empty()) start(m, out);
}

void stream_link::stop(effects& out) {
  abandon_dial(out);
  for (const auto& a : answers_) out.emplace_back(close_stream{a.stream});
  for (const auto& d : draining_) out.emplace_back(close_stream{d.stream.stream});
  if (open_) {
    out.emplace_back(write_stream{open_->stream, open_->sealer.finish()});
    out.emplace_back(close_stream{open_->stream});
  }
  answers_.clear();
  draining_.clear();
  open_.reset();
}

// --- time ---

void stream_link::tick(const moment& m, effects& out) {
  if (dialling_ && dialling_->begun + context_->timing.connect_limit <= m.now) {
    if (dialling_->stream) out.emplace_back(close_stream{*dialling_->stream});
    dial_failed(m);
  }
  std::erase_if(answers_, [&](const unfinished& a) {
    if (a.begun + context_->timing.connect_limit > m.now) return false;
    turn_away(refusal::too_slow, a.from, out);
    out.emplace_back(close_stream{a.stream});
    return true;
  });
  std::erase_if(draining_, [&](const drain& d) {
    if (d.until > m.now) return false;
    out.emplace_back(close_stream{d.stream.stream});
    if (!d.told_broken) tell_broken(out);
    return true;
  });
  if (auto due = open_ ? frame_due(*open_) : std::nullopt; due && *due <= m.now) {
    turn_away(refusal::too_slow, open_->remote, out);
    out.emplace_back(close_stream{open_->stream});
    tell_broken(out);
    lose_open(m);
  }
  bool wanted = !open_ && !dialling_ && !context_->peer.addresses.empty();
  if (wanted && may_dial_ <= m.now) start(m, out);
}

std::optional<instant> stream_link::deadline() const {
  std::optional<instant> first;
  auto at_most = [&](instant at) { first = first ? std::min(*first, at) : at; };
  if (dialling_) at_most(dialling_->begun + context_->timing.connect_limit);
  for (const auto& a : answers_) at_most(a.begun + context_->timing.connect_limit);
  for (const auto& d : draining_) at_most(d.until);
  if (auto due = open_ ? frame_due(*open_) : std::nullopt) at_most(*due);
  if (!open_ && !dialling_ && !context_->peer.addresses.empty()) at_most(may_dial_);
  return first;
}

} // namespace troupe::transport
