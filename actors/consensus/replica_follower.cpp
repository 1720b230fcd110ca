// What a replica does for others: it promises, accepts, follows, learns, and relays to those who cannot hear the
// leader.
#include "actors/consensus/replica.hpp"

#include <algorithm>

namespace troupe::consensus {

void replica::on(const node_name& from, journal_id sender, const prepare& m, instant now, effects& out) {
  const auto* v = voters_.find(from, sender);
  if (me() == nullptr || v == nullptr || v->journal != m.number.proposer) return;
  bool news = m.number > acceptor_.promised();
  auto reply = acceptor_.answer(m);
  if (std::holds_alternative<refusal>(reply)) {
    say(from, std::move(reply), out);
    return;
  }
  highest_ = std::max(highest_, m.number);
  if (news && from != self_) stand_down(now, limits_.leader_silence, out);
  say_when_durable(from, std::move(reply), out);
}

void replica::on(const node_name& from, journal_id sender, const accept& m, instant now, effects& out) {
  const auto* v = voters_.find(from, sender);
  if (me() == nullptr || v == nullptr || v->journal != m.number.proposer) return;
  auto reply = acceptor_.answer(m);
  if (!reply) return;
  if (std::holds_alternative<refusal>(*reply)) {
    say(from, std::move(*reply), out);
    return;
  }
  if (from != self_) follow(from, m.number, from, now, out);
  say_when_durable(from, std::move(*reply), out);
  if (from == self_) return;
  contacts_.heard(from, now);
  take_chosen(m.number, m.chosen, out);
  catch_up_.told(from, m.chosen);
}

// False: this is not a leader to follow, or the word of a relay that we do not need.
bool replica::follow(const node_name& leader, ballot number, const node_name& via, instant now, effects& out) {
  if (number < watch_.number()) return false;
  if (!watch_.heeds(leader, via, now)) return false;
  highest_ = std::max(highest_, number);
  if (!std::holds_alternative<following>(state_)) stand_down(now, limits_.leader_silence, out);
  watch_.heard(leader, number, via, now);
  return true;
}

void replica::on(const node_name& from, journal_id, const tick& m, instant now, effects& out) {
  const auto* v = voters_.proposer(m.number);
  if (v == nullptr || v->node == self_) return;
  if (me() != nullptr && m.number < acceptor_.promised()) {
    say(from, refusal{acceptor_.promised()}, out);
    return;
  }
  if (!follow(v->node, m.number, from, now, out)) return;
  contacts_.heard(from, now);
  contacts_.ticked(m.silent, now);
  pass_on_word(m, out);
  mute_ = m.mute;
  take_chosen(m.number, m.chosen, out);
  catch_up_.told(from, m.chosen);
  ack reply{m.number, applied_, {}};
  if (from == v->node && !wards_.empty()) {
    relay(m, now, out);
    for (const auto& [node, w] : wards_)
      if (w.heard) reply.wards.push_back({node, now - *w.heard});
  }
  say(from, std::move(reply), out);
}

// Whom the tick does not name, the leader has heard. What it says changes seldom: a tick must not cost a walk over all.
void replica::pass_on_word(const tick& m, effects& out) {
  if (silent_ && std::ranges::equal(*silent_, m.silent, {}, &contact::node, &contact::node)) return;
  silent_ = m.silent;
  vouch(heard_of(m.silent), out);
}

void replica::relay(const tick& m, instant now, effects& out) {
  for (const auto& [node, w] : wards_)
    if (now < w.until) say(node, m, out);
}

// What we accepted in the leader's own ballot is what it has chosen: one value a slot in one ballot. What we accepted
// in an older one may have lost, so it is asked for.
void replica::take_chosen(ballot number, slot_number chosen, effects& out) {
  while (log_.chosen() < chosen) {
    const auto* have = log_.find(log_.chosen().next());
    if (have == nullptr || (have->number != number && !planted_.has(plant::choose_any_ballot))) return;
    const auto& value = log_.choose_next().value;
    out.emplace_back(apply{log_.chosen(), value});
  }
}

void replica::on(const node_name& from, journal_id, const learn& m, instant, effects& out) {
  if (auto reply = answer(m, log_, limits_)) say(from, std::move(*reply), out);
}

void replica::on(const node_name& from, journal_id, const snapshot_ask& m, instant, effects& out) {
  if (auto reply = answer(m, log_, limits_)) say(from, std::move(*reply), out);
}

void replica::on(const node_name& from, journal_id, const learned& m, instant now, effects& out) {
  if (m.first > log_.chosen().next()) return; // out of order: asked for when it is missed
  bool news = false;
  for (std::size_t i = log_.chosen().next().since(m.first); i < m.values.size(); ++i) {
    auto slot = m.first.plus(i);
    const auto* have = log_.find(slot);
    if (have == nullptr || *have->value != *m.values[i]) {
      log_.put(slot, ballot{}, m.values[i]);
      gate_.record(accepted_record(slot, ballot{}, *m.values[i]));
    }
    out.emplace_back(apply{slot, log_.choose_next().value});
    news = true;
  }
  catch_up_.told(from, m.chosen);
  if (!news) return;
  catch_up_.answered();
  after_learning(now, out);
}

void replica::on(const node_name& from, journal_id, const snapshot_chunk& m, instant now, effects& out) {
  auto whole = catch_up_.add(from, m, log_.chosen());
  if (!whole) return;
  gate_.record(snapshot_record(whole->slot, *whole->state));
  log_.install(whole->slot, whole->state);
  out.emplace_back(install_snapshot{whole->slot, whole->state});
  after_learning(now, out);
}

void replica::after_learning(instant now, effects& out) {
  if (auto* l = std::get_if<leading_state>(&state_)) advance(*l, now, out);
}

} // namespace troupe::consensus
