// Does anybody lead us? What this node may do depends on when it last heard a leader, which only the replica knows.
// Pure; says when to ask it.
//
// The replica is asked when something hangs on the answer, not at a rate: before an act begins, when the last answer is
// older than contact_lost; and when, by the last answer, the bound of the policy `stop` would be over now. While alone,
// it is asked once per contact_lost whether that has ended.
// Rejected: having the replica tell at every tick, 40 messages per `tolerate` for a question asked once in minutes.
#pragma once

#include "messages/types/time.hpp"

#include <algorithm>
#include <optional>

namespace troupe::resource {

class contact_watch {
public:
  // `lost`: conf::timers::contact_lost. Until told otherwise a leader counts as heard at `now`, when this node began.
  contact_watch(duration lost, instant now)
    : lost_(lost)
    , heard_(now)
    , asked_at_(now - lost) {}

  void lost_after(duration lost) { lost_ = lost; } // an operator has changed `tolerate`
  void stop_after(std::optional<duration> bound) { stop_after_ = bound; } // unset: policy freeze

  struct need {
    bool acts_wait = false; // an act could begin
    bool alone = false;     // this node has begun to stop what it holds
  };
  // When to ask; unset: the answer that is under way comes first, or nothing hangs on it.
  [[nodiscard]] std::optional<instant> ask_at(const need& of, instant now) const {
    if (asking_) return {};
    if (of.alone) return asked_at_ + lost_;
    std::optional<instant> when;
    if (stop_after_) when = heard_ + *stop_after_;
    if (of.acts_wait) {
      auto stale = heard_ + lost_ + duration{1};
      auto again = asked_at_ + lost_ / 4; // it may be heard at any moment, and the act waits for it
      auto then = std::max({stale, again, now});
      when = when ? std::min(*when, then) : then;
    }
    if (when) when = std::max(*when, asked_at_ + lost_ / 4);
    return when;
  }
  void asked(instant now) {
    asking_ = true;
    asked_at_ = now;
  }
  void told(instant leader_heard) {
    asking_ = false;
    heard_ = std::max(heard_, leader_heard);
  }
  void unanswered() { asking_ = false; } // the replica itself hangs: as good as no leader

  [[nodiscard]] bool fresh(instant now) const { return now <= heard_ + lost_; }
  // The bound of the policy `stop` is over, and that is not just because nobody has asked since.
  [[nodiscard]] bool alone() const { return !asking_ && stop_after_ && asked_at_ >= heard_ + *stop_after_; }

private:
  duration lost_;
  std::optional<duration> stop_after_;
  instant heard_, asked_at_;
  bool asking_ = false;
};

} // namespace troupe::resource
