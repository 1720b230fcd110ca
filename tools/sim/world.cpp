#include "tools/sim/world.hpp"

#include "actors/history/describe.hpp"
#include "messages/types/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::sim {

using namespace std::chrono_literals;

// Two seeds of three have small files and messages: segments end, snapshots are taken and sent in chunks.
static node::tuning draw_sizes(const kernel& k) {
  auto random = k.random_for("sizes");
  node::tuning sizes;
  if (random.below(3) == 0) return sizes;
  sizes.batch_bytes = std::size_t{8} << 10;
  sizes.message_bytes = std::size_t{16} << 10;
  sizes.chunk_bytes = 512 + random.below(4096);
  sizes.journal_segment = static_cast<std::uint32_t>((64 + 64 * random.below(4)) << 10);
  sizes.snapshot_after = 8 + random.below(120);
  sizes.keep_behind = random.below(64);
  return sizes;
}

world::world(world_options options)
  : options_(std::move(options))
  , kernel_({options_.seed, options_.plan.machines, options_.plan.tick, std::move(options_.trace_sink)})
  , fabric_(kernel_)
  , grid_(
        kernel_, [this](machine_index m, std::string why) { power_off(m, std::move(why)); },
        [this](machine_index m) { power_on(m); })
  , identities_(identities(kernel_))
  , random_(kernel_.random_for("world")) {
  auto count = static_cast<std::uint32_t>(kernel_.machine_count());
  TROUPE_ASSERT(count > 0 && count <= max_machines, "a world has machines, and a limit of them");
  auto sizes = options_.sizes ? *options_.sizes : draw_sizes(kernel_);
  for (std::uint32_t i = 0; i < count; ++i) {
    machine_index m{i};
    node::node_options how;
    how.name = kernel_.hardware(m).name;
    how.identity_seed = identities_[i].seed;
    how.listen = {identities_[i].where};
    for (std::uint32_t other = 0; other < count; ++other)
      if (other != i)
        how.seeds.push_back({identities_[other].name, identities_[other].key, {identities_[other].where}});
    how.sizes = sizes;
    how.plants = options_.plants;
    how.on_applied = [this, m](const node::applied_command& what) {
      write_down(what);
      if (operators_) operators_->applied(what);
      for (auto* o : observers_) o->applied(kernel_.now(), m, what);
    };
    machines_.push_back(
        std::make_unique<machine>(machine{{}, process_table{kernel_, m, grid_}, nullptr, how, {}, init_waits, {}}));
    kernel_.hardware(m).calendar_offset =
        duration{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(2 * calendar_skew.count())))} -
        calendar_skew;
    boot(m, duration{static_cast<std::int64_t>(random_.below(500'000'000))});
  }
  if (options_.with_operators) let_operators_in();
  kernel_.after(looks_every, kernel_.world(), [this] { look_at_actors(); });
  for (const auto& f : options_.plan.plan) kernel_.at(instant{f.at}, kernel_.world(), [this, &f] { begin(f); });
}

void world::let_operators_in() {
  auto root_of = [this](machine_index m) {
    auto* running = daemon_of(m);
    return running ? running->root() : caf::actor{};
  };
  auto told = [this](const told_outcome& t) {
    for (auto* o : observers_) o->told(kernel_.now(), t);
  };
  auto configuration = draw_cluster(identities_, kernel_.random_for("cluster"));
  if (options_.calm) configuration.tolerate = config::cluster{}.tolerate;
  for (auto& line : describe(configuration)) kernel_.record().aside(kernel_.now(), "cluster", line);
  auto calm_from = options_.calm ? instant{} : instant{options_.plan.faults_for};
  auto switch_on = [this](machine_index m) { power_on(m); };
  operators_ = std::make_unique<sim::operators>(
      operators::view{kernel_, root_of, told, switch_on, calm_from, options_.calm}, std::move(configuration));
  operators_->begin();
}

world::~world() {
  for (auto& m : machines_) m->running.reset();
}

void world::watch(observer& o) {
  observers_.push_back(&o);
  o.begins(options_.plan);
  kernel_.operations().subscribe([&o](const operation_event& event) { o.operation(event); });
  kernel_.logs().subscribe([&o](const log_line& line) { o.logged(line); });
  kernel_.truth().subscribe([&o](const truth_event& event) { o.see(event); });
}

// The log, among the lines of the trace.
void world::write_down(const node::applied_command& what) {
  if (what.index <= written_ || !kernel_.record().written() || !what.what) return;
  written_ = what.index;
  auto refused = what.refused == refusal::none ? "" : fmt::format(" REFUSED: {}", name_of(what.refused));
  kernel_.record().aside(kernel_.now(), "log",
                         fmt::format("{} {} ({}){}", what.index.value, history::describe(what.what->what),
                                     name_of(what.what->from.why), refused));
}

void world::look_at_actors() {
  for (std::uint32_t i = 0; i < machines_.size() && !observers_.empty(); ++i) {
    if (!machines_[i]->running) continue;
    auto rows = machines_[i]->options.directory->list();
    for (auto* o : observers_) o->actors(kernel_.now(), machine_index{i}, rows);
  }
  kernel_.after(looks_every, kernel_.world(), [this] { look_at_actors(); });
}

