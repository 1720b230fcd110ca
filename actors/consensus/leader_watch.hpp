// Whom a replica follows, whether that leader is lost, and when it is this voter's turn to try.
//
// Rules: a leader is lost after leader_silence without a tick, or after suspect_silence when the detector suspects it
// too. After a suspicion voters try in an order that all compute alike: who reaches more voters comes first, then who
// stands first by name; a takeover_step lies between two. Without the detector's help, and after a failed try, jitter
// keeps them apart. Random time-outs alone (Raft) would cost every takeover a full extra time-out.
#pragma once

#include "actors/consensus/electorate.hpp"
#include "actors/consensus/options.hpp"
#include "messages/types/random.hpp"

#include <algorithm>
#include <set>

namespace troupe::consensus {

class leader_watch {
public:
  // `times` outlives this, and may change: what is already waited for keeps the time it was given.
  leader_watch(node_name self, const electorate& voters, const options& times, random_source random, instant now);

  [[nodiscard]] const node_name& leader() const { return leader_; } // empty: none known
  [[nodiscard]] const node_name& via() const { return via_; }
  [[nodiscard]] ballot number() const { return number_; } // the leader's; of the last one when there is none

  // A tick or an accept of `leader` came through `via`: should we heed it? The leader itself always; a relay only while
  // no other way is in use, so that ways do not alternate.
  [[nodiscard]] bool heeds(const node_name& leader, const node_name& via, instant now) const;
  void heard(const node_name& leader, ballot number, const node_name& via, instant now);
  // We led ourselves, and had a quorum until then: whoever leads next, nobody here was without a leader before.
  void was_led_until(instant at) { heard_at_ = std::max(heard_at_, at); }
  [[nodiscard]] bool hears_directly(instant now) const;
  void forget(instant now, duration wait); // nobody leads that we know; try no sooner than after `wait`
  void tried(instant now);                 // in vain, or just begun: the next try comes later

  void opinion(const node_name& node, bool suspected, instant now);
  [[nodiscard]] bool suspects(const node_name& node) const { return suspected_.contains(node); }

  [[nodiscard]] bool lost(instant now) const;
  [[nodiscard]] instant heard_at() const { return heard_at_; } // of the construction, before any leader
  [[nodiscard]] instant try_at() const;

private:
  [[nodiscard]] duration turn() const; // of ours, after a suspicion
  duration jitter() {
    return duration{static_cast<duration::rep>(random_.below(static_cast<std::uint64_t>(times_.back_off.count())))};
  }

  node_name self_;
  const electorate& voters_;
  const options& times_;
  random_source random_;

  node_name leader_;
  node_name via_;
  ballot number_;
  instant heard_at_;
  instant direct_at_;
  instant not_before_;
  duration spread_{}; // this wait's jitter
  std::set<node_name> suspected_;
  instant suspected_at_; // the leader
};

} // namespace troupe::consensus
