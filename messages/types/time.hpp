// Two clocks, two types. `instant` is a node's own monotonic clock (virtual in the simulator): time-outs, silence,
// back-off. `stamp` is calendar time in milliseconds, carried by commands: it serves date rules, ageing and people;
// no safety property rests on it. There is no conversion between them, and neither has a now(): time is handed in.
#pragma once

#include <chrono>
#include <cstdint>

namespace troupe {

using duration = std::chrono::nanoseconds;

struct monotonic {
  using duration = troupe::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<monotonic>;
  static constexpr bool is_steady = true;
};
using instant = monotonic::time_point;

using stamp = std::chrono::sys_time<std::chrono::milliseconds>;

} // namespace troupe