// --- the loop ---
void world::run_until(instant when) {
  do {
    run_ready();
    watch_the_moment();
  } while (stuck_.empty() && kernel_.step(when));
}

void world::run_ready() {
  while (!ready_.empty() && stuck_.empty()) {
    auto chosen = ready_.size() > 1 ? kernel_.random().below(ready_.size()) : 0;
    auto* d = ready_[chosen];
    bool runs = !kernel_.hardware(d->machine()).paused;
    if (runs) {
      d->run_one();
      ++resumes_;
      ++resumed_at_moment_;
      if (resumed_at_moment_ > max_at_one_moment / 2) watch_the_moment();
    }
    if (runs && d->ready()) continue;
    d->listed = false;
    ready_[chosen] = ready_.back();
    ready_.pop_back();
  }
}

// Halfway it remembers what each actor has handled, so that at the limit it can name the one that handled most.
void world::watch_the_moment() {
  if (kernel_.now() != moment_) {
    moment_ = kernel_.now();
    resumed_at_moment_ = 0;
    handled_halfway_.clear();
    return;
  }
  auto count = resumed_at_moment_ + kernel_.at_this_moment();
  if (count <= max_at_one_moment / 2 || (count <= max_at_one_moment && !handled_halfway_.empty())) return;
  std::pair<std::uint64_t, std::string> most{0, "nobody"};
  bool halfway = handled_halfway_.empty();
  for (std::uint32_t i = 0; i < machines_.size(); ++i) {
    if (!machines_[i]->running) continue;
    for (auto& row : machines_[i]->options.directory->list()) {
      auto& before = handled_halfway_[{machine_index{i}, row.path}];
      if (!halfway) most = std::max(most, {row.handled - before, fmt::format("{} on n{}", row.path, i + 1)});
      before = row.handled;
    }
  }
  if (count <= max_at_one_moment) return;
  stuck_ = fmt::format("time stands still: {} messages and events at one moment; of the last half {} are of {}", count,
                       most.first, most.second);
}

// --- machines ---
duration world::boot_time() {
  return boot_takes_least + std::chrono::milliseconds{static_cast<std::int64_t>(random_.below(boot_takes_spread_ms))};
}

void world::power_on(machine_index m) {
  if (kernel_.hardware(m).power != power::off) return;
  kernel_.effects().add(effect::booted);
  boot(m, boot_time());
}

void world::boot(machine_index m, duration takes) {
  auto& hardware = kernel_.hardware(m);
  ++hardware.boot;
  hardware.power = power::booting;
  hardware.clock.set(kernel_.now(), instant{1s});
  machines_[m.value]->init_wait = init_waits;
  kernel_.tell(truth_kind::power_on, m);
  kernel_.after(takes, kernel_.boot_of(m), [this, m] {
    kernel_.hardware(m).power = power::on;
    start_daemon(m);
  });
}

void world::start_daemon(machine_index m) {
  auto& here = *machines_[m.value];
  if (here.running) return;
  ++kernel_.hardware(m).life;
  here.stays_away.reset();
  here.daemon_since = kernel_.now();
  kernel_.tell(truth_kind::daemon_up, m);
  auto list = [this](daemon& d) {
    if (std::exchange(d.listed, true)) return;
    ready_.push_back(&d);
  };
  auto on_end = [this, m] { kernel_.after({}, kernel_.life_of(m), [this, m] { daemon_ended(m); }); };
  here.options.directory = std::make_shared<watching::actor_directory>();
  here.running = std::make_unique<daemon>(daemon::place{kernel_, fabric_, here.disk, here.processes, m}, options_.make,
                                          here.options, daemon::callbacks{list, on_end});
}

void world::daemon_ended(machine_index m) {
  auto& here = *machines_[m.value];
  if (auto away = std::exchange(here.stays_away, std::nullopt)) {
    kernel_.effects().add(effect::daemon_left);
    return kill_daemon(m, "left", *away);
  }
  if (kernel_.now() - here.daemon_since > init_forgives) here.init_wait = init_waits;
  kill_daemon(m, "ended by itself", here.init_wait);
  here.init_wait = std::min(here.init_wait * 2, init_waits_most);
}

void world::kill_daemon(machine_index m, std::string why, duration back_after) {
  auto& here = *machines_[m.value];
  if (!here.running) return;
  ++kernel_.hardware(m).life; // what it had under way is nobody's now
  std::erase(ready_, here.running.get());
  here.running.reset();
  kernel_.tell(truth_kind::daemon_down, m, {}, std::move(why));
  if (kernel_.hardware(m).power == power::on)
    kernel_.after(back_after, kernel_.boot_of(m), [this, m] { start_daemon(m); });
}

void world::power_off(machine_index m, std::string why) {
  auto& hardware = kernel_.hardware(m);
  if (hardware.power == power::off) return;
  hardware.power = power::off;
  hardware.paused = false;
  hardware.held.clear();
  kernel_.tell(truth_kind::power_off, m, {}, why);
  kill_daemon(m, "power off", {});
  machines_[m.value]->processes.lose_power();
  auto loss = machines_[m.value]->disk.lose_power(random_);
  if (loss.write_lost) kernel_.effects().add(effect::write_lost);
  if (loss.write_torn) kernel_.effects().add(effect::write_torn);
  if (loss.name_lost) kernel_.effects().add(effect::name_change_lost);
}

} // namespace troupe::sim
