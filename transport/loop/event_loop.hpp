// One thread that waits for everything outside of the process: sockets, signals, descriptors, time (libuv). The
// network, the control socket and the process runner live on it, side by side; each is built and destroyed before the
// loop is.
//
// Rejected: CAF's own I/O (keeps a handle for each source address for ever, deaf after one failed send), libuv's
// processes (fork of a large process takes tens of milliseconds; the runner uses clone3 and watches pidfds here).
#pragma once

#include "messages/types/time.hpp"

#include <uv.h>

#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace troupe::loop {

class event_loop {
public:
  event_loop();
  ~event_loop(); // ends the thread; what was posted before still runs
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  // Runs `work` on the loop's thread, in the order of posting, later than what runs now. From any thread.
  void post(std::function<void()> work);
  // The same, and waits until it has run; on the loop's thread itself it runs at once. For building and destroying,
  // never for use inside of a handler of an actor.
  void call(const std::function<void()>& work);

  // What is to be done on the loop's thread before each wait, when all callbacks of the turn have run. It answers when
  // it is wanted again: by then the wait ends (in the past: there is no wait; nothing: when something has happened).
  // One at a time; empty: no more. From any thread.
  using turn_work = std::function<std::optional<instant>()>;
  void each_turn(turn_work work);
  [[nodiscard]] static instant now(); // of the clock that turns are told by

  [[nodiscard]] uv_loop_t* uv() { return &loop_; } // on the loop's thread
  // Room for what is just being read; its content is taken before the next callback.
  [[nodiscard]] std::array<char, 64 * 1024>& scratch() { return scratch_; }
  [[nodiscard]] bool here() const { return std::this_thread::get_id() == thread_.get_id(); }

private:
  void run();
  void turn();
  bool run_posted(); // true: something was there
  void wait_until(std::optional<instant> wanted);

  uv_loop_t loop_{};
  uv_async_t wake_{};
  uv_prepare_t before_wait_{};
  uv_timer_t wanted_{};
  turn_work each_turn_;
  std::optional<instant> armed_; // wanted_'s
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool ending_ = false;
  std::array<char, 64 * 1024> scratch_{};
  std::thread thread_; // last: starts when all else is there
};

} // namespace troupe::loop
