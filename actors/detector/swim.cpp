#include "actors/detector/swim.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::detector {

swim::swim(options opts, plants planted)
  : opts_(std::move(opts))
  , plants_(planted)
  , self_{opts_.session, {}} {
  TROUPE_ASSERT(!opts_.self.empty(), "a node has a name");
  gossip::datagram largest{self_, gossip::ping_request{{}, node_name{std::string(63, 'x')}}, {}, {}};
  TROUPE_ASSERT(opts_.datagram_budget >= gossip::bound_of_rest(largest) + 256, "a datagram must hold a piece of news");
}

// --- inputs ---

outputs swim::start(instant now, random_source& random) {
  TROUPE_ASSERT(phase_ == phase::new_born, "a detector is started once");
  phase_ = phase::running;
  auto period = static_cast<std::uint64_t>(opts_.timers.probe_interval.count());
  next_probe_ = now + duration{random.below(period)}; // nodes started together must not probe together
  last_spread_ = now - opts_.timers.gossip_interval;
  exchange_due_ = now;
  return finish({now, random});
}

outputs swim::on_datagram(const node_name& from, const gossip::datagram& d, instant now, random_source& random) {
  context c{now, random};
  if (!begin(c)) return {};
  if (receive(from, d.sender, c)) {
    for (const auto& n : d.items) hear(n, c); // before the answer, which then carries a refutation at once
    std::visit([&](const auto& what) { on(from, what, c); }, d.what);
    if (!d.blob.empty()) out_.push_back(blob_heard{from, d.blob});
  }
  return finish(c);
}

outputs swim::on_push_pull(const node_name& from, const gossip::push_pull& p, instant now, random_source& random) {
  context c{now, random};
  if (!begin(c)) return {};
  if (receive(from, p.sender, c)) {
    joined_ = true;
    for (auto n : p.members) {
      // Second-hand and perhaps old: the member gets its chance to contradict (as memberlist does).
      if (n.is == gossip::standing::faulty && n.about != opts_.self) n.is = gossip::standing::suspect, n.by = from;
      hear(n, c);
    }
    if (p.answer_wanted) out_.push_back(send_state{from, state(false)});
  }
  return finish(c);
}

outputs swim::on_deadline(instant now, random_source& random) {
  context c{now, random};
  if (!begin(c)) return {};
  return finish(c);
}

outputs swim::admit(const node_name& name, session_id session, instant now, random_source& random) {
  context c{now, random};
  if (!begin(c)) return {};
  if (name != opts_.self) {
    hear({name, {session, {}}, gossip::standing::alive, {}}, c);
  } else if (session > self_.session) {
    self_ = {session, {}};
    news_.put({name, self_, gossip::standing::alive, {}});
  }
  return finish(c);
}

outputs swim::vouch(const std::vector<node_name>& names, instant now, random_source& random) {
  context c{now, random};
  if (!begin(c)) return {};
  std::vector<node_name> lost;
  for (const auto& name : vouched_)
    if (std::ranges::find(names, name) == names.end() && order_.contains(name)) lost.push_back(name);
  c.random.shuffle(lost);
  bool back = std::ranges::any_of(names, [&](const node_name& n) { return !vouched_.contains(n) && lost_.contains(n); });
  vouched_ = {names.begin(), names.end()};
  std::erase_if(fresh_doubts_, [&](const node_name& n) { return vouched_.contains(n); });
  fresh_doubts_.insert(fresh_doubts_.end(), lost.begin(), lost.end());
  // What is under way comes to its end, or its answer would be missed.
  if (!lost.empty() || back) next_probe_ = std::min(next_probe_, probe_ ? std::max(now, probe_->ends) : now);
  return finish(c);
}

outputs swim::configure(const std::vector<node_name>& names, instant now, random_source& random) {
  context c{now, random};
  if (!begin(c)) return {};
  configured_.emplace(names.begin(), names.end());
  std::vector<node_name> gone;
  for (const auto& [name, m] : members_)
    if (!configured_->contains(name)) gone.push_back(name);
  for (const auto& name : gone) forget(name);
  return finish(c);
}

