// A small deterministic generator for choices that must not repeat between nodes but need not be secret: probe
// order, jitter, the simulator's faults. Seeded from env.entropy (keys and nonces come from there directly). The
// standard distributions are not used: their output differs between libraries, and a seed must replay to the byte.
// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace troupe {

class random_source {
public:
  explicit random_source(std::uint64_t seed)
    : state_(seed) {}

  std::uint64_t next();
  // Uniform in [0, bound); 0 for a bound of 0.
  std::uint64_t below(std::uint64_t bound);
  // True `parts` times in a million.
  bool chance(std::uint32_t parts_per_million) { return below(1'000'000) < parts_per_million; }
  // A generator of its own, so that what one part draws does not shift what another one sees.
  random_source fork() { return random_source{next()}; }

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t left = items.size(); left > 1; --left) std::swap(items[left - 1], items[below(left)]);
  }

private:
  std::uint64_t state_;
};

} // namespace troupe
