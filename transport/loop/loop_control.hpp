// The control socket for real: a Unix socket on the event loop.
#pragma once

#include "transport/control_socket.hpp"
#include "transport/loop/bounded_stream.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <set>

namespace troupe::loop {

// For the start of the daemon, before there is anything that must not wait: false if somebody listens at `path`, and
// still after `limit`. Whoever goes within it is noticed at once.
bool nobody_listens(const std::string& path, std::chrono::milliseconds limit);

class loop_control final : public transport::control_socket {
public:
  explicit loop_control(event_loop& loop)
    : loop_(loop) {}
  ~loop_control() override; // removes the socket's file
  loop_control(const loop_control&) = delete;
  loop_control& operator=(const loop_control&) = delete;

  std::string open(const std::string& path, handler on_event) override;
  void write(transport::caller_id caller, byte_buffer data) override;
  void close(transport::caller_id caller) override;

private:
  struct listener;

  std::string listen_on(int descriptor);
  void accept();
  void make_room();
  void lose(transport::caller_id caller);

  event_loop& loop_;
  handler on_event_;
  std::string path_;
  listener* listener_ = nullptr; // frees itself
  std::map<transport::caller_id, bounded_stream*> callers_;
  std::set<transport::caller_id> silent_; // of them, those that have said nothing yet; the oldest first
  std::uint64_t last_caller_ = 0;
};

} // namespace troupe::loop
