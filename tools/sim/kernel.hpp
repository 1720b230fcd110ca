// The simulator's inside without actors: virtual time, the events, the machines as far as hardware goes, which faults
// act, the truth and the trace. Network, disks, processes and power build on this and are tested on it; only the
// daemons (tools/sim/daemon) know CAF.
//
// Time is rounded up to `tick`: several things then fall on the same moment and their order is the seed's choice,
// which finds more interleavings than exact times do.
#pragma once

#include "tools/sim/active_faults.hpp"
#include "tools/sim/effects.hpp"
#include "tools/sim/event_queue.hpp"
#include "tools/sim/feed.hpp"
#include "tools/sim/local_clock.hpp"
#include "tools/sim/trace.hpp"
#include "tools/sim/truth.hpp"

#include <memory>

namespace troupe::sim {

enum class power : std::uint8_t { off, booting, on };

struct machine_hardware {
  node_name name;
  sim::power power = sim::power::off;
  bool paused = false;
  std::uint32_t boot = 0; // counts boots; never goes back
  std::uint32_t life = 0; // counts lives of the daemon
  local_clock clock;
  duration calendar_offset{};
  std::vector<event_queue::event> held; // what came while it was paused, in order
};

class kernel {
public:
  struct options {
    std::uint64_t seed = 0;
    std::vector<node_name> machines;
    duration tick = std::chrono::milliseconds{1};
    trace::line_sink trace_sink;
  };
  explicit kernel(options how);

  // --- time ---
  [[nodiscard]] instant now() const { return now_; }
  void at(instant when, event_owner owner, task run);
  void after(duration delay, event_owner owner, task run) { at(now_ + delay, owner, std::move(run)); }
  [[nodiscard]] event_owner world() const { return {}; }
  [[nodiscard]] event_owner boot_of(machine_index m) const { return {m, scope::boot, hardware(m).boot}; }
  [[nodiscard]] event_owner life_of(machine_index m) const { return {m, scope::life, hardware(m).life}; }
  // Runs the next event that is due by `limit`. False, with the time at `limit`, when there is none.
  bool step(instant limit);
  // How many events have run at this very moment.
  [[nodiscard]] std::uint64_t at_this_moment() const { return at_this_moment_; }

  // --- machines ---
  [[nodiscard]] std::size_t machine_count() const { return machines_.size(); }
  [[nodiscard]] const machine_hardware& hardware(machine_index m) const { return machines_[m.value]; }
  [[nodiscard]] machine_hardware& hardware(machine_index m) { return machines_[m.value]; }
  [[nodiscard]] const std::string& name(machine_index m) const { return hardware(m).name.text; }
  [[nodiscard]] machine_index find(const node_name& name) const; // one of ours, or an assertion
  [[nodiscard]] bool answers(machine_index m) const { return hardware(m).power == power::on && !hardware(m).paused; }
  void pause(machine_index m, bool clock_stops);
  void resume(machine_index m);

  // --- what everybody shares ---
  random_source& random() { return random_; }
  // A generator that depends on the seed and on `what` alone.
  [[nodiscard]] random_source random_for(std::string_view what, std::uint64_t number = 0) const;
  active_faults& faults() { return faults_; }
  tally& effects() { return effects_; }
  trace& record() { return trace_; }
  truth_log& truth() { return truth_; }
  feed<operation_event>& operations() { return operations_; }
  feed<log_line>& logs() { return logs_; }
  void tell(truth_kind kind, machine_index m, std::string slice = {}, std::string detail = {});

private:
  void run(event_queue::event event);
  [[nodiscard]] bool stale(const event_owner& owner) const;

  std::uint64_t seed_;
  duration tick_;
  instant now_{};
  std::uint64_t at_this_moment_ = 0;
  std::vector<machine_hardware> machines_;
  random_source random_;
  event_queue queue_;
  active_faults faults_;
  tally effects_;
  trace trace_;
  truth_log truth_;
  feed<operation_event> operations_;
  feed<log_line> logs_;
};

} // namespace troupe::sim
