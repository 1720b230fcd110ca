// Probing (SWIM 3.1) with nacks (Lifeguard IV.A).
#include "actors/detector/swim.hpp"

#include <algorithm>

namespace troupe::detector {

void swim::advance_probe(const context& c) {
  if (leave_by_) {
    next_probe_ = *leave_by_;
    return;
  }
  if (probe_ && !probe_->asked && c.now >= probe_->asks_at) ask_others(c);
  if (probe_ && c.now >= probe_->ends) probe_failed(c);
  if (c.now >= next_probe_) begin_probe(c);
}

void swim::begin_probe(const context& c) {
  auto ends = c.now + health_.scaled(opts_.timers.probe_interval);
  next_probe_ = all_is_calm() ? c.now + opts_.timers.calm_interval : ends;
  probe_.reset();
  bool reconnect = false;
  auto target = next_target(c, reconnect);
  if (!target) return;
  ++(reconnect ? counts_.reconnects : counts_.probes);
  last_number_ = last_number_.next();
  probe_ = probe{*target,      members_.at(*target).life,
                 last_number_, c.now + health_.scaled(opts_.timers.probe_timeout),
                 ends,         reconnect,
                 reconnect, // nobody else is asked then
                 {},           {}};
  send(*target, gossip::ping{last_number_});
}

bool swim::in_doubt(const node_name& name) const {
  return !vouched_.contains(name) || standing_of(members_.at(name)) != gossip::standing::alive;
}

// A node that is slow itself, or has stood still, must see its own probes answered to find out how it is.
bool swim::all_is_calm() const {
  if (must_hear_ || health_.score() > 0 || vouched_.empty()) return false;
  return std::ranges::none_of(members_, [&](const auto& m) {
    return order_.contains(m.first) ? in_doubt(m.first) : lost_.contains(m.first) && vouched_.contains(m.first);
  });
}

std::optional<node_name> swim::next_target(const context& c, bool& reconnect) {
  for (; !fresh_doubts_.empty(); fresh_doubts_.pop_front())
    if (order_.contains(fresh_doubts_.front())) {
      auto first = fresh_doubts_.front();
      fresh_doubts_.pop_front();
      return first;
    }
  for (std::size_t i = 0; i < lost_.size() && !vouched_.empty(); ++i)
    if (auto back = lost_.next(c.random); vouched_.contains(*back)) {
      reconnect = true;
      return back;
    }
  // One faulty member at the end of each rotation; nothing but faulty ones left: one of them each time.
  reconnect = !lost_.empty() && order_.rotation_done() && (order_.empty() || !reconnected_);
  reconnected_ = reconnect;
  if (reconnect) return lost_.next(c.random);
  auto target = order_.next(c.random);
  bool anybody = std::ranges::any_of(members_, [&](const auto& m) { return order_.contains(m.first) && in_doubt(m.first); });
  for (std::size_t i = 1; target && anybody && !in_doubt(*target) && i < 2 * order_.size(); ++i)
    target = order_.next(c.random);
  return target;
}

void swim::ask_others(const context& c) {
  probe_->asked = true;
  if (plants_.skip_indirect) return;
  send(probe_->target, gossip::ping{probe_->number}); // among three nodes one other path is not much against loss
  std::vector<node_name> able;
  for (const auto& [name, m] : members_)
    if (name != probe_->target && standing_of(m) == gossip::standing::alive) able.push_back(name);
  c.random.shuffle(able);
  if (able.size() > relays_asked) able.resize(relays_asked);
  probe_->relays = able;
  for (const auto& name : able) {
    ++counts_.indirect;
    send(name, gossip::ping_request{probe_->number, probe_->target});
  }
}

void swim::probe_failed(const context& c) {
  auto failed = std::move(*probe_);
  probe_.reset();
  if (failed.reconnect) return;
  ++counts_.probes_failed;
  auto silent = failed.relays.size() - failed.nacked.size();
  health_.bad(failed.relays.empty() ? 1u : static_cast<unsigned>(silent));
  if (must_hear_) return;
  // The life that did not answer: if it has refuted meanwhile, this says nothing.
  hear({failed.target, failed.life, gossip::standing::suspect, opts_.self}, c);
}

void swim::advance_relays(const context& c) {
  for (auto& r : relays_)
    if (!r.nacked && c.now >= r.nack_at) {
      r.nacked = true;
      send(r.asker, gossip::nack{r.theirs});
    }
  std::erase_if(relays_, [&](const relay& r) { return c.now >= r.ends; });
}

void swim::on(const node_name& from, const gossip::ping& p, const context&) {
  send(from, gossip::ack{p.number, self_});
}

void swim::on(const node_name& from, const gossip::ping_request& p, const context& c) {
  if (p.target == opts_.self) return send(from, gossip::ack{p.number, self_});
  if (!members_.contains(p.target)) return send(from, gossip::nack{p.number});
  if (relays_.size() == max_relays) {
    ++counts_.dropped;
    return;
  }
  last_number_ = last_number_.next();
  relays_.push_back(
      {from, p.target, p.number, last_number_, c.now + opts_.timers.nack_after, c.now + opts_.timers.probe_interval});
  send(p.target, gossip::ping{last_number_});
}

void swim::on(const node_name& from, const gossip::ack& a, const context& c) {
  auto waiting = std::ranges::find_if(relays_, [&](const relay& r) { return r.ours == a.number && r.target == from; });
  if (waiting != relays_.end()) {
    send(waiting->asker, gossip::ack{waiting->theirs, a.answered});
    relays_.erase(waiting);
    return;
  }
  if (!probe_ || probe_->number != a.number) return; // late: it was heard, that is all
  bool direct = probe_->target == from;
  if (!direct && std::ranges::find(probe_->relays, from) == probe_->relays.end()) return;
  if (a.answered.session < probe_->life.session) return;
  hear({probe_->target, a.answered, gossip::standing::alive, {}}, c);
  if (direct) members_.at(from).answered = c.now;
  probe_.reset();
  health_.good();
  heard_again(c);
}

void swim::on(const node_name& from, const gossip::nack& n, const context&) {
  if (!probe_ || probe_->number != n.number) return;
  if (std::ranges::find(probe_->relays, from) != probe_->relays.end()) probe_->nacked.insert(from);
}

} // namespace troupe::detector
