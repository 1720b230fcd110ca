#include "tools/sim/kernel.hpp"

#include "messages/types/assert.hpp"
#include "messages/types/digest.hpp"

#include <fmt/format.h>

namespace troupe::sim {

static std::uint64_t seed_for(std::uint64_t seed, std::string_view what, std::uint64_t number) {
  byte_buffer numbers;
  put_le(numbers, seed);
  put_le(numbers, number);
  return get_le<std::uint64_t>(digest_of({view_of(what), numbers}), 0);
}

kernel::kernel(options how)
  : seed_(how.seed)
  , tick_(how.tick)
  , random_(seed_for(how.seed, "run order", 0))
  , queue_(random_source{seed_for(how.seed, "ties", 0)})
  , faults_(how.machines)
  , trace_(std::move(how.trace_sink)) {
  TROUPE_ASSERT(tick_ > duration{}, "time rounded to nothing");
  for (auto& each : how.machines) machines_.emplace_back().name = std::move(each);
}

void kernel::at(instant when, event_owner owner, task run) {
  auto ns = when.time_since_epoch().count();
  auto tick = tick_.count();
  queue_.push(instant{duration{(ns + tick - 1) / tick * tick}}, owner, std::move(run));
}

bool kernel::stale(const event_owner& owner) const {
  switch (owner.of) {
  case scope::world: return false;
  case scope::boot: return hardware(owner.machine).boot != owner.epoch || hardware(owner.machine).power == power::off;
  case scope::life: return hardware(owner.machine).life != owner.epoch;
  }
  return false;
}

bool kernel::step(instant limit) {
  if (queue_.empty() || queue_.next() > limit) {
    now_ = std::max(now_, limit);
    return false;
  }
  if (queue_.next() > now_) {
    now_ = queue_.next();
    at_this_moment_ = 0;
  }
  ++at_this_moment_;
  run(queue_.pop());
  return true;
}

void kernel::run(event_queue::event event) {
  if (stale(event.owner)) return;
  if (event.owner.of != scope::world && hardware(event.owner.machine).paused) {
    hardware(event.owner.machine).held.push_back(std::move(event));
    return;
  }
  event.run();
}

machine_index kernel::find(const node_name& name) const {
  for (std::uint32_t i = 0; i < machines_.size(); ++i)
    if (machines_[i].name == name) return machine_index{i};
  assertion_failed("find(name)", "a plan is checked against the machines before it runs");
}

void kernel::pause(machine_index m, bool clock_stops) {
  auto& machine = hardware(m);
  if (machine.paused || machine.power != power::on) return;
  machine.paused = true;
  if (clock_stops) machine.clock.stop(now_);
  effects_.add(clock_stops ? effect::machine_and_clock_paused : effect::machine_paused);
  tell(truth_kind::paused, m, {}, clock_stops ? "with its clock" : "its clock goes on");
}

void kernel::resume(machine_index m) {
  auto& machine = hardware(m);
  if (!machine.paused) return;
  machine.paused = false;
  if (!machine.clock.running()) machine.clock.go_on(now_);
  tell(truth_kind::resumed, m);
  auto held = std::move(machine.held);
  machine.held.clear();
  // One of them may end the boot, or pause it again: each asks anew.
  for (auto& event : held) run(std::move(event));
}

random_source kernel::random_for(std::string_view what, std::uint64_t number) const {
  return random_source{seed_for(seed_, what, number)};
}

void kernel::tell(truth_kind kind, machine_index m, std::string slice, std::string detail) {
  auto text =
      fmt::format("{}{}{}{}{}", name_of(kind), slice.empty() ? "" : " ", slice, detail.empty() ? "" : ": ", detail);
  trace_.story(now_, kind >= truth_kind::fault_began ? "world" : name(m), text);
  truth_.add({now_, kind, m, hardware(m).boot, std::move(slice), std::move(detail)});
}

} // namespace troupe::sim
