// What happens in the world beside the truth of services and machines: agents' operations that begin and end, and what
// daemons write into their logs. Told to whoever subscribed, kept by nobody: a run has hundreds of thousands of them.
#pragma once

#include "actors/env/env.hpp"
#include "tools/sim/event_queue.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::sim {

struct operation_event { // of an agent's program
  instant at;
  machine_index machine;
  std::uint32_t boot = 0;
  std::string slice;
  std::string scope;         // an act's is its number in the log
  std::string action;        // "start", "monitor"; of a fence agent "off"
  std::string target;        // of a fence agent: whom it switches; else empty
  std::optional<int> status; // set: it has ended, with this exit code

  [[nodiscard]] bool began() const { return !status; }
};

struct log_line {
  instant at;
  machine_index machine;
  env::log_level level{};
  std::string_view where;
  std::string_view text;
};

template <class Event>
class feed {
public:
  using reader = std::function<void(const Event&)>;
  void subscribe(reader r) { readers_.push_back(std::move(r)); }
  void tell(const Event& e) const {
    for (const auto& read : readers_) read(e);
  }

private:
  std::vector<reader> readers_;
};

} // namespace troupe::sim
