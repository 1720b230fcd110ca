#include "tools/sim/scheduler.hpp"

#include "messages/types/assert.hpp"

namespace troupe::sim {

struct node_scheduler::unit final : caf::execution_unit {
  explicit unit(node_scheduler* parent)
    : caf::execution_unit(&parent->system())
    , parent_(parent) {}
  void exec_later(caf::resumable* job) override { parent_->enqueue(job); }
  node_scheduler* parent_;
};

// CAF wants someone to print for its actors; ours write to env.log.
struct node_scheduler::printer final : caf::monitorable_actor {
  explicit printer(caf::actor_config& config)
    : caf::monitorable_actor(config) {}
  void enqueue(caf::mailbox_element_ptr, caf::execution_unit*) override {}
};

node_scheduler::node_scheduler(caf::actor_system& system, hooks what)
  : abstract_coordinator(system)
  , hooks_(std::move(what))
  , clock_(hooks_.now) {}

void node_scheduler::start() {
  unit host{this};
  caf::actor_config config{&host};
  utility_actors_[printer_id] =
      caf::make_actor<printer, caf::actor>(system().next_actor_id(), system().node(), &system(), config);
}

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
    caf::intrusive_ptr_release(job);
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
  unit host{this};
  switch (job->resume(&host, 1)) {
  case caf::resumable::resume_later: enqueue(job); break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message: caf::intrusive_ptr_release(job); break;
  case caf::resumable::shutdown_execution_unit: break;
  }
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
  for (auto* job : std::exchange(jobs_, {})) caf::intrusive_ptr_release(job);
}

} // namespace troupe::sim
