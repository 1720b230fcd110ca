// The end of everything in a scope or slice: TERM, after `grace` KILL, and if something is left `settle` after that,
// stuck. Pure: it is told whether anything lives, and says what to do.
#pragma once

#include "messages/types/time.hpp"

#include <cstdint>
#include <optional>

namespace troupe::agents {

// KILL acts as soon as a process leaves the kernel; one that has not within this time sits in an uninterruptible wait.
inline constexpr duration settle = std::chrono::seconds{5};

class ending {
public:
  enum class step : std::uint8_t { wait, term, kill, empty, stuck };

  explicit ending(duration grace, duration settle_time = settle)
    : grace_(grace)
    , settle_(settle_time) {}

  // At first, whenever something may have changed, and at due(). `empty` and `stuck` are final.
  step advance(instant now, bool occupied) {
    if (!occupied) return step::empty;
    if (sent_ == step::wait && grace_ > duration{}) return send(step::term, now + grace_);
    if (sent_ == step::wait || (sent_ == step::term && now >= *due_)) return send(step::kill, now + settle_);
    if (sent_ == step::kill && now >= *due_) return step::stuck;
    return step::wait;
  }
  [[nodiscard]] std::optional<instant> due() const { return due_; }

private:
  step send(step what, instant next) {
    sent_ = what;
    due_ = next;
    return what;
  }

  duration grace_, settle_;
  step sent_ = step::wait; // the last signal
  std::optional<instant> due_;
};

} // namespace troupe::agents
