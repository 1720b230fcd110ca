// Watchers on the event loop: a descriptor, a signal, a point in time. Built and destroyed from any thread; the
// callback runs on the loop's thread and, once the destructor has returned, never again. A callback may destroy its own
// watcher.
#pragma once

#include "messages/types/time.hpp"
#include "transport/loop/event_loop.hpp"

#include <memory>

namespace troupe::loop {

// Calls whenever the descriptor can be read. For a pidfd: once the process has ended. The descriptor stays the
// caller's, and is closed after the watcher. Urgent: only for what poll() calls priority, which is how files of the
// kernel that can always be read (cgroup.events) tell that they have changed.
class readable_watch {
public:
  enum class kind { normal, urgent };
  readable_watch(event_loop& loop, int descriptor, std::function<void()> on_readable, kind what = kind::normal);
  ~readable_watch();
  readable_watch(const readable_watch&) = delete;
  readable_watch& operator=(const readable_watch&) = delete;

private:
  struct state;
  event_loop& loop_;
  state* state_ = nullptr; // frees itself when libuv has let go of it
};

class signal_watch {
public:
  signal_watch(event_loop& loop, int signal_number, std::function<void()> on_signal);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

private:
  struct state;
  event_loop& loop_;
  state* state_ = nullptr;
};

// Calls once, `after` from now (milliseconds, rounded up).
class timer {
public:
  timer(event_loop& loop, duration after, std::function<void()> on_time);
  ~timer();
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

private:
  struct state;
  event_loop& loop_;
  state* state_ = nullptr;
};

} // namespace troupe::loop
