// One thread that waits for everything outside of the process: sockets, signals, descriptors, time (libuv). The
// network, the control socket and the process runner live on it, side by side; each is built and destroyed before the
// loop is.
//
// Rejected: CAF's own I/O (keeps a handle for each source address for ever, deaf after one failed send), libuv's
// processes (fork of a large process takes tens of milliseconds; the runner uses posix_spawn and watches pidfds here).
#pragma once

#include <uv.h>

#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::loop {

class event_loop {
public:
  event_loop();
  ~event_loop(); // ends the thread; what was posted before still runs
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  // Runs `work` on the loop's thread, in the order of posting. From any thread.
  void post(std::function<void()> work);
  // The same, and waits until it has run; on the loop's thread itself it runs at once. For building and destroying,
  // never for use inside of a handler of an actor.
  void call(const std::function<void()>& work);

  [[nodiscard]] uv_loop_t* uv() { return &loop_; } // on the loop's thread
  // Room for what is just being read; its content is taken before the next callback.
  [[nodiscard]] std::array<char, 64 * 1024>& scratch() { return scratch_; }
  [[nodiscard]] bool here() const { return std::this_thread::get_id() == thread_.get_id(); }

private:
  void run();
  void run_posted();

  uv_loop_t loop_{};
  uv_async_t wake_{};
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool ending_ = false;
  std::array<char, 64 * 1024> scratch_{};
  std::thread thread_; // last: starts when all else is there
};

} // namespace troupe::loop
