// What is to happen, by virtual time. Events of the same moment come in an order drawn from the seed: nothing in a
// real cluster orders them either. Whoever needs an order (a stream, a disk) keeps a queue of its own and puts one
// event at a time in here.
//
// A heap of 24-byte entries over a slab of tasks: no allocation per event once it has grown.
#pragma once

#include "messages/types/ids.hpp"
#include "messages/types/random.hpp"
#include "messages/types/time.hpp"
#include "tools/sim/task.hpp"

#include <cstdint>
#include <vector>

namespace troupe::sim {

using machine_index = ordinal<struct machine_tag, std::uint32_t>; // a machine of the world, from 0

// Whose event it is. One of a machine waits while the machine is paused; one of a boot or of a daemon's life is
// dropped when that has ended.
enum class scope : std::uint8_t { world, boot, life };
struct event_owner {
  machine_index machine;
  scope of = scope::world;
  std::uint32_t epoch = 0; // which boot, or which life
};

class event_queue {
public:
  struct event {
    event_owner owner;
    task run;
  };

  explicit event_queue(random_source random)
    : random_(random) {}

  void push(instant at, event_owner owner, task run);
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] instant next() const { return heap_.front().at; }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  event pop();

private:
  struct entry {
    instant at;
    std::uint64_t tie; // drawn, with the slot in its low bits: total, and the same in every run
    [[nodiscard]] std::size_t slot() const { return tie & 0xffffffff; }
    bool operator>(const entry& other) const { return at != other.at ? at > other.at : tie > other.tie; }
  };
  random_source random_;
  std::vector<entry> heap_;
  std::vector<event> slots_;
  std::vector<std::uint32_t> free_;
};

} // namespace troupe::sim
