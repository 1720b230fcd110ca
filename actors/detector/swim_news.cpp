// What is said of members, and of this node: precedence, suspicion, refutation (SWIM 4.2, Lifeguard IV.B).
#include "actors/detector/swim.hpp"
#include "messages/config.hpp"

#include <algorithm>

namespace troupe::detector {

using gossip::standing;

void swim::hear(const gossip::news& n, const context& c) {
  if (n.about == opts_.self) return hear_of_self(n, c);
  auto found = members_.find(n.about);
  if (found == members_.end()) {
    bool listened_to = !configured_ || configured_->contains(n.about);
    // Who is gone before it was known is none of our business: it could not be told from one that was forgotten.
    if (n.is == standing::faulty || n.is == standing::left) return;
    if (!listened_to || members_.size() + 1 >= config::max_nodes) {
      ++counts_.strangers;
      return;
    }
    auto& m = members_.emplace(n.about, member{n.of, alive{}, c.now, {}, {}}).first->second;
    file(n.about, standing::alive, c);
    return become(n.about, m, n, c);
  }
  auto& m = found->second;
  switch (effect_of(n, m, plants_)) {
  case effect::ignored: return;
  case effect::outdoes: return become(n.about, m, n, c);
  case effect::confirms:
    if (!std::get<suspicion>(m.state).confirm(n.by, plants_.count_accuser_twice)) return;
    ++counts_.confirmations;
    news_.put(n);
    publish(n.about);
  }
}

void swim::become(const node_name& name, member& m, const gossip::news& n, const context& c) {
  auto accusers = accusers_of(m);
  auto was = standing_of(m);
  bool same_session = n.of.session == m.life.session;
  if (!same_session) m.heard = m.answered = std::nullopt;
  m.life = n.of;
  switch (n.is) {
  case standing::alive: m.state = alive{}; break;
  case standing::suspect: {
    suspicion_shape shape{conf::scaled_by_log10(opts_.timers.suspicion_min, nodes()),
                          conf::scaled_by_log10(opts_.timers.suspicion_max, nodes()),
                          conf::confirmations_wanted(nodes())};
    m.state = suspicion{shape, n.by, c.now};
    ++counts_.suspicions;
    break;
  }
  case standing::faulty:
    if (was != standing::suspect || !same_session) accusers.clear();
    accusers.push_back(n.by);
    m.state = faulty{std::move(accusers)};
    ++counts_.faulty;
    break;
  case standing::left: m.state = left{}; break;
  }
  if (was != n.is || !same_session) m.since = c.now;
  file(name, n.is, c);
  news_.put(n);
  publish(name);
}

// Into the lists that its standing asks for.
void swim::file(const node_name& name, standing is, const context& c) {
  bool probed = is == standing::alive || is == standing::suspect;
  auto keep = [&](probe_order& list, bool wanted) {
    if (!wanted) return list.remove(name);
    if (!list.contains(name)) list.insert(name, c.random);
  };
  keep(order_, probed);
  keep(gossip_order_, probed);
  keep(lost_, is == standing::faulty);
}

void swim::expire_suspicions(const context& c) {
  if (must_hear_) return;
  for (auto& [name, m] : members_) {
    const auto* s = std::get_if<suspicion>(&m.state);
    if (s && c.now >= s->deadline()) become(name, m, {name, m.life, standing::faulty, opts_.self}, c);
  }
}

void swim::hear_of_self(const gossip::news& n, const context&) {
  if (n.of.session > self_.session) {
    out_.push_back(superseded{n.of.session});
    return;
  }
  if (n.of.session < self_.session || leave_by_ || (n.of == self_ && n.is == standing::alive)) return;
  // An incarnation at its limit cannot be outdone: nobody gets there honestly, and the log decides in the end.
  if (n.of.incarnation < self_.incarnation || n.of.incarnation.value >= gossip::max_incarnation) return;
  self_.incarnation = n.of.incarnation.next();
  health_.bad();
  ++counts_.refuted;
  news_.put({opts_.self, self_, standing::alive, {}});
  out_.push_back(refuted{n.by, n.is});
}

void swim::publish(const node_name& name) {
  out_.push_back(opinion_changed{*opinion_of(name)});
}

void swim::forget(const node_name& name) {
  members_.erase(name);
  order_.remove(name);
  lost_.remove(name);
  gossip_order_.remove(name);
  news_.forget(name);
  if (probe_ && probe_->target == name) probe_.reset();
  std::erase_if(relays_, [&](const relay& r) { return r.target == name || r.asker == name; });
}

} // namespace troupe::detector
