// How a replica comes to lead: it asks (pre-vote), campaigns (phase 1), and stands down for a higher ballot.
#include "actors/consensus/replica.hpp"

#include <algorithm>

namespace troupe::consensus {

// A learner asks too: the answers tell it who leads, and make a voter relay to it if the leader cannot be heard.
void replica::ask_for_votes(instant now, effects& out) {
  watch_.tried(now);
  ++attempt_;
  for (const auto& v : voters_.voters())
    if (v.node != self_) say(v.node, pre_vote{attempt_}, out);
  const auto* mine = me();
  if (mine == nullptr) return;
  if (std::holds_alternative<asking>(state_)) return; // what was granted still counts
  asking a{{}, attempt_, now + limits_.leader_silence};
  a.grants.add(mine->journal);
  bool enough = voters_.quorum(a.grants);
  state_ = a;
  if (enough) begin_campaign(now, out);
}

// Granting binds nobody, so that asking can be free: only those who have lost the leader themselves grant it, and a
// node that alone lost sight of the leader cannot unseat it. A grant counts for leader_silence, as long as the asker
// has not heard of a leader either. Rejected: until it asks again. Where a round trip takes longer than that nobody is
// elected.
void replica::on(const node_name& from, journal_id sender, const pre_vote& m, instant now, effects& out) {
  bool leads = std::holds_alternative<leading_state>(state_);
  bool lost = !leads && watch_.lost(now);
  pre_vote_answer answer{m.attempt, false, acceptor_.promised(), log_.chosen(), {}, {}};
  answer.granted = lost && me() != nullptr && voters_.find(from, sender) != nullptr;
  if (answer.granted) answer.contacts = contacts_.ages(now);
  if (!lost) answer.leader = watch_.leader();
  if (!leads && !lost && watch_.hears_directly(now) && from != watch_.leader() && wards_.size() < max_contacts)
    wards_[from].until = now + 2 * limits_.leader_silence;
  say(from, std::move(answer), out);
}

void replica::on(const node_name& from, journal_id sender, const pre_vote_answer& m, instant now, effects& out) {
  catch_up_.told(from, m.chosen);
  highest_ = std::max(highest_, m.promised);
  auto* a = std::get_if<asking>(&state_);
  const auto* v = voters_.find(from, sender);
  if (a == nullptr || m.attempt < a->first || m.attempt > attempt_ || !m.granted || v == nullptr) return;
  if (!watch_.lost(now)) return;
  contacts_.heard(from, now);
  contacts_.merge(m.contacts, now);
  a->grants.add(v->journal);
  if (voters_.quorum(a->grants)) begin_campaign(now, out);
}

// Our own acceptor is asked first. The others hear of the ballot once our promise is durable: otherwise a restart could
// take the same ballot again, and find promises and votes of its former life waiting.
void replica::begin_campaign(instant now, effects& out) {
  ballot number{std::max(highest_, acceptor_.promised()).round + 1, me()->journal};
  highest_ = number;
  watch_.forget(now, limits_.leader_silence);
  state_ = campaigning{campaign{number, log_.chosen(), planted_}, false, now + limits_.leader_silence,
                       now + limits_.retransmit, limits_.retransmit};
  say(self_, prepare{number, log_.chosen().next()}, out);
}

void replica::resend_prepare(campaigning& c, instant now, effects& out) {
  if (now < c.resend_at) return;
  c.resend_at = now + c.resend_after;
  if (!c.others_asked) return;
  c.resend_after = std::min(2 * c.resend_after, limits_.resend_most); // answers may be long, and on their way
  for (const auto& v : voters_.voters()) ask_again(c, v, out);
}

void replica::ask_again(campaigning& c, const voter& v, effects& out) {
  if (!c.others_asked || v.node == self_) return; // ours is not durable yet
  if (auto first = c.phase_one.cursor(v.journal)) say(v.node, prepare{c.phase_one.number(), *first}, out);
}

void replica::on(const node_name& from, journal_id sender, const promise& m, instant now, effects& out) {
  auto* c = std::get_if<campaigning>(&state_);
  const auto* v = voters_.find(from, sender);
  if (c == nullptr || v == nullptr || m.number != c->phase_one.number()) return;
  contacts_.heard(from, now);
  if (auto next = c->phase_one.add(*v, m)) say(from, prepare{m.number, *next}, out);
  if (from == self_ && !c->others_asked) {
    c->others_asked = true;
    c->resend_at = now;
    resend_prepare(*c, now, out);
  }
  if (!voters_.quorum(c->phase_one.told_all())) return;
  auto won = c->phase_one; // begin_leading replaces the state that it lies in
  begin_leading(won, now, out);
}

void replica::on(const node_name&, journal_id, const refusal& m, instant now, effects& out) {
  highest_ = std::max(highest_, m.promised);
  ballot ours;
  if (auto* c = std::get_if<campaigning>(&state_)) ours = c->phase_one.number();
  if (auto* l = std::get_if<leading_state>(&state_)) ours = l->number;
  if (!ours.none() && m.promised > ours) stand_down(now, limits_.retransmit, out);
}

// Whatever we were, we follow from now on; `wait` is how long others may take to become leader before we try.
void replica::stand_down(instant now, duration wait, effects& out) {
  auto* l = std::get_if<leading_state>(&state_);
  bool led = l != nullptr && l->announced;
  watch_.was_led_until(leader_heard(now));
  state_ = following{};
  watch_.forget(now, wait);
  if (led) out.emplace_back(stepped_down{});
}

} // namespace troupe::consensus
