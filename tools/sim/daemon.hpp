// One life of one node's daemon: an actor system over simulated parts, from node_main to the end by its own will, by
// SIGKILL or by power loss. The parts are shut before the system goes, so that nothing a dying actor does is seen.
#pragma once

#include "actors/node/node_main.hpp"
#include "tools/sim/process_table.hpp"
#include "tools/sim/scheduler.hpp"
#include "tools/sim/sim_disk.hpp"
#include "tools/sim/sim_network.hpp"

namespace troupe::sim {

using node_factory = std::function<caf::actor(caf::actor_system&, env::environment&, const node::node_options&)>;

// Times are counted from here, so that stamps look like dates.
inline constexpr stamp calendar_start{std::chrono::milliseconds{1'790'000'000'000}};

class daemon {
public:
  struct place { // where it runs
    kernel& k;
    fabric& network;
    disk_image& disk;
    process_table& processes;
    machine_index machine;
  };
  struct callbacks {
    std::function<void(daemon&)> on_ready; // an actor became ready
    std::function<void()> on_end;          // its root has ended by itself
  };
  daemon(place where, const node_factory& make, const node::node_options& options, callbacks call);
  ~daemon();
  daemon(const daemon&) = delete;
  daemon& operator=(const daemon&) = delete;

  [[nodiscard]] machine_index machine() const { return where_.machine; }
  [[nodiscard]] bool ready() const { return scheduler_->ready(); }
  void run_one();
  // Puts the earliest timer among the world's events, if it is not there already. After anything that ran actors,
  // and after anything that bent the machine's clock.
  void arm(bool clock_changed = false);
  [[nodiscard]] const caf::actor& root() const { return root_; }
  bool listed = false; // among the world's ready ones

private:
  class sim_entropy;
  class sim_calendar;
  class sim_log;
  void fire(std::uint64_t armed);

  place where_;
  callbacks call_;
  random_source order_;
  std::unique_ptr<sim_entropy> entropy_;
  std::unique_ptr<sim_calendar> calendar_;
  std::unique_ptr<sim_log> log_;
  network_card card_;
  sim_disk disk_;
  sim_processes processes_;
  env::environment env_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  node_scheduler* scheduler_ = nullptr;
  caf::actor root_;
  std::optional<instant> armed_; // by the machine's clock
  std::uint64_t arming_ = 0;
};

} // namespace troupe::sim
