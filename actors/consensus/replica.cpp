#include "actors/consensus/replica.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::consensus {

replica::replica(node_name self, journal_id journal, configuration voters, const options& limits, recovered from,
                 random_source random, instant now, plants planted)
  : self_(std::move(self))
  , journal_(journal)
  , limits_(limits)
  , planted_(planted)
  , random_(random)
  , voters_(std::move(voters), planted)
  , new_journal_(from.journal.value == 0)
  , log_(std::move(from.log))
  , gate_(planted)
  , acceptor_(log_, gate_, planted.has(plant::forget_promise) ? ballot{} : from.promised, limits_, planted)
  , watch_(self_, voters_, limits_, random_.fork(), now)
  , catch_up_(self_, limits_)
  , attempt_(random_.next() >> 1)
  , highest_(acceptor_.promised())
  , recorded_chosen_(log_.chosen()) {
  TROUPE_ASSERT(journal.value != 0 && (new_journal_ || from.journal == journal), "the journal keeps its own id");
  set_members({});
}

void replica::start(instant now, effects& out) {
  if (new_journal_) gate_.record(identity_record(journal_));
  if (log_.snapshot()) out.emplace_back(install_snapshot{log_.snapshot_slot(), log_.snapshot()});
  for (auto it = log_.from(log_.snapshot_slot().next()); it != log_.end() && it->first <= log_.chosen(); ++it)
    out.emplace_back(apply{it->first, it->second.value});
  finish(now, out);
}

void replica::set_members(std::vector<node_name> members) {
  for (const auto& v : voters_.voters()) members.push_back(v.node);
  std::ranges::sort(members);
  members.erase(std::unique(members.begin(), members.end()), members.end());
  std::erase(members, self_);
  std::erase_if(learners_, [&](const node_name& n) { return !std::ranges::binary_search(members, n); });
  contacts_.set_members(std::move(members));
  silent_.reset(); // the next tick speaks of others
}

void replica::receive(const node_name& from, const message& m, instant now, effects& out) {
  if (from == self_) return; // what we tell ourselves never leaves
  handle(from, m, now, out);
  finish(now, out);
}

void replica::handle(const node_name& from, const message& m, instant now, effects& out) {
  std::visit([&](const auto& body) { on(from, m.sender, body, now, out); }, m.body);
}

void replica::durable(sync_token token, instant now, effects& out) {
  gate_.durable(token);
  while (auto held = gate_.next_released()) say(held->to, std::move(held->body), out);
  finish(now, out);
}

void replica::lose_journal(journal_id stand_in, instant now, effects& out) {
  if (!std::holds_alternative<following>(state_)) stand_down(now, limits_.leader_silence, out);
  journal_ = stand_in;
  gate_.close();
  to_self_.clear(); // what a voter said to itself
  finish(now, out);
}

void replica::opinion(const node_name& node, bool suspected, instant now, effects& out) {
  watch_.opinion(node, suspected, now);
  time_reached(now, out);
}

void replica::stream_lost(const node_name& peer, instant now, effects& out) {
  catch_up_.stream_lost(peer, now);
  for (const auto& v : voters_.voters()) {
    if (v.node != peer) continue;
    if (auto* l = std::get_if<leading_state>(&state_)) resend_lost(*l, v, out);
    if (auto* c = std::get_if<campaigning>(&state_)) ask_again(*c, v, out);
  }
  finish(now, out);
}

void replica::time_reached(instant now, effects& out) {
  std::erase_if(wards_, [&](const auto& w) { return now >= w.second.until; });
  if (auto* l = std::get_if<leading_state>(&state_)) {
    lead(*l, now, out);
  } else if (auto* c = std::get_if<campaigning>(&state_)) {
    if (now >= c->until)
      stand_down(now, limits_.suspect_silence, out);
    else
      resend_prepare(*c, now, out);
  } else {
    auto* a = std::get_if<asking>(&state_);
    if (a != nullptr && (now >= a->until || !watch_.lost(now))) state_ = following{};
    if (now >= watch_.try_at() && watch_.lost(now)) ask_for_votes(now, out);
  }
  finish(now, out);
}

