#include "actors/threads/loop_scheduler.hpp"

#include "actors/threads/thinker.hpp"
#include "messages/types/assert.hpp"

#include <pthread.h>

namespace troupe::threads {

// --- the clock ---

template <class Change>
void loop_clock::change(Change what) {
  {
    std::scoped_lock held(mutex_);
    what();
  }
  if (!loop_.here()) loop_.post([] {}); // it may be wanted earlier now; our own thread looks before it waits
}

void loop_clock::fire() {
  std::scoped_lock held(mutex_);
  trigger_expired_timeouts();
}

std::optional<instant> loop_clock::next_deadline() {
  std::scoped_lock held(mutex_);
  if (schedule().empty()) return {};
  return instant{schedule().begin()->first.time_since_epoch()};
}

void loop_clock::set_ordinary_timeout(time_point at, caf::abstract_actor* self, caf::atom_value type,
                                      std::uint64_t id) {
  change([&] { simple_actor_clock::set_ordinary_timeout(at, self, type, id); });
}
void loop_clock::set_multi_timeout(time_point at, caf::abstract_actor* self, caf::atom_value type, std::uint64_t id) {
  change([&] { simple_actor_clock::set_multi_timeout(at, self, type, id); });
}
void loop_clock::set_request_timeout(time_point at, caf::abstract_actor* self, caf::message_id id) {
  change([&] { simple_actor_clock::set_request_timeout(at, self, id); });
}
void loop_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  std::scoped_lock held(mutex_);
  simple_actor_clock::cancel_ordinary_timeout(self, type);
}
void loop_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  std::scoped_lock held(mutex_);
  simple_actor_clock::cancel_request_timeout(self, id);
}
void loop_clock::cancel_timeouts(caf::abstract_actor* self) {
  std::scoped_lock held(mutex_);
  simple_actor_clock::cancel_timeouts(self);
}
void loop_clock::schedule_message(time_point at, caf::strong_actor_ptr to, caf::mailbox_element_ptr what) {
  change([&] { simple_actor_clock::schedule_message(at, std::move(to), std::move(what)); });
}
void loop_clock::schedule_message(time_point at, caf::group to, caf::strong_actor_ptr by, caf::message what) {
  change([&] { simple_actor_clock::schedule_message(at, std::move(to), std::move(by), std::move(what)); });
}
void loop_clock::cancel_all() {
  std::scoped_lock held(mutex_);
  simple_actor_clock::cancel_all();
}

// --- the scheduler ---

void loop_scheduler::use(caf::actor_system_config& config, loop::event_loop& loop) {
  config.module_factories.push_back(
      [&loop](caf::actor_system& system) -> caf::actor_system::module* { return new loop_scheduler(system, loop); });
}

loop_scheduler::loop_scheduler(caf::actor_system& system, loop::event_loop& loop)
  : one_thread(system)
  , loop_(loop)
  , clock_(loop) {}

namespace {

// For as long as threads are made that recurse as deep as a configuration is long.
class deep_stacks {
public:
  deep_stacks() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t deep;
    pthread_getattr_default_np(&deep);
    TROUPE_ASSERT(pthread_attr_setstacksize(&deep, thinker_stack) == 0 && pthread_setattr_default_np(&deep) == 0,
                  "a thread may have a stack of this size");
    pthread_attr_destroy(&deep);
  }
  ~deep_stacks() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }
  deep_stacks(const deep_stacks&) = delete;
  deep_stacks& operator=(const deep_stacks&) = delete;

private:
  pthread_attr_t before_{};
};

} // namespace

void loop_scheduler::start() {
  one_thread::start();
  {
    deep_stacks thinkers_need;
    thinkers_.emplace_back([this] { think(first_); });
    for (std::size_t i = 0; i < question_threads; ++i) thinkers_.emplace_back([this] { think(questions_); });
  }
  loop_.each_turn([this] { return turn(); });
}

// All actors have ended, but for what a job that nobody runs any more still holds.
void loop_scheduler::stop() {
  {
    std::scoped_lock held(mutex_);
    off_ = true;
  }
  for (auto* each : {&first_, &questions_}) each->more.notify_all();
  for (auto& each : thinkers_) each.join();
  thinkers_.clear();
  loop_.call([this] {
    loop_.each_turn({});
    for (auto* job : std::exchange(ready_, {})) forget(job);
    // A thread on which an actor was spawned holds the system's logger, and the system waits for that to go.
    caf::logger::set_current_actor_system(nullptr);
  });
  for (auto* job : std::exchange(from_outside_, {})) forget(job);
  for (auto* each : {&first_, &questions_})
    for (auto* job : std::exchange(each->jobs, {})) forget(job);
  clock_.cancel_all();
}

loop_scheduler::lane* loop_scheduler::lane_of(const caf::resumable& job) {
  auto kind = job.subtype();
  return kind == first_thinker::mark ? &first_ : kind == thinker::mark ? &questions_ : nullptr;
}

void loop_scheduler::enqueue(caf::resumable* job) {
  auto* thinks = lane_of(*job);
  if (!thinks && loop_.here()) {
    ready_.push_back(job);
    return;
  }
  std::unique_lock held(mutex_);
  if (off_) {
    held.unlock();
    forget(job);
  } else if (thinks) {
    thinks->jobs.push_back(job);
    held.unlock();
    thinks->more.notify_one();
  } else {
    from_outside_.push_back(job);
    bool first = from_outside_.size() == 1;
    held.unlock();
    if (first) loop_.post([] {});
  }
}

std::optional<instant> loop_scheduler::turn() {
  clock_.fire();
  {
    std::scoped_lock held(mutex_);
    ready_.insert(ready_.end(), from_outside_.begin(), from_outside_.end());
    from_outside_.clear();
  }
  auto ends = clock_.now() + longest_turn;
  for (std::size_t i = 0; i < turn_length && !ready_.empty() && clock_.now() < ends; ++i) {
    auto* job = ready_.front();
    ready_.pop_front();
    let_run(job, max_throughput());
  }
  if (!ready_.empty()) return instant{};
  return clock_.next_deadline();
}

void loop_scheduler::think(lane& of) {
  std::unique_lock held(mutex_);
  while (true) {
    of.more.wait(held, [&] { return off_ || !of.jobs.empty(); });
    if (off_) return;
    auto* job = of.jobs.front();
    of.jobs.pop_front();
    held.unlock();
    let_run(job, max_throughput());
    held.lock();
  }
}

} // namespace troupe::threads
