// Time for actors: the actor system's clock, real in trouped, virtual in the simulator. And an alarm: the one timer
// that an actor has.
//
// CAF cannot cancel a delayed message, so an actor arms one wake-up for the earliest of all it waits for, and a wake-up
// that was overtaken by an earlier one is recognized by its number and ignored. Waking up for nothing is harmless; what
// is due is asked of the core.
#pragma once

#include "messages/types/time.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace troupe::env {

struct wake {
  std::uint64_t number = 0;
};

inline instant now_of(caf::local_actor* self) {
  return instant{duration{self->system().clock().now().time_since_epoch()}};
}

class alarm {
public:
  // A delayed message keeps its receiver's memory until it is due, so none is further away than this.
  static constexpr duration furthest = std::chrono::minutes{1};

  // Sees to it that a `wake` comes at `due` or before; at once for what is past. nullopt: nothing to wait for.
  template <class Self>
  void set(Self* self, std::optional<instant> due) {
    if (!due) return;
    auto now = now_of(self);
    auto when = std::clamp(*due, now, now + furthest);
    if (armed_ && *armed_ <= when) return;
    armed_ = when;
    self->scheduled_send(self, caf::actor_clock::time_point{when.time_since_epoch()}, wake{++number_});
  }

  [[nodiscard]] bool armed_by(instant when) const { return armed_ && *armed_ <= when; }

  // True: this is the wake-up that was armed last; set() again after acting on it.
  bool rang(const wake& w) {
    if (w.number != number_) return false;
    armed_.reset();
    return true;
  }

private:
  std::optional<instant> armed_;
  std::uint64_t number_ = 0;
};

} // namespace troupe::env

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::env::wake)
