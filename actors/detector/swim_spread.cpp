// How news travels (SWIM 4.1, Lifeguard IV.C): on every datagram, in rounds of gossip while there is some, and now and
// then as the whole state.
#include "actors/detector/swim.hpp"

#include <algorithm>
#include <bit>

namespace troupe::detector {

using gossip::standing;

void swim::send(const node_name& to, decltype(gossip::datagram::what) what) {
  gossip::datagram d{self_, std::move(what), {}, blob_};
  auto used = gossip::bound_of_rest(d);
  auto accusation = accusation_of(to);
  if (accusation) used += gossip::bound_of(*accusation);
  if (used > opts_.datagram_budget) { // room for the blob is the first to go
    d.blob.clear();
    used = gossip::bound_of_rest(d) + (accusation ? gossip::bound_of(*accusation) : 0);
  }
  d.items = news_.take(opts_.datagram_budget - used, to, nodes());
  bool told =
      std::ranges::any_of(d.items, [&](const gossip::news& n) { return n.about == to && n.is != standing::alive; });
  if (accusation && !told) d.items.insert(d.items.begin(), *accusation);
  out_.push_back(send_datagram{to, std::move(d)});
}

// What the receiver must hear of itself, however often it has been told: it alone can contradict.
std::optional<gossip::news> swim::accusation_of(const node_name& name) const {
  auto found = members_.find(name);
  if (found == members_.end()) return std::nullopt;
  const auto& m = found->second;
  auto is = standing_of(m);
  if (is != standing::suspect && is != standing::faulty) return std::nullopt;
  return gossip::news{name, m.life, is, accusers_of(m).back()};
}

std::optional<instant> swim::spread_due() const {
  if (news_.empty() || gossip_order_.empty()) return std::nullopt;
  return last_spread_ + opts_.timers.gossip_interval;
}

void swim::spread(const context& c) {
  auto due = spread_due();
  if (!due || c.now < *due) return;
  last_spread_ = c.now;
  auto receivers = std::min(gossip_fanout, gossip_order_.size());
  for (std::size_t i = 0; i < receivers && !news_.empty(); ++i)
    send(*gossip_order_.next(c.random), gossip::only_news{});
}

gossip::push_pull swim::state(bool answer_wanted) const {
  gossip::push_pull p{self_, answer_wanted, {}};
  p.members.push_back({opts_.self, self_, leave_by_ ? standing::left : standing::alive, {}});
  for (const auto& [name, m] : members_) {
    auto is = standing_of(m);
    auto accusers = accusers_of(m);
    if (accusers.empty()) p.members.push_back({name, m.life, is, {}});
    for (const auto& by : accusers) p.members.push_back({name, m.life, is, by});
  }
  return p;
}

void swim::exchange_state(const context& c) {
  if (c.now < exchange_due_) return;
  auto pick = [&](std::vector<node_name> from, std::size_t count) {
    std::erase(from, opts_.self);
    c.random.shuffle(from);
    if (from.size() > count) from.resize(count);
    for (const auto& to : from) out_.push_back(send_state{to, state(true)});
  };
  bool has_seeds = std::ranges::any_of(opts_.seeds, [&](const node_name& s) { return s != opts_.self; });
  if (!joined_ && !leave_by_ && has_seeds) {
    exchange_due_ = c.now + opts_.timers.join_retry;
    return pick(opts_.seeds, gossip_fanout);
  }
  auto interval = push_pull_interval();
  exchange_due_ = c.now + interval / 2 + duration{c.random.below(static_cast<std::uint64_t>(interval.count()))};
  if (leave_by_) return;
  std::vector<node_name> able;
  for (const auto& [name, m] : members_)
    if (standing_of(m) == standing::alive) able.push_back(name);
  pick(std::move(able), 1);
}

// Longer in large clusters (as memberlist does): the state grows with the members, its load must not.
duration swim::push_pull_interval() const {
  auto bits = std::bit_width(std::max(nodes(), 32u) - 1); // 5 up to 32 nodes, 7 for 128
  return opts_.timers.push_pull_interval * (bits - 4);
}

} // namespace troupe::detector