outputs swim::leave(instant now, random_source& random) {
  context c{now, random};
  if (!begin(c)) return {};
  TROUPE_ASSERT(!leave_by_, "a node leaves once");
  leave_by_ = now + opts_.timers.leave_limit;
  probe_.reset();
  news_.put({opts_.self, self_, gossip::standing::left, {}});
  return finish(c);
}

void swim::carry(byte_buffer blob) {
  TROUPE_ASSERT(blob.size() <= gossip::max_blob, "a blob beyond its limit");
  blob_ = std::move(blob);
}

// --- the clock ---

bool swim::begin(const context& c) {
  TROUPE_ASSERT(phase_ != phase::new_born, "inputs come after start");
  if (phase_ == phase::gone) return false;
  if (c.now > next_deadline() + opts_.timers.pause_limit && !plants_.trust_own_clock_jump) stood_still(c);
  return true;
}

outputs swim::finish(const context& c) {
  expire_suspicions(c);
  advance_relays(c);
  advance_probe(c);
  exchange_state(c);
  spread(c);
  bool told = !news_.holds(opts_.self) || nodes() == 1;
  if (leave_by_ && (told || c.now >= *leave_by_)) {
    phase_ = phase::gone;
    out_.push_back(departed{});
  }
  return std::exchange(out_, {});
}

void swim::stood_still(const context& c) {
  ++counts_.pauses;
  health_.bad();
  probe_.reset(); // its answer may be lost or lie unread: no verdict
  relays_.clear();
  next_probe_ = c.now;
  must_hear_ = !plants_.accuse_after_pause;
  restart_suspicions(c.now);
}

void swim::heard_again(const context& c) {
  if (!must_hear_) return;
  must_hear_ = false;
  restart_suspicions(c.now); // refutations sent meanwhile need their time to arrive
}

void swim::restart_suspicions(instant now) {
  for (auto& [name, m] : members_)
    if (auto* s = std::get_if<suspicion>(&m.state)) s->restart(now);
}

// What a node says proves its life. False: it is not to be listened to.
bool swim::receive(const node_name& from, const gossip::life& sender, const context& c) {
  if (from == opts_.self) return false;
  hear({from, sender, gossip::standing::alive, {}}, c);
  auto found = members_.find(from);
  if (found == members_.end()) return false; // a stranger, counted by hear
  if (sender.session < found->second.life.session) {
    ++counts_.old_lives;
    return false;
  }
  found->second.heard = c.now;
  return true;
}

instant swim::next_deadline() const {
  if (phase_ == phase::gone) return instant::max();
  auto next = std::min(next_probe_, exchange_due_);
  auto sooner = [&](std::optional<instant> other) {
    if (other) next = std::min(next, *other);
  };
  if (probe_) sooner(probe_->asked ? probe_->ends : probe_->asks_at);
  for (const auto& r : relays_) sooner(r.nacked ? r.ends : r.nack_at);
  if (!must_hear_)
    for (const auto& [name, m] : members_)
      if (const auto* s = std::get_if<suspicion>(&m.state)) sooner(s->deadline());
  sooner(spread_due());
  sooner(leave_by_);
  return next;
}

// --- what it knows ---

unsigned swim::nodes() const {
  return static_cast<unsigned>(1 + order_.size());
}

std::optional<opinion> swim::opinion_of(const node_name& name) const {
  auto found = members_.find(name);
  if (found == members_.end()) return std::nullopt;
  const auto& m = found->second;
  return opinion{name, m.life.session, standing_of(m), m.since, accusers_of(m), m.heard, m.answered};
}

std::vector<opinion> swim::opinions() const {
  std::vector<opinion> out;
  for (const auto& [name, m] : members_) out.push_back(*opinion_of(name));
  return out;
}

} // namespace troupe::detector
