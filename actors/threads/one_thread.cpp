#include "actors/threads/one_thread.hpp"

namespace troupe::threads {

// CAF wants someone to print for its actors; ours write to env.log.
struct one_thread::printer final : caf::monitorable_actor {
  explicit printer(caf::actor_config& config)
    : caf::monitorable_actor(config) {}
  void enqueue(caf::mailbox_element_ptr, caf::execution_unit*) override {}
};

void one_thread::start() {
  unit host{this};
  caf::actor_config config{&host};
  utility_actors_[printer_id] =
      caf::make_actor<printer, caf::actor>(system().next_actor_id(), system().node(), &system(), config);
}

void one_thread::let_run(caf::resumable* job, std::size_t messages) {
  unit host{this};
  switch (job->resume(&host, messages)) {
  case caf::resumable::resume_later: enqueue(job); break;
  case caf::resumable::done:
  case caf::resumable::awaiting_message: forget(job); break;
  case caf::resumable::shutdown_execution_unit: break;
  }
}

void one_thread::forget(caf::resumable* job) {
  caf::intrusive_ptr_release(job);
}

} // namespace troupe::threads
