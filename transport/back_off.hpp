// Time between attempts: doubles from reconnect_min to reconnect_max, each jittered to between half and all of it, so
// that nodes that lost each other at one moment do not come back in step.
#pragma once

#include "transport/link_context.hpp"

#include <algorithm>

namespace troupe::transport {

class back_off {
public:
  duration next(const link_timing& t, const fill_random& random) {
    auto whole = std::clamp(next_, t.reconnect_min, t.reconnect_max);
    next_ = 2 * whole;
    std::array<std::byte, 4> drawn{};
    random(drawn);
    return whole / 2 + (whole / 2) * get_le<std::uint32_t>(drawn, 0) / 0xffffffffLL;
  }
  void reset() { next_ = {}; }

private:
  duration next_{};
};

} // namespace troupe::transport
