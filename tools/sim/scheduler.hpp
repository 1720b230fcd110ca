// CAF's scheduler module of one simulated node: no thread, the seed picks the next of the ready actors, one message at
// a time, and the clock is the machine's own. One actor system per node, so that power loss is the end of a system
// between two messages, while all others go on.
//
// The end of a system runs no handler: whatever is still alive is terminated from outside, so that the states of the
// actors are destroyed (CAF destroys them only on exit, and cycles of handles would keep them for ever).
#pragma once

#include "actors/threads/one_thread.hpp"
#include "messages/types/random.hpp"
#include "messages/types/time.hpp"

#include <caf/all.hpp>
#include <caf/detail/simple_actor_clock.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace troupe::sim {

// Shows what `now` says; timers fire when the world says so.
class node_clock final : public caf::detail::simple_actor_clock {
public:
  explicit node_clock(std::function<instant()> now)
    : now_(std::move(now)) {}
  time_point now() const noexcept override { return time_point{now_().time_since_epoch()}; }
  [[nodiscard]] std::optional<instant> next_deadline() const {
    if (schedule().empty()) return {};
    return instant{schedule().begin()->first.time_since_epoch()};
  }

private:
  std::function<instant()> now_;
};

class node_scheduler final : public threads::one_thread {
public:
  struct hooks {
    std::function<instant()> now;
    std::function<void()> on_ready; // the first actor has become ready
    random_source* random = nullptr;
  };
  node_scheduler(caf::actor_system& system, hooks what);

  [[nodiscard]] bool ready() const { return !jobs_.empty(); }
  void run_one(); // something must be ready
  node_clock& timers() { return clock_; }
  // Terminates every actor without running it. Afterwards nothing runs any more.
  void cut_power();

  caf::actor_clock& clock() noexcept override { return clock_; }

protected:
  void stop() override { cut_power(); }
  void enqueue(caf::resumable* job) override;

private:
  void remember(caf::resumable* job);

  hooks hooks_;
  node_clock clock_;
  std::vector<caf::resumable*> jobs_; // each holds a reference
  std::vector<bool> seen_;            // by actor id
  std::vector<caf::weak_actor_ptr> actors_;
  std::size_t prune_at_ = 256;
  bool off_ = false;
};

} // namespace troupe::sim
