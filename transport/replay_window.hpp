// Which counters of a session have been seen: the newest 1024. Older ones are refused unseen, so that reordering inside
// of the window is harmless and a replay never passes. Ask before opening (cheap), mark only after authentication: else
// a forger could move the window.
#pragma once

#include <bitset>
#include <cstdint>

namespace troupe::transport {

class replay_window {
public:
  static constexpr std::uint64_t size = 1024;

  [[nodiscard]] bool fresh(std::uint64_t counter) const {
    if (counter >= next_) return true;
    return next_ - counter <= size && !seen_[counter % size];
  }
  void mark(std::uint64_t counter) {
    if (counter >= next_) {
      if (counter - next_ >= size)
        seen_.reset();
      else
        for (auto skipped = next_; skipped < counter; ++skipped) seen_.reset(skipped % size);
      next_ = counter + 1;
    }
    seen_.set(counter % size);
  }

private:
  std::uint64_t next_ = 0; // one above the newest seen
  std::bitset<size> seen_;
};

} // namespace troupe::transport
