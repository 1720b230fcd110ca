// What a node needs of the world, and nothing else: node_main(actor_system&, env&) runs on the real one in trouped and
// on the simulated one in troupe-sim. Monotonic time is not here: it is the actor system's clock, which the simulator
// replaces. Each part is an interface beside its users; this file only bundles them.
#pragma once

#include "actors/env/disk.hpp"
#include "agents/processes.hpp"
#include "messages/types/bytes.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"
#include "transport/network.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace troupe::env {

// Unpredictable bytes: keys, ids, seeds. In the simulator: from the world's seed.
class entropy {
public:
  virtual ~entropy() = default;
  virtual void fill(std::span<std::byte> out) = 0;
  std::uint64_t number(); // 64 bits of it
};

// Calendar time for the stamps of commands. May jump; nothing that must be safe rests on it.
class calendar {
public:
  virtual ~calendar() = default;
  virtual stamp now() = 0;
};

enum class log_level : std::uint8_t { debug, info, warning, error };

// The daemon's own log, for people. `where` is the path of the actor or the name of the core that speaks.
class log_sink {
public:
  virtual ~log_sink() = default;
  virtual void write(log_level level, std::string_view where, std::string_view text) = 0;
};

// Who this machine is.
struct host_identity {
  machine_id machine; // from the file that node.toml names
  boot_id boot;       // of the kernel and of this PID namespace's first process
};

struct environment {
  transport::network& network;
  env::disk& disk;
  agents::processes& processes;
  env::entropy& entropy;
  env::calendar& calendar;
  log_sink& log;
  host_identity host;
};

} // namespace troupe::env
