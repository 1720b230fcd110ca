// One run of one seed, judged: what troupe-sim run, its sweep and the tests all do.
#pragma once

#include "tools/sim/effects.hpp"
#include "tools/sim/observer.hpp"
#include "tools/sim/scenario.hpp"
#include "tools/sim/world.hpp"

namespace troupe::sim {

struct run_report {
  std::uint64_t seed = 0;
  std::uint64_t trace_hash = 0;
  std::uint64_t trace_lines = 0;
  std::uint64_t resumes = 0;
  std::uint64_t datagrams = 0;
  tally effects;
  std::string load;                  // messages handled, by kind of actor
  std::vector<violation> violations; // by time
  std::vector<std::string> story;    // the lines that led to the first violation, or the last ones
};

inline constexpr std::size_t story_lines = 40;

// Ends within a second of the first violation: what comes after one proves nothing, and a bug may make the rest as long
// as it likes; what is judged at the end is then not judged. An exception out of a node's own code does not get here
// (its actor ends); one of the simulator's does.
run_report run_seed(world_options options, const invariant_registry& invariants);

} // namespace troupe::sim
