#include "transport/datagram_link.hpp"

#include <algorithm>

namespace troupe::transport {

datagram_link::session* datagram_link::find(channel_id channel) {
  for (auto& s : sessions_)
    if (s.seal.agreed().our_channel == channel) return &s;
  return nullptr;
}

bool datagram_link::up(instant now) const {
  return sending() != nullptr && !silent(now);
}

std::optional<endpoint> datagram_link::remote() const {
  const auto* s = sending();
  return s != nullptr ? std::optional(s->remote) : std::nullopt;
}

std::optional<channel_id> datagram_link::sending_channel() const {
  const auto* s = sending();
  if (s == nullptr) return std::nullopt;
  const auto& agreed = s->seal.agreed();
  return agreed.initiated ? agreed.our_channel : agreed.their_channel;
}

void datagram_link::turn_away(refusal why, const endpoint& from, effects& out) const {
  out.emplace_back(turned_away{why, from, context_->peer.name});
}

// --- sending ---

void datagram_link::seal(const moment& m, session& s, byte_view text, effects& out) {
  auto sealed = s.seal.seal(text);
  last_sent_ = m.now;
  if (sealed.empty()) { // the counter is used up, and no new session came for 2^47 datagrams
    ++dropped_;
    return;
  }
  out.emplace_back(send_datagram{s.remote, std::move(sealed)});
  if (!unanswered_) unanswered_ = m.now;
}

void datagram_link::send(const moment& m, byte_buffer text, effects& out) {
  if (auto* s = sending()) return seal(m, *s, text, out);
  if (waiting_.size() == max_waiting) {
    waiting_.pop_front();
    ++dropped_;
  }
  waiting_.push_back(std::move(text));
}

// --- opening a session ---

std::optional<instant> datagram_link::next_start() const {
  if (attempt_ || context_->peer.addresses.empty()) return std::nullopt;
  const auto* s = sending();
  if (s == nullptr) return may_start_;
  auto wanted = s->born + (s->seal.agreed().initiated ? renew_after : renew_by_responder);
  if (s->seal.worn()) wanted = s->born;
  if (unanswered_) wanted = std::min(wanted, *unanswered_ + context_->timing.silent_after);
  return std::max(wanted, may_start_);
}

void datagram_link::start(const moment& m, effects& out) {
  const auto& addresses = context_->peer.addresses;
  const auto& to = addresses[address_ % addresses.size()];
  auto channel = context_->draw_channel(m.random);
  while (find(channel) != nullptr) channel = context_->draw_channel(m.random);
  attempt_.emplace(attempt{
      initiator(*context_->me, context_->peer, context_->ours, purpose::datagrams, channel, draw_secret<32>(m.random)),
      to, m.now, m.now});
  send_attempt(m, out);
}

void datagram_link::send_attempt(const moment& m, effects& out) {
  attempt_->due = m.now + context_->timing.handshake_retry * (1 << attempt_->sends);
  ++attempt_->sends;
  auto message = attempt_->finishing ? attempt_->hand.finish_message() : attempt_->hand.hello_message();
  out.emplace_back(send_datagram{attempt_->to, std::move(message)});
}

// Nobody answered at this address. The next one is tried at once; after all of them there is a pause.
void datagram_link::give_up(const moment& m) {
  std::erase_if(sessions_, [&](const session& s) {
    return !s.confirmed && s.seal.agreed().our_channel == attempt_->hand.channel();
  });
  attempt_.reset();
  ++address_;
  auto count = std::max<std::size_t>(context_->peer.addresses.size(), 1);
  if (address_ % count == 0) may_start_ = m.now + back_off_.next(context_->timing, m.random);
}

void datagram_link::on_challenge(const moment& m, const challenge& asked, effects& out) {
  if (!attempt_ || attempt_->finishing || asked.to != attempt_->hand.channel()) return; // late, or guessed
  if (attempt_->challenges == max_challenges) return;
  ++attempt_->challenges;
  attempt_->hand.use(asked.cookie);
  attempt_->sends = 0;
  send_attempt(m, out);
}

void datagram_link::on_welcome(const moment& m, const welcome& answer, const endpoint& from, effects& out) {
  if (!attempt_) return turn_away(refusal::unexpected, from, out);
  if (attempt_->finishing) return; // the network repeated it
  auto agreed = attempt_->hand.on_welcome(answer);
  if (!agreed) return turn_away(agreed.error(), from, out);
  attempt_->finishing = true;
  attempt_->sends = 0;
  send_attempt(m, out);
  // Not `from`: anybody on the path could have changed that. We know where we sent to.
  establish(std::move(*agreed), {attempt_->to, attempt_->hand.ephemeral(), attempt_->begun, m.now, m.now, false});
}

// --- answering ---

void datagram_link::on_hello(const moment& m, const hello& first, const endpoint& from, effects& out) {
  for (const auto& a : answers_)
    if (a.hand.answers(first)) return out.push_back(send_datagram{from, a.hand.welcome_message()});
  for (const auto& s : sessions_)
    if (s.opened_with == first.ephemeral) return turn_away(refusal::replayed, from, out);
  if (answers_.size() == max_answers) answers_.erase(answers_.begin());
  auto taken = [&](channel_id c) {
    auto same = [&](const unfinished& a) { return a.hand.channel() == c; };
    return find(c) != nullptr || std::any_of(answers_.begin(), answers_.end(), same);
  };
  auto channel = context_->draw_channel(m.random);
  while (taken(channel)) channel = context_->draw_channel(m.random);
  answers_.push_back(
      {responder(*context_->me, context_->peer, context_->ours, first, channel, draw_secret<32>(m.random)), first,
       m.now});
  out.emplace_back(send_datagram{from, answers_.back().hand.welcome_message()});
}

void datagram_link::on_finish(const moment& m, const finish& answer, const endpoint& from, effects& out) {
  if (auto* done = find(answer.to); done != nullptr && !done->seal.agreed().initiated)
    return seal(m, *done, {}, out); // our confirmation was lost
  auto waiting =
      std::find_if(answers_.begin(), answers_.end(), [&](const auto& a) { return a.hand.channel() == answer.to; });
  if (waiting == answers_.end()) return turn_away(refusal::unexpected, from, out);
  auto agreed = waiting->hand.on_finish(answer);
  if (!agreed) return turn_away(agreed.error(), from, out);
  facts known{from, waiting->first.ephemeral, waiting->begun, m.now, m.now, true};
  answers_.erase(waiting);
  attempt_.reset(); // ours is not needed any more; if its finish is on its way, its session is still accepted
  back_off_.reset();
  unanswered_.reset();
  auto& made = establish(std::move(*agreed), known);
  seal(m, made, {}, out);
  prefer(m, made, out);
}

// --- sessions ---

datagram_link::session& datagram_link::establish(agreed_session agreed, const facts& known) {
  theirs_ = agreed.theirs;
  if (sessions_.size() == max_sessions) {
    auto oldest = std::find_if(sessions_.begin(), sessions_.end(), // in order of birth
                               [&](const session& s) { return s.seal.agreed().our_channel != sending_; });
    sessions_.erase(oldest);
  }
  sessions_.push_back({known, sealed_datagrams(std::move(agreed))});
  return sessions_.back();
}

void datagram_link::prefer(const moment& m, const session& candidate, effects& out) {
  const auto& agreed = candidate.seal.agreed();
  if (const auto* present = sending(); present != nullptr && present != &candidate) {
    bool crossed = agreed.initiated != present->seal.agreed().initiated && candidate.begun < present->born;
    if (crossed && agreed.initiated != context_->ours_wins()) return;
  }
  sending_ = agreed.our_channel;
  while (!waiting_.empty()) {
    seal(m, *sending(), waiting_.front(), out);
    waiting_.pop_front();
  }
}

std::optional<byte_buffer> datagram_link::on_sealed(const moment& m, byte_view datagram, const endpoint& from,
                                                    effects& out) {
  auto* s = find(channel_of(datagram));
  auto text = s != nullptr ? s->seal.open(datagram) : tl::unexpected(refusal::unexpected);
  if (!text) {
    turn_away(text.error(), from, out);
    return std::nullopt;
  }
  s->heard = m.now;
  unanswered_.reset();
  if (!s->confirmed) {
    s->confirmed = true;
    if (attempt_ && attempt_->hand.channel() == s->seal.agreed().our_channel) attempt_.reset();
    back_off_.reset();
    prefer(m, *s, out);
  }
  if (text->empty()) return std::nullopt;
  return std::move(*text);
}

// --- time ---

instant datagram_link::expiry(const session& s) const {
  auto end = s.born + session_life;
  return sending_ == s.seal.agreed().our_channel ? end : std::min(end, s.heard + previous_life);
}

void datagram_link::tick(const moment& m, effects& out) {
  std::erase_if(answers_, [&](const unfinished& a) { return a.begun + answer_life <= m.now; });
  std::erase_if(sessions_, [&](const session& s) { return expiry(s) <= m.now; });
  if (attempt_ && attempt_->due <= m.now) {
    if (attempt_->sends < max_sends)
      send_attempt(m, out);
    else
      give_up(m);
  }
  if (auto at = next_start(); at && *at <= m.now) start(m, out);
  if (auto* s = sending(); s != nullptr && last_sent_ + context_->timing.keep_alive <= m.now) seal(m, *s, {}, out);
}

std::optional<instant> datagram_link::deadline() const {
  std::optional<instant> first = next_start();
  auto at_most = [&](instant at) { first = first ? std::min(*first, at) : at; };
  for (const auto& a : answers_) at_most(a.begun + answer_life);
  for (const auto& s : sessions_) at_most(expiry(s));
  if (attempt_) at_most(attempt_->due);
  if (sending() != nullptr) at_most(last_sent_ + context_->timing.keep_alive);
  return first;
}

} // namespace troupe::transport
