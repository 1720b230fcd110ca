// The world's side of faults: those of one moment strike here, the others act through active_faults while they last.
#include "tools/sim/overloaded.hpp"
#include "tools/sim/world.hpp"

#include <caf/all.hpp>

namespace troupe::sim {

void world::begin(const fault& f) {
  kernel_.tell(truth_kind::fault_began, {}, {}, describe(f));
  for (auto* o : observers_) o->struck(kernel_.now(), f);
  if (strike(f)) return;
  auto ticket = kernel_.faults().begin(f);
  if (f.lasts != duration{})
    kernel_.after(f.lasts, kernel_.world(), [this, ticket, name = name_of(f)] { end(ticket, name); });
}

void world::end(active_faults::ticket ticket, std::string_view name) {
  if (!kernel_.faults().end(ticket)) return; // healed before
  kernel_.tell(truth_kind::fault_ended, {}, {}, std::string(name));
}

void world::bend_clock(machine_index m, std::int64_t ppm) {
  auto& clock = kernel_.hardware(m).clock;
  if (clock.drifts_by() == ppm) return;
  clock.drift(kernel_.now(), ppm);
  if (auto& d = machines_[m.value]->running) d->arm(true);
}

// True: it was a matter of the moment. What lasts and is not in active_faults ends by an event of its own.
bool world::strike(const fault& f) {
  auto later = [&](auto what) {
    if (f.lasts != duration{}) kernel_.after(f.lasts, kernel_.world(), std::move(what));
  };
  auto find = [&](const auto& kind) { return kernel_.find(kind.node); };
  return std::visit(overloaded{[&](const faults::power_loss& x) {
                                 auto m = find(x);
                                 if (kernel_.hardware(m).power != power::off) kernel_.effects().add(effect::power_lost);
                                 power_off(m, "power lost");
                                 later([this, m] { power_on(m); });
                                 return true;
                               },
                               [&](const faults::daemon_restart& x) {
                                 auto m = find(x);
                                 if (machines_[m.value]->running) kernel_.effects().add(effect::daemon_restarted);
                                 kill_daemon(m, "killed", f.lasts);
                                 return true;
                               },
                               [&](const faults::daemon_leaves& x) {
                                 auto& here = *machines_[find(x).value];
                                 if (!here.running) return true;
                                 here.stays_away = f.lasts;
                                 caf::anon_send(here.running->root(), node::leave{});
                                 return true;
                               },
                               [&](const faults::pause& x) {
                                 auto m = find(x);
                                 kernel_.pause(m, x.clock_stops);
                                 later([this, m] { wake(m); });
                                 return true;
                               },
                               [&](const faults::clock_drift& x) {
                                 auto m = find(x);
                                 kernel_.effects().add(effect::clock_drifted);
                                 bend_clock(m, x.by);
                                 later([this, m] { bend_clock(m, 0); });
                                 return true;
                               },
                               [&](const faults::calendar_jump& x) {
                                 auto m = find(x);
                                 kernel_.effects().add(effect::calendar_jumped);
                                 kernel_.hardware(m).calendar_offset += x.by;
                                 later([this, m, by = x.by] { kernel_.hardware(m).calendar_offset -= by; });
                                 return true;
                               },
                               [&](const faults::service_dies& x) {
                                 auto& table = machines_[find(x).value]->processes;
                                 auto slice = x.slice;
                                 if (slice.empty() && !table.services().empty()) {
                                   auto chosen = table.services().begin();
                                   std::advance(chosen,
                                                static_cast<std::ptrdiff_t>(random_.below(table.services().size())));
                                   slice = chosen->first;
                                 }
                                 if (!table.services().contains(slice)) return true;
                                 kernel_.effects().add(effect::service_died);
                                 table.kill_service(slice, "died");
                                 return true;
                               },
                               [&](const faults::disk_replaced& x) {
                                 auto m = find(x);
                                 power_off(m, "disk replaced");
                                 machines_[m.value]->disk.replace();
                                 kernel_.effects().add(effect::disk_replaced);
                                 later([this, m] { power_on(m); });
                                 return true;
                               },
                               [&](const faults::disk_bit_flip& x) {
                                 if (machines_[find(x).value]->disk.flip_bit(random_))
                                   kernel_.effects().add(effect::bit_flipped);
                                 return true;
                               },
                               [&](const faults::heal&) {
                                 heal();
                                 return true;
                               },
                               [](const auto&) { return false; }},
                    f.what);
}

void world::wake(machine_index m) {
  if (!kernel_.hardware(m).paused) return;
  kernel_.resume(m);
  auto& d = machines_[m.value]->running;
  if (!d) return;
  d->arm(true);
  if (d->ready() && !std::exchange(d->listed, true)) ready_.push_back(d.get());
}

void world::heal() {
  kernel_.faults().clear();
  for (std::uint32_t i = 0; i < kernel_.machine_count(); ++i) {
    machine_index m{i};
    wake(m);
    bend_clock(m, 0);
    power_on(m);
  }
}

} // namespace troupe::sim
