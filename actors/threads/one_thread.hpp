// What CAF wants of a scheduler module, for those that run actors on one thread: the daemon's (loop_scheduler.hpp) and
// the simulator's, which chooses by seed.
#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace troupe::threads {

class one_thread : public caf::scheduler::abstract_coordinator {
public:
  using caf::scheduler::abstract_coordinator::abstract_coordinator;
  bool detaches_utility_actors() const override { return false; }

protected:
  // What an actor is given while it runs, or is ended: others that it makes ready come to the same scheduler.
  struct unit final : caf::execution_unit {
    explicit unit(one_thread* parent)
      : caf::execution_unit(&parent->system())
      , parent_(parent) {}
    void exec_later(caf::resumable* job) override { parent_->enqueue(job); }
    one_thread* parent_;
  };

  void start() override; // CAF's utility actors, which do nothing here
  // Lets an actor handle so many messages at most; one that has more is enqueued again. Takes over the reference.
  void let_run(caf::resumable* job, std::size_t messages);
  static void forget(caf::resumable* job);

private:
  struct printer;
};

} // namespace troupe::threads
