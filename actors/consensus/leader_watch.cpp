#include "actors/consensus/leader_watch.hpp"

#include <algorithm>

namespace troupe::consensus {

leader_watch::leader_watch(node_name self, const electorate& voters, const options& times, random_source random,
                           instant now)
  : self_(std::move(self))
  , voters_(voters)
  , times_(times)
  , random_(random)
  , heard_at_(now)
  , direct_at_(now - times.leader_silence) {
  not_before_ = now + times_.suspect_silence + turn(); // a leader that lives has ticked by then
}

duration leader_watch::turn() const {
  std::size_t unreachable = 0, before_us = 0;
  for (const auto& v : voters_.voters()) {
    if (v.node == self_ || v.node == leader_) continue;
    if (suspects(v.node))
      ++unreachable;
    else if (v.node < self_)
      ++before_us;
  }
  auto place = unreachable * voters_.voters().size() + before_us;
  return times_.takeover_step * static_cast<duration::rep>(place);
}

bool leader_watch::heeds(const node_name& leader, const node_name& via, instant now) const {
  return via == leader || leader != leader_ || via == via_ || now >= heard_at_ + times_.suspect_silence;
}

void leader_watch::heard(const node_name& leader, ballot number, const node_name& via, instant now) {
  if (leader_ != leader) {
    suspected_at_ = now;
    leader_ = leader;
  }
  if (via_ != via) via_ = via;
  if (number_ != number) spread_ = jitter();
  number_ = number;
  heard_at_ = now;
  if (via == leader) direct_at_ = now;
}

bool leader_watch::hears_directly(instant now) const {
  return !leader_.empty() && now < direct_at_ + times_.suspect_silence;
}

void leader_watch::forget(instant now, duration wait) {
  leader_ = node_name{};
  via_ = node_name{};
  direct_at_ = now - times_.leader_silence;
  not_before_ = now + wait + jitter();
}

void leader_watch::tried(instant now) {
  not_before_ = now + times_.suspect_silence + turn() + jitter();
  spread_ = duration{};
}

void leader_watch::opinion(const node_name& node, bool suspected, instant now) {
  if (!suspected) {
    suspected_.erase(node);
  } else if (suspected_.insert(node).second && node == leader_) {
    suspected_at_ = now;
  }
}

bool leader_watch::lost(instant now) const {
  if (leader_.empty()) return true;
  if (now >= heard_at_ + times_.leader_silence) return true;
  return suspects(leader_) && now >= heard_at_ + times_.suspect_silence;
}

instant leader_watch::try_at() const {
  if (leader_.empty()) return not_before_;
  auto at = heard_at_ + times_.leader_silence + spread_;
  if (suspects(leader_)) at = std::min(at, std::max(heard_at_ + times_.suspect_silence, suspected_at_) + turn());
  return std::max(at, not_before_);
}

} // namespace troupe::consensus
