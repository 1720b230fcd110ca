// What the tests of the loop's sockets hear, and how they wait for it.
#pragma once

#include "messages/types/bytes.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::loop_test {

constexpr std::chrono::seconds generous{60}; // no test waits for time; this only ends one that has failed

// Collects events from the loop's thread; waits for what a predicate asks of all so far.
template <class Event>
class collector {
public:
  void operator()(Event e) {
    std::lock_guard held(mutex_);
    events_.push_back(std::move(e));
    changed_.notify_all();
  }
  template <class Wanted>
  bool wait(std::size_t count, std::vector<Wanted>* into = nullptr) {
    std::unique_lock held(mutex_);
    return changed_.wait_for(held, generous, [&] {
      std::vector<Wanted> found;
      for (const auto& e : events_)
        if (const auto* w = std::get_if<Wanted>(&e)) found.push_back(*w);
      bool enough = found.size() >= count;
      if (enough && into != nullptr) *into = std::move(found);
      return enough;
    });
  }
  std::size_t size() {
    std::lock_guard held(mutex_);
    return events_.size();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
};

inline byte_buffer bytes(std::string_view text) {
  auto v = view_of(text);
  return {v.begin(), v.end()};
}

} // namespace troupe::loop_test
