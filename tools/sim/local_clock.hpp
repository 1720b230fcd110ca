// A machine's own monotonic clock: it starts near zero at each boot, drifts, and may stop while the machine is paused.
// Pure arithmetic between the world's time and the machine's; neither ever runs backwards.
#pragma once

#include "messages/types/time.hpp"

namespace troupe::sim {

class local_clock {
public:
  // At `world` it shows `shows`.
  void set(instant world, instant shows) {
    world_ = world;
    local_ = shows;
    running_ = true;
  }
  void drift(instant world, std::int64_t ppm) {
    local_ = local(world);
    world_ = world;
    ppm_ = ppm;
  }
  void stop(instant world) {
    local_ = local(world);
    world_ = world;
    running_ = false;
  }
  void go_on(instant world) {
    world_ = world;
    running_ = true;
  }

  [[nodiscard]] instant local(instant world) const {
    if (!running_) return local_;
    if (ppm_ == 0) return local_ + (world - world_); // nearly always, and asked for each message
    return local_ + duration{static_cast<std::int64_t>(wide{(world - world_).count()} * pace() / million)};
  }
  // The first moment of the world at which it shows at least `shows`; it must run.
  [[nodiscard]] instant when(instant shows) const {
    if (shows <= local_) return world_;
    auto scaled = wide{(shows - local_).count()} * million;
    return world_ + duration{static_cast<std::int64_t>((scaled + pace() - 1) / pace())};
  }
  [[nodiscard]] bool running() const { return running_; }
  [[nodiscard]] std::int64_t drifts_by() const { return ppm_; }

private:
  __extension__ using wide = __int128; // exact: a rounding error of a life long would move timers by seconds
  static constexpr std::int64_t million = 1'000'000;
  [[nodiscard]] std::int64_t pace() const { return million + ppm_; }

  instant world_{};
  instant local_{};
  std::int64_t ppm_ = 0;
  bool running_ = true;
};

} // namespace troupe::sim
