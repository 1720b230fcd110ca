// Lifeguard's local health multiplier (Dadgar, Phillips, Currey 2018, IV.A): a node that seems slow itself gives others
// more time. A counter that saturates at 8; probe interval and time-out are multiplied by it, plus one.
//
//   -1  a probe was answered, directly or through another
//   +1  for each member that was asked to probe and sent neither ack nor nack; a failed probe with nobody to ask: +1
//   +1  someone had to be told that I am alive (a refutation), or I stood still
//
// The paper also counts a failed probe whose relays all answered. Such a probe shows that the path to others is fine
// and that the target is not, so it says nothing about this node: counted, it would slow detection down just when it is
// due.
#pragma once

#include "messages/types/time.hpp"

#include <algorithm>

namespace troupe::detector {

class local_health {
public:
  static constexpr unsigned worst = 8;

  void good() { score_ -= score_ > 0 ? 1u : 0u; }
  void bad(unsigned by = 1) { score_ = std::min(worst, score_ + std::min(by, worst)); }

  [[nodiscard]] unsigned score() const { return score_; }
  [[nodiscard]] duration scaled(duration base) const { return base * (score_ + 1); }

private:
  unsigned score_ = 0;
};

} // namespace troupe::detector
