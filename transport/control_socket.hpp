// The local socket through which operators talk to their daemon: a Unix socket, mode 0600, that tells who calls. What
// is said over it is the console's business; here are bytes and credentials. Like env.network: calls never wait, events
// come through the handler, from the loop's thread.
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/strong.hpp"

#include <functional>
#include <string>
#include <variant>

namespace troupe::transport {

// At once. The next one takes the place of whoever was silent longest since he connected: a program that hangs must not
// keep an operator out. If all have said something, the next one is closed.
inline constexpr std::size_t max_callers = 32;
inline constexpr std::size_t max_caller_backlog = std::size_t{8} << 20; // answers not read; then it is closed

using caller_id = ordinal<struct caller_tag>; // of this process, never reused

struct caller_credentials { // as the kernel says (SO_PEERCRED), at the time of the connection
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  std::int32_t process = 0;
};

struct caller_connected {
  caller_id caller;
  caller_credentials who;
};
struct caller_data {
  caller_id caller;
  byte_buffer data;
};
struct caller_gone { // not sent for one that close() ended
  caller_id caller;
};
using control_event = std::variant<caller_connected, caller_data, caller_gone>;

class control_socket {
public:
  using handler = std::function<void(control_event)>;

  virtual ~control_socket() = default;
  // Returns an empty string, or why it could not be opened. A socket that a dead daemon left is replaced, that of a
  // living one and any other file are not.
  virtual std::string open(const std::string& path, handler on_event) = 0;
  virtual void write(caller_id caller, byte_buffer data) = 0;
  virtual void close(caller_id caller) = 0; // after what was written
};

} // namespace troupe::transport
