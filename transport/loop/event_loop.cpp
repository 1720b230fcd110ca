#include "transport/loop/event_loop.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>

namespace troupe::loop {

// Turn and posted work by turns, so often at most before the sockets are looked at again.
constexpr int rounds_of_a_turn = 4;

event_loop::event_loop() {
  TROUPE_ASSERT(uv_loop_init(&loop_) == 0, "no descriptors left for an event loop");
  auto woken = [](uv_async_t*) {}; // what was posted runs before the next wait
  TROUPE_ASSERT(uv_async_init(&loop_, &wake_, woken) == 0, "no descriptors left for an event loop");
  uv_timer_init(&loop_, &wanted_);
  uv_prepare_init(&loop_, &before_wait_);
  before_wait_.data = this;
  uv_prepare_start(&before_wait_, [](uv_prepare_t* p) { static_cast<event_loop*>(p->data)->turn(); });
  thread_ = std::thread([this] { run(); });
}

void event_loop::run() {
  // A write to a closed socket is to fail, not to end the process. The mask is this thread's alone.
  sigset_t pipe{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT); // until the last handle is closed: our own, at the end
}

event_loop::~event_loop() {
  post([this] {
    std::lock_guard held(mutex_);
    ending_ = true;
    for (auto* own : {reinterpret_cast<uv_handle_t*>(&wake_), reinterpret_cast<uv_handle_t*>(&wanted_),
                      reinterpret_cast<uv_handle_t*>(&before_wait_)})
      uv_close(own, nullptr);
  });
  thread_.join();
  // Nothing is left if everything that lives on the loop was destroyed before it.
  if (uv_loop_close(&loop_) != 0) std::terminate();
}

void event_loop::post(std::function<void()> work) {
  std::lock_guard held(mutex_);
  if (ending_) return;
  posted_.push_back(std::move(work));
  if (posted_.size() == 1 && !here()) uv_async_send(&wake_); // our own thread comes by before it waits
}

void event_loop::each_turn(turn_work work) {
  call([&] { each_turn_ = std::move(work); });
}

instant event_loop::now() {
  return instant{std::chrono::steady_clock::now().time_since_epoch()};
}

void event_loop::turn() {
  std::optional<instant> wanted;
  bool again = true;
  for (int round = 0; again && round < rounds_of_a_turn; ++round) {
    again = run_posted();
    wanted = each_turn_ ? each_turn_() : std::nullopt;
    again = again || (wanted && *wanted <= now());
  }
  std::unique_lock held(mutex_);
  bool posted = !posted_.empty();
  bool ending = ending_;
  held.unlock();
  if (!ending) wait_until(posted || again ? std::optional(instant{}) : wanted);
}

// The timer is left alone while it is early enough: most turns change nothing about what is wanted next.
void event_loop::wait_until(std::optional<instant> wanted) {
  if (wanted == armed_) return;
  armed_ = wanted;
  if (!wanted) {
    uv_timer_stop(&wanted_);
    return;
  }
  // libuv counts whole milliseconds of the same clock, and rounds down: it must not come before its time.
  auto due = std::chrono::ceil<std::chrono::milliseconds>(wanted->time_since_epoch()).count();
  uv_update_time(&loop_); // else it would count from the beginning of this turn
  auto left = due - static_cast<std::int64_t>(uv_now(&loop_));
  wanted_.data = this;
  uv_timer_start(
      &wanted_, [](uv_timer_t* t) { static_cast<event_loop*>(t->data)->armed_.reset(); },
      static_cast<std::uint64_t>(std::max<decltype(left)>(left, 0)), 0);
}

bool event_loop::run_posted() {
  std::vector<std::function<void()>> batch;
  {
    std::lock_guard held(mutex_);
    batch.swap(posted_);
  }
  for (auto& work : batch) work();
  return !batch.empty();
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
