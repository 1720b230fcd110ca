#include "tools/sim/scheduler.hpp"

#include "messages/types/assert.hpp"

namespace troupe::sim {

node_scheduler::node_scheduler(caf::actor_system& system, hooks what)
  : one_thread(system)
  , hooks_(std::move(what))
  , clock_(hooks_.now) {}

void node_scheduler::remember(caf::resumable* job) {
  if (job->subtype() != caf::resumable::scheduled_actor) return;
  auto* self = static_cast<caf::scheduled_actor*>(job);
  auto id = self->id();
  if (id < seen_.size() && seen_[id]) return;
  if (id >= seen_.size()) seen_.resize(id + 64);
  seen_[id] = true;
  if (actors_.size() >= prune_at_) { // forget those that are gone
    std::erase_if(actors_, [](const caf::weak_actor_ptr& a) { return a.lock() == nullptr; });
    prune_at_ = std::max<std::size_t>(256, actors_.size() * 2);
  }
  actors_.emplace_back(self->ctrl());
}

void node_scheduler::enqueue(caf::resumable* job) {
  if (off_) {
    forget(job);
    return;
  }
  remember(job);
  jobs_.push_back(job);
  if (jobs_.size() == 1) hooks_.on_ready();
}

void node_scheduler::run_one() {
  TROUPE_ASSERT(!jobs_.empty(), "only a scheduler with a ready actor is asked to run one");
  if (jobs_.size() > 1) std::swap(jobs_[hooks_.random->below(jobs_.size())], jobs_.back());
  auto* job = jobs_.back();
  jobs_.pop_back();
  let_run(job, 1);
}

void node_scheduler::cut_power() {
  if (std::exchange(off_, true)) return;
  unit host{this};
  for (const auto& weak : actors_) {
    auto strong = weak.lock();
    if (!strong) continue;
    auto* self = static_cast<caf::scheduled_actor*>(caf::actor_cast<caf::abstract_actor*>(strong));
    if (self->getf(caf::abstract_actor::is_terminated_flag)) continue;
    self->on_exit();
    self->cleanup(caf::make_error(caf::exit_reason::kill), &host);
  }
  actors_.clear();
  clock_.cancel_all();
  for (auto* job : std::exchange(jobs_, {})) forget(job);
}

} // namespace troupe::sim
