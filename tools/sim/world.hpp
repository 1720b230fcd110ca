// The world: N machines, what lies between them, and the loop that runs it all in one thread from one seed. While any
// actor anywhere is ready, the seed picks a node and an actor; else time moves to the next event.
//
// A machine that is powered on boots for a while, then its daemon starts; a daemon that ends by itself is started
// again by init. Children of the daemon outlive it; nothing outlives the machine but its disk.
#pragma once

#include "tools/sim/daemon.hpp"
#include "tools/sim/observer.hpp"
#include "tools/sim/operators.hpp"
#include "tools/sim/scenario.hpp"

namespace troupe::sim {

inline constexpr duration boot_takes_least = std::chrono::seconds{3};
inline constexpr std::uint64_t boot_takes_spread_ms = 4000;
// Before init starts a daemon again that ended by itself; doubles while it keeps ending within init_forgives.
inline constexpr duration init_waits = std::chrono::seconds{1};
inline constexpr duration init_waits_most = std::chrono::seconds{16};
inline constexpr duration init_forgives = std::chrono::seconds{30};
inline constexpr duration looks_every = std::chrono::seconds{2}; // at the daemons' actors, for observers
// Messages and events at one moment of virtual time: beyond it something wakes itself up without end, and would eat all
// memory before time goes on.
inline constexpr std::uint64_t max_at_one_moment = 500'000;
inline constexpr duration calendar_skew = std::chrono::milliseconds{50}; // at most, either way, from the start

struct world_options {
  std::uint64_t seed = 0;
  scenario plan{};
  std::set<std::string> plants{};
  trace::line_sink trace_sink{};
  node_factory make = node::node_main;
  std::optional<node::tuning> sizes{}; // unset: the seed draws them
  bool calm = false; // the default tolerate, and operators who seldom speak and want nothing changed
  bool with_operators = true; // who form a cluster and speak to it; tests of the world alone do without
};

class world {
public:
  explicit world(world_options options);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  // Reads the truth, and what the nodes say they applied. Before run().
  void watch(observer& o);

  void run_until(instant when);
  void run() { run_until(instant{options_.plan.faults_for + options_.plan.quiet_for}); }
  void begin(const fault& f); // as if the plan had said so, now

  kernel& inside() { return kernel_; }
  fabric& network() { return fabric_; }
  disk_image& disk(machine_index m) { return machines_[m.value]->disk; }
  process_table& processes(machine_index m) { return machines_[m.value]->processes; }
  [[nodiscard]] const daemon* daemon_of(machine_index m) const { return machines_[m.value]->running.get(); }
  [[nodiscard]] std::uint64_t resumes() const { return resumes_; }
  // Why the run ended early: time stands still, and who is to blame; empty: it did not.
  [[nodiscard]] const std::string& stuck() const { return stuck_; }
  [[nodiscard]] const sim::operators* people() const { return operators_.get(); }

  // --- what faults and fence devices do to machines ---
  void power_off(machine_index m, std::string why);
  void power_on(machine_index m);
  void kill_daemon(machine_index m, std::string why, duration back_after);

private:
  struct machine {
    disk_image disk;
    process_table processes;
    std::unique_ptr<sim::daemon> running;
    node::node_options options;
    instant daemon_since{};
    duration init_wait = init_waits;
    std::optional<duration> stays_away{}; // it was told to leave, and is started again so long after its end
  };
  void let_operators_in();
  void start_daemon(machine_index m);
  void daemon_ended(machine_index m);
  void boot(machine_index m, duration takes);
  void run_ready();
  bool run_one_ready();
  void watch_the_moment();
  void look_at_actors();
  void write_down(const node::applied_command& what);
  void end(active_faults::ticket ticket, std::string_view name);
  bool strike(const fault& f);
  void heal();
  void wake(machine_index m);
  void bend_clock(machine_index m, std::int64_t ppm);
  [[nodiscard]] duration boot_time();

  world_options options_;
  kernel kernel_;
  fabric fabric_;
  power_grid grid_;
  std::vector<machine_identity> identities_;
  std::unique_ptr<sim::operators> operators_;
  random_source random_; // of the world's own choices
  std::vector<std::unique_ptr<machine>> machines_;
  std::vector<daemon*> ready_;
  std::vector<observer*> observers_;
  std::uint64_t resumes_ = 0;
  instant moment_{}; // of the messages counted here
  std::uint64_t resumed_at_moment_ = 0;
  std::map<std::pair<machine_index, std::string>, std::uint64_t> handled_halfway_; // to that limit, by path
  std::string stuck_;
  log_index written_;
};

} // namespace troupe::sim