instant replica::next_deadline() const {
  instant at = watch_.try_at();
  if (auto* l = std::get_if<leading_state>(&state_)) at = l->tick_at;
  if (auto* c = std::get_if<campaigning>(&state_)) at = std::min(c->until, c->resend_at);
  if (auto* a = std::get_if<asking>(&state_)) at = std::min(at, a->until);
  if (auto retry = catch_up_.retry_at()) at = std::min(at, *retry);
  if (!vouched_.empty() && !std::holds_alternative<leading_state>(state_))
    at = std::min(at, watch_.heard_at() + limits_.quiet);
  return at;
}

void replica::finish(instant now, effects& out) {
  for (;;) {
    if (auto* l = std::get_if<leading_state>(&state_)) send_open(*l, now, out);
    if (to_self_.empty()) break;
    message m{journal_, std::move(to_self_.front())};
    to_self_.pop_front();
    handle(self_, m, now, out);
  }
  if (auto* l = std::get_if<leading_state>(&state_)) tell_progress(*l, now, out);
  if (auto q = catch_up_.ask(log_.chosen(), voters_, now)) say(q->to, std::move(q->body), out);
  if (gate_.has_records() && log_.chosen() > recorded_chosen_) { // it rides along: no sync of its own
    recorded_chosen_ = log_.chosen();
    gate_.record(chosen_record(recorded_chosen_));
  }
  gate_.flush(out);
  bool much = log_.chosen().since(log_.snapshot_slot()) >= limits_.snapshot_after ||
              log_.beyond_snapshot_bytes() >= limits_.snapshot_after_bytes;
  if (much && !snapshot_wanted_) {
    snapshot_wanted_ = true;
    out.emplace_back(want_snapshot{});
  }
  emit_leader(out);
  bool leads = std::holds_alternative<leading_state>(state_);
  if (!leads && (watch_.leader().empty() || now >= watch_.heard_at() + limits_.quiet)) {
    silent_.reset();
    vouch({}, out);
  }
}

void replica::say(const node_name& to, message_body body, effects& out) {
  if (to == self_)
    to_self_.push_back(std::move(body));
  else
    out.emplace_back(send{to, message{journal_, std::move(body)}});
}

void replica::say_when_durable(const node_name& to, message_body body, effects& out) {
  if (gate_.passes(to, body)) say(to, std::move(body), out);
}

void replica::emit_leader(effects& out) {
  if (last_known_.leader == watch_.leader() && last_known_.via == watch_.via()) return;
  last_known_ = {watch_.leader(), watch_.via()};
  out.emplace_back(last_known_);
}

void replica::vouch(std::vector<node_name> members, effects& out) {
  if (members == vouched_) return;
  vouched_ = std::move(members);
  out.emplace_back(vouched_for{vouched_});
}

std::vector<node_name> replica::heard_of(const std::vector<contact>& silent) const {
  auto heard = contacts_.members();
  std::erase_if(heard,
                [&](const node_name& n) { return std::ranges::find(silent, n, &contact::node) != silent.end(); });
  return heard;
}

void replica::snapshot_made(slot_number slot, shared_bytes state, instant now, effects& out) {
  snapshot_wanted_ = false;
  if (slot <= log_.snapshot_slot()) return; // one that was installed meanwhile is newer
  gate_.record(snapshot_record(slot, *state));
  log_.cut(slot, std::move(state), limits_.keep_behind);
  finish(now, out);
}

bool replica::leader_lost(instant now) const {
  return !std::holds_alternative<leading_state>(state_) && watch_.lost(now);
}

replica_status replica::status() const {
  replica_status s{me() != nullptr ? role::follower : role::learner,
                   acceptor_.promised(),
                   log_.chosen(),
                   newest_known(),
                   log_.snapshot_slot(),
                   log_.size(),
                   0,
                   0,
                   leader(),
                   {}};
  if (std::holds_alternative<campaigning>(state_)) s.now = role::candidate;
  if (auto* l = std::get_if<leading_state>(&state_)) {
    s.now = role::leader;
    s.open = l->open.size();
    s.waiting = l->open.waiting();
    s.learners.assign(learners_.begin(), learners_.end());
  } else if (!leader().empty()) {
    s.learners = mute_;
  }
  return s;
}

} // namespace troupe::consensus
