#include "tools/sim/daemon.hpp"

#include <fmt/format.h>

namespace troupe::sim {

class daemon::sim_entropy final : public env::entropy {
public:
  explicit sim_entropy(random_source random)
    : random_(random) {}
  void fill(std::span<std::byte> out) override {
    for (auto& b : out) b = static_cast<std::byte>(random_.below(256));
  }

private:
  random_source random_;
};

class daemon::sim_calendar final : public env::calendar {
public:
  sim_calendar(kernel& k, machine_index machine)
    : kernel_(k)
    , machine_(machine) {}
  stamp now() override {
    auto since = kernel_.now().time_since_epoch() + kernel_.hardware(machine_).calendar_offset;
    return calendar_start + std::chrono::floor<std::chrono::milliseconds>(since);
  }

private:
  kernel& kernel_;
  machine_index machine_;
};

class daemon::sim_log final : public env::log_sink {
public:
  sim_log(kernel& k, machine_index machine)
    : kernel_(k)
    , machine_(machine) {}
  void write(env::log_level level, std::string_view where, std::string_view text) override {
    if (shut) return;
    kernel_.logs().tell({kernel_.now(), machine_, level, where, text});
    if (level == env::log_level::debug) {
      kernel_.record().detail(kernel_.now(), kernel_.name(machine_), where, text, {});
      return;
    }
    static constexpr std::string_view marks[] = {"", "", "WARNING ", "ERROR "};
    kernel_.record().story(kernel_.now(), kernel_.name(machine_),
                           fmt::format("{}{}: {}", marks[static_cast<std::size_t>(level)], where, text));
  }
  bool shut = false;

private:
  kernel& kernel_;
  machine_index machine_;
};

namespace {

// A number for each life of each machine.
std::uint64_t life_number(const kernel& k, machine_index m) {
  return std::uint64_t{m.value} << 32 | k.hardware(m).life;
}

env::host_identity identity_of(const kernel& k, machine_index m) {
  env::host_identity who;
  auto machine = k.random_for("machine id", m.value);
  auto boot = k.random_for("boot id", std::uint64_t{m.value} << 32 | k.hardware(m).boot);
  for (auto& b : who.machine.bytes) b = static_cast<std::byte>(machine.below(256));
  for (auto& b : who.boot.bytes) b = static_cast<std::byte>(boot.below(256));
  return who;
}

} // namespace

daemon::daemon(place where, const node_factory& make, const node::node_options& options, callbacks call)
  : where_(where)
  , call_(std::move(call))
  , order_(where.k.random_for("actor order", life_number(where.k, where.machine)))
  , entropy_(std::make_unique<sim_entropy>(where.k.random_for("entropy", life_number(where.k, where.machine))))
  , calendar_(std::make_unique<sim_calendar>(where.k, where.machine))
  , log_(std::make_unique<sim_log>(where.k, where.machine))
  , card_(where.network, where.machine)
  , disk_(where.k, where.machine, where.disk, where.k.random_for("disk", life_number(where.k, where.machine)))
  , processes_(where.k, where.machine, where.processes)
  , env_{card_, disk_, processes_, *entropy_, *calendar_, *log_, identity_of(where.k, where.machine)} {
  config_.module_factories.push_back([this](caf::actor_system& system) -> caf::actor_system::module* {
    return new node_scheduler(system, {[this] { return where_.k.hardware(where_.machine).clock.local(where_.k.now()); },
                                       [this] { call_.on_ready(*this); }, &order_});
  });
  system_ = std::make_unique<caf::actor_system>(config_);
  system_->await_actors_before_shutdown(false); // power loss waits for nobody
  caf::logger::set_current_actor_system(nullptr); // it would keep, under a lock, which actor runs; ours write to env.log
  scheduler_ = static_cast<node_scheduler*>(&system_->scheduler());
  root_ = make(*system_, env_, options);
  caf::actor_cast<caf::abstract_actor*>(root_)->attach_functor([this](const caf::error&) { call_.on_end(); });
  arm();
}

daemon::~daemon() {
  call_ = {[](daemon&) {}, [] {}};
  log_->shut = true;
  card_.shut();
  disk_.shut();
  processes_.shut();
  root_ = nullptr;
  scheduler_->cut_power();
  system_.reset();
}

void daemon::run_one() {
  scheduler_->run_one();
  arm();
}

void daemon::arm(bool clock_changed) {
  auto next = scheduler_->timers().next_deadline();
  const auto& clock = where_.k.hardware(where_.machine).clock;
  if (!next || !clock.running()) return;
  if (!clock_changed && armed_ && *armed_ <= *next) return;
  armed_ = next;
  where_.k.at(clock.when(*next), where_.k.life_of(where_.machine), [this, number = ++arming_] { fire(number); });
}

void daemon::fire(std::uint64_t armed) {
  if (armed != arming_) return; // an earlier one was armed since; it sees to the rest
  armed_.reset();
  scheduler_->timers().trigger_expired_timeouts();
  arm();
}

} // namespace troupe::sim
