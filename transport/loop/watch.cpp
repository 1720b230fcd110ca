#include "transport/loop/watch.hpp"

#include "messages/types/assert.hpp"

namespace troupe::loop {

namespace {

// libuv keeps using a handle until its close callback: the state, and in it the callback, outlives its watcher by one
// turn of the loop. So a callback may destroy its own watcher.
template <class State>
void end_watch(event_loop& loop, State* state) {
  loop.call([state] {
    uv_close(reinterpret_cast<uv_handle_t*>(&state->handle),
             [](uv_handle_t* h) { delete static_cast<State*>(h->data); });
  });
}

template <class State>
void fire(void* data) {
  static_cast<State*>(data)->call();
}

} // namespace

struct readable_watch::state {
  uv_poll_t handle{};
  std::function<void()> call;
};
struct signal_watch::state {
  uv_signal_t handle{};
  std::function<void()> call;
};
struct timer::state {
  uv_timer_t handle{};
  std::function<void()> call;
};

readable_watch::readable_watch(event_loop& loop, int descriptor, std::function<void()> on_readable, kind what)
  : loop_(loop)
  , state_(new state{{}, std::move(on_readable)}) {
  int failed = 0;
  loop_.call([&] {
    state_->handle.data = state_;
    failed = uv_poll_init(loop_.uv(), &state_->handle, descriptor);
    if (failed != 0) return;
    // An error on the descriptor shows as readable too: the reader sees it.
    auto ready = [](uv_poll_t* h, int, int) { fire<state>(h->data); };
    uv_poll_start(&state_->handle, what == kind::urgent ? UV_PRIORITIZED : UV_READABLE, ready);
  });
  if (failed != 0) delete state_;
  TROUPE_ASSERT(failed == 0, "a descriptor that cannot be polled");
}
readable_watch::~readable_watch() {
  end_watch(loop_, state_);
}

signal_watch::signal_watch(event_loop& loop, int signal_number, std::function<void()> on_signal)
  : loop_(loop)
  , state_(new state{{}, std::move(on_signal)}) {
  int failed = 0;
  loop_.call([&] {
    state_->handle.data = state_;
    uv_signal_init(loop_.uv(), &state_->handle);
    failed = uv_signal_start(
        &state_->handle, [](uv_signal_t* h, int) { fire<state>(h->data); }, signal_number);
  });
  if (failed != 0) end_watch(loop_, state_);
  TROUPE_ASSERT(failed == 0, "a signal that cannot be caught");
}
signal_watch::~signal_watch() {
  end_watch(loop_, state_);
}

timer::timer(event_loop& loop, duration after, std::function<void()> on_time)
  : loop_(loop)
  , state_(new state{{}, std::move(on_time)}) {
  auto whole = std::chrono::ceil<std::chrono::milliseconds>(after).count();
  loop_.call([&] {
    state_->handle.data = state_;
    uv_timer_init(loop_.uv(), &state_->handle);
    uv_update_time(loop_.uv()); // else `after` would count from the beginning of this turn
    uv_timer_start(
        &state_->handle, [](uv_timer_t* h) { fire<state>(h->data); },
        static_cast<std::uint64_t>(std::max<decltype(whole)>(whole, 0)), 0);
  });
}
timer::~timer() {
  end_watch(loop_, state_);
}

} // namespace troupe::loop
