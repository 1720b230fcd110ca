// Time between attempts: doubles from `first` to `longest`, each jittered to between half and all of it, so that nodes
// that lost each other at one moment do not come back in step.
#pragma once

#include "messages/types/time.hpp"
#include "transport/secret.hpp"

#include <algorithm>

namespace troupe::transport {

class back_off {
public:
  // The longest is short: a refused connection is what tells that a lost node's host is alive, and that must be known
  // within `tolerate`.
  static constexpr duration first = std::chrono::milliseconds(50);
  static constexpr duration longest = std::chrono::seconds(1);

  duration next(const fill_random& random) {
    auto whole = next_;
    next_ = std::min(2 * next_, longest);
    std::array<std::byte, 4> drawn{};
    random(drawn);
    return whole / 2 + (whole / 2) * get_le<std::uint32_t>(drawn, 0) / 0xffffffffLL;
  }
  void reset() { next_ = first; }

private:
  duration next_ = first;
};

} // namespace troupe::transport
