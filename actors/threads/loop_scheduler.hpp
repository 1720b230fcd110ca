// CAF's scheduler module of the daemon: actors run on the event loop's thread, first come first served, between two
// waits. So a datagram is read, opened, judged and answered without one change of threads, and the daemon's
// interleavings are those of the simulator. Rejected: CAF's own pool. It polls, or (sharing) wakes a thread for nearly
// every message: in an idle cluster that was a third of a follower's work.
//
// Because of that nothing may wait or think for long in a handler. Who must think is a thinker, and runs on a thread of
// others: `place()` on the one for first thinkers, questions on `question_threads`; between its handlers and everybody
// else's there is nothing but messages, as everywhere.
//
// Limits: turn_length actors between two looks at the sockets, max-throughput (of CAF's configuration) messages each,
// and no new one after longest_turn: a daemon that replays its log has thousands of messages for one actor, and must be
// heard meanwhile.
#pragma once

#include "actors/threads/one_thread.hpp"
#include "transport/loop/event_loop.hpp"

#include <caf/detail/simple_actor_clock.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace troupe::threads {

inline constexpr std::size_t turn_length = 256;
inline constexpr duration longest_turn = std::chrono::milliseconds{5};
inline constexpr std::size_t question_threads = 2; // a quick question need not wait for one that takes long
// place() goes along colocations, half a kilobyte for each of a chain, and a chain may be as long as
// config::max_resources. What is not used of it costs no memory.
inline constexpr std::size_t thinker_stack = std::size_t{64} << 20;

// CAF's clock, whose timers the loop waits for. Thinkers use it too, hence the lock; an event that is dropped may end
// an actor, which then cancels its own timers: hence a recursive one.
class loop_clock final : public caf::detail::simple_actor_clock {
public:
  explicit loop_clock(loop::event_loop& loop)
    : loop_(loop) {}

  void fire(); // what is due
  [[nodiscard]] std::optional<instant> next_deadline();

  void set_ordinary_timeout(time_point at, caf::abstract_actor* self, caf::atom_value type, std::uint64_t id) override;
  void set_multi_timeout(time_point at, caf::abstract_actor* self, caf::atom_value type, std::uint64_t id) override;
  void set_request_timeout(time_point at, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point at, caf::strong_actor_ptr to, caf::mailbox_element_ptr what) override;
  void schedule_message(time_point at, caf::group to, caf::strong_actor_ptr by, caf::message what) override;
  void cancel_all() override;

private:
  template <class Change>
  void change(Change what);

  loop::event_loop& loop_;
  std::recursive_mutex mutex_;
};

class loop_scheduler final : public one_thread {
public:
  // For a system that ends before the loop does.
  static void use(caf::actor_system_config& config, loop::event_loop& loop);

  loop_scheduler(caf::actor_system& system, loop::event_loop& loop);
  caf::actor_clock& clock() noexcept override { return clock_; }

protected:
  void start() override;
  void stop() override;
  void enqueue(caf::resumable* job) override;

private:
  struct lane { // of thinkers that share threads
    std::deque<caf::resumable*> jobs;
    std::condition_variable more;
  };
  std::optional<instant> turn();
  void think(lane& of);
  lane* lane_of(const caf::resumable& job); // nullptr: no thinker

  loop::event_loop& loop_;
  loop_clock clock_;
  std::deque<caf::resumable*> ready_; // the loop's thread's alone; each holds a reference, here and below

  std::mutex mutex_;
  std::vector<caf::resumable*> from_outside_; // made ready by other threads
  lane first_, questions_;
  bool off_ = false;
  std::vector<std::thread> thinkers_;
};

} // namespace troupe::threads
