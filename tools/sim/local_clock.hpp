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
    auto passed = (world - world_).count();
    return local_ + duration{passed + passed / 1000 * ppm_ / 1000};
  }
  // The first moment of the world at which it shows at least `shows`; it must run.
  [[nodiscard]] instant when(instant shows) const {
    if (shows <= local_) return world_;
    auto left = (shows - local_).count();
    auto guess = world_ + duration{left - left / 1000 * ppm_ / 1000};
    while (local(guess) < shows) guess += shows - local(guess);
    return guess;
  }
  [[nodiscard]] bool running() const { return running_; }
  [[nodiscard]] std::int64_t drifts_by() const { return ppm_; }

private:
  instant world_{};
  instant local_{};
  std::int64_t ppm_ = 0;
  bool running_ = true;
};

} // namespace troupe::sim
