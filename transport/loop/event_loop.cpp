#include "transport/loop/event_loop.hpp"

#include "messages/types/assert.hpp"

#include <csignal>

namespace troupe::loop {

event_loop::event_loop() {
  TROUPE_ASSERT(uv_loop_init(&loop_) == 0, "no descriptors left for an event loop");
  wake_.data = this;
  auto woken = [](uv_async_t* a) { static_cast<event_loop*>(a->data)->run_posted(); };
  TROUPE_ASSERT(uv_async_init(&loop_, &wake_, woken) == 0, "no descriptors left for an event loop");
  thread_ = std::thread([this] { run(); });
}

void event_loop::run() {
  // A write to a closed socket is to fail, not to end the process. The mask is this thread's alone.
  sigset_t pipe{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT); // until the last handle is closed: wake_'s
}

event_loop::~event_loop() {
  post([this] {
    std::lock_guard held(mutex_);
    ending_ = true;
    uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
  });
  thread_.join();
  // Nothing is left if everything that lives on the loop was destroyed before it.
  if (uv_loop_close(&loop_) != 0) std::terminate();
}

void event_loop::post(std::function<void()> work) {
  std::lock_guard held(mutex_);
  if (ending_) return;
  posted_.push_back(std::move(work));
  if (posted_.size() == 1) uv_async_send(&wake_);
}

void event_loop::run_posted() {
  std::vector<std::function<void()>> batch;
  {
    std::lock_guard held(mutex_);
    batch.swap(posted_);
  }
  for (auto& work : batch) work();
}

void event_loop::call(const std::function<void()>& work) {
  if (here()) return work();
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  post([&] {
    work();
    std::lock_guard held(mutex);
    done = true;
    ended.notify_one(); // under the lock: the waiter must not be gone before
  });
  std::unique_lock held(mutex);
  ended.wait(held, [&] { return done; });
}

} // namespace troupe::loop
