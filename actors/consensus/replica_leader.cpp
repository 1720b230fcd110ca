// What a leader does: proposes, counts, retransmits, ticks, and steps down when no quorum answers.
#include "actors/consensus/replica.hpp"

#include <algorithm>

namespace troupe::consensus {

// What may have been chosen before is proposed again in our ballot, holes as no-ops, before anything of our own.
void replica::begin_leading(const campaign& won, instant now, effects& out) {
  proposals open{won.base().next()};
  while (open.next() <= won.last()) {
    auto value = won.value(open.next());
    open.add(std::move(value));
  }
  if (!won.base_known_by().empty()) catch_up_.told(won.base_known_by(), won.base());
  leading_state l{won.number(), std::move(open), won.last(), false, now, now, log_.chosen(), log_.chosen(), {}, {}};
  for (const auto& v : voters_.voters()) l.acked[v.journal] = now;
  wards_.clear();
  watch_.heard(self_, won.number(), self_, now);
  auto& state = state_.emplace<leading_state>(std::move(l));
  advance(state, now, out);
  lead(state, now, out);
}

bool replica::may_propose() const {
  auto* l = std::get_if<leading_state>(&state_);
  return l != nullptr && l->announced;
}

proposal_result replica::propose(shared_batch value, instant now, effects& out) {
  if (!may_propose()) return refused::not_leader;
  auto& l = std::get<leading_state>(state_);
  if (l.open.waiting() >= limits_.max_pending) return refused::queue_full;
  if (size_of(*value) > limits_.max_batch_bytes || value->commands.size() > max_batch_commands)
    return refused::too_large;
  if (l.open.empty()) l.progress_at = now;
  auto slot = l.open.add(std::move(value));
  finish(now, out);
  return slot;
}

instant replica::leader_heard(instant now) const {
  auto* l = std::get_if<leading_state>(&state_);
  if (l == nullptr) return watch_.heard_at();
  std::vector<std::pair<instant, journal_id>> newest_first;
  for (const auto& v : voters_.voters()) newest_first.emplace_back(v.node == self_ ? now : l->acked.at(v.journal), v.journal);
  std::sort(newest_first.rbegin(), newest_first.rend());
  voter_set answered;
  for (auto& [at, journal] : newest_first) {
    answered.add(journal);
    if (voters_.quorum(answered)) return at;
  }
  return watch_.heard_at();
}

void replica::lead(leading_state& l, instant now, effects& out) {
  if (now < l.tick_at) return;
  l.tick_at = now + limits_.tick;
  voter_set answering;
  for (const auto& v : voters_.voters())
    if (v.node == self_ || now < l.acked[v.journal] + limits_.leader_patience) answering.add(v.journal);
  if (!voters_.quorum(answering)) {
    stand_down(now, limits_.suspect_silence, out);
    return;
  }
  retransmit(l, now, out);
  vouch(heard_of(contacts_.ages(now, limits_.quiet)), out);
  // What told of progress meanwhile was a tick as well: the next one counts from there.
  if (l.ticked_at && now < *l.ticked_at + limits_.tick) {
    l.tick_at = *l.ticked_at + limits_.tick;
    return;
  }
  // A leader that cannot get anything chosen must not look alive: its disk, or a quorum's, hangs.
  if (l.open.empty() || now < l.progress_at + limits_.stall) send_ticks(l, now, out);
}

tick replica::make_tick(const leading_state& l, instant now) const {
  tick t{l.number, log_.chosen(), contacts_.ages(now, limits_.quiet)};
  for (const auto& v : voters_.voters())
    if (learners_.contains(v.node)) t.mute.push_back(v.node);
  return t;
}

void replica::send_ticks(leading_state& l, instant now, effects& out) {
  l.told_voters = log_.chosen();
  l.ticked_at = now;
  auto t = make_tick(l, now);
  for (const auto& m : contacts_.members()) say(m, t, out);
}

void replica::retransmit(leading_state& l, instant now, effects& out) {
  for (auto slot : l.open.due_again(limits_, now)) {
    const auto& open = l.open.at(slot);
    for (const auto& v : voters_.voters())
      if (!open.votes.has(v.journal)) say(v.node, accept{l.number, slot, log_.chosen(), open.value}, out);
  }
}

// What the stream held goes again, at most window_bytes; the links keep it until there is a stream.
void replica::resend_lost(leading_state& l, const voter& v, effects& out) {
  for (std::size_t i = 0; i < l.open.sent(); ++i) {
    auto slot = l.open.first().plus(i);
    const auto& open = l.open.at(slot);
    if (!open.is_chosen && !open.votes.has(v.journal))
      say(v.node, accept{l.number, slot, log_.chosen(), open.value}, out);
  }
}

void replica::send_open(leading_state& l, instant now, effects& out) {
  while (auto slot = l.open.send_next(limits_, now)) {
    l.told_voters = log_.chosen();
    for (const auto& v : voters_.voters())
      say(v.node, accept{l.number, *slot, log_.chosen(), l.open.at(*slot).value}, out);
  }
}

void replica::on(const node_name& from, journal_id sender, const accepted& m, instant now, effects& out) {
  auto* l = std::get_if<leading_state>(&state_);
  const auto* v = voters_.find(from, sender);
  if (l == nullptr || v == nullptr || m.number != l->number) return;
  contacts_.heard(from, now);
  l->acked[v->journal] = now;
  if (l->open.vote(m.slot, v->journal, voters_)) advance(*l, now, out);
}

// Slots are chosen in any order and taken in order; what earlier leaders had chosen comes by catch_up.
void replica::advance(leading_state& l, instant now, effects& out) {
  while (l.open.first_is_chosen() && l.open.first() == log_.chosen().next()) {
    auto slot = l.open.first();
    const auto& value = l.open.at(slot).value;
    const auto* have = log_.find(slot);
    if (have == nullptr || have->number != l.number) { // our own acceptor had no room for it
      log_.put(slot, l.number, value);
      gate_.record(accepted_record(slot, l.number, *value));
    }
    out.emplace_back(apply{slot, log_.choose_next().value});
    l.open.drop_until(slot);
    l.progress_at = now;
  }
  l.open.drop_until(log_.chosen());
  if (!l.announced && log_.chosen() >= l.recovered_until) {
    l.announced = true;
    out.emplace_back(leading{l.number});
  }
}

// Learners get the values, voters hold them already and need to know how far they are chosen. Whoever misses this
// asks after the next tick.
void replica::tell_progress(leading_state& l, instant now, effects& out) {
  if (l.told_learners < log_.chosen() && !learners_.empty())
    if (auto values = answer(learn{l.told_learners.next()}, log_, limits_))
      for (const auto& n : learners_) say(n, *values, out);
  l.told_learners = log_.chosen();
  if (l.told_voters < log_.chosen()) send_ticks(l, now, out);
}

void replica::on(const node_name& from, journal_id sender, const ack& m, instant now, effects&) {
  if (auto w = wards_.find(from); w != wards_.end() && m.number == watch_.number()) {
    w->second.heard = now;
    w->second.until = now + 2 * limits_.leader_silence;
  }
  auto* l = std::get_if<leading_state>(&state_);
  if (l == nullptr || m.number != l->number) return;
  contacts_.heard(from, now);
  contacts_.applied(from, m.applied);
  for (const auto& w : m.wards) contacts_.heard(w.node, now - w.age);
  if (const auto* v = voters_.find(from, sender)) {
    l->acked[v->journal] = now;
    learners_.erase(from);
  } else {
    learners_.insert(from);
  }
}

} // namespace troupe::consensus
