// A byte stream on the loop, TCP or Unix: reads as it comes, writes up to a limit, ends in good order. All on the
// loop's thread. It belongs to itself: whoever made it forgets it with its last event, or with finish() or abort().
#pragma once

#include "messages/types/bytes.hpp"
#include "transport/loop/event_loop.hpp"

namespace troupe::loop {

class bounded_stream {
public:
  enum class kind { tcp, local };
  static constexpr std::uint64_t drain_milliseconds = 2000; // for what was written before finish()

  static bounded_stream* make(event_loop& loop, kind what, std::size_t max_backlog);

  std::function<void(int)> on_connect; // once, 0 or libuv's error; before anything else
  std::function<void(byte_buffer)> on_data;
  std::function<void(int)> on_end; // libuv's error, or UV_EOF; the last event

  [[nodiscard]] uv_stream_t* stream() { return &handle_.stream; }
  [[nodiscard]] uv_tcp_t* tcp() { return &handle_.tcp; }
  [[nodiscard]] uv_pipe_t* local() { return &handle_.pipe; }
  void connect(const sockaddr* to); // answered by on_connect, also at once
  void start_reading();
  // False, and nothing is written: the other end does not drain. The caller ends it.
  bool write(byte_buffer data);
  void finish();       // sends what was written, then closes
  void abort();        // closes at once
  void end(int error); // tells on_end, closes

private:
  bounded_stream(event_loop& loop, std::size_t max_backlog)
    : loop_(loop)
    , max_backlog_(max_backlog) {}

  event_loop& loop_;
  union {
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  } handle_{};
  uv_timer_t drain_{};
  uv_connect_t connect_{};
  uv_shutdown_t shutdown_{};
  std::size_t max_backlog_;
  int open_handles_ = 2;
  bool closing_ = false;
};

} // namespace troupe::loop
