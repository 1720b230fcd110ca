// observed<Base>: an actor with a card in its node's directory. Use it as the base of whatever kind of actor:
//   struct vip_state { ... };
//   using vip_actor = caf::stateful_actor<vip_state, observed<caf::event_based_actor>>;
//   caf::behavior vip(vip_actor* self, watching::directory_ptr where) {
//     self->publish(where, "node/resource/vip", "resource"); ...
//
// It overrides the three virtuals of CAF that see everything: enqueue (any thread), resume (the thread that runs it)
// and name. mailbox().size() is not safe from outside, hence two counters. A message counts as handled when the resume
// that took it has ended, so `waiting` of a busy actor includes the batch it is at (max-throughput at most).
// Messages to an actor that has not published yet are counted as well.
#pragma once

#include "actors/watching/directory.hpp"

#include <caf/all.hpp>

namespace troupe::watching {

template <class Base>
class observed : public Base {
public:
  explicit observed(caf::actor_config& config)
    : Base(config)
    , card_(std::make_shared<actor_card>()) {}

  // Once, first thing in the actor's init function.
  void publish(const directory_ptr& where, std::string path, std::string kind) {
    card_->number = this->id();
    card_->path = std::move(path);
    card_->kind = std::move(kind);
    where->add(card_);
    this->attach_functor([where, number = card_->number](const caf::error&) { where->remove(number); });
  }

  using Base::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* host) override {
    card_->received.fetch_add(1, std::memory_order_relaxed);
    Base::enqueue(std::move(message), host);
  }

  caf::resumable::resume_result resume(caf::execution_unit* host, std::size_t max_throughput) override {
    auto card = card_; // another thread may run or destroy *this as soon as Base::resume has returned
    card->busy_since = this->system().clock().now().time_since_epoch().count();
    auto before = card->received.load();
    auto result = Base::resume(host, max_throughput);
    // resume_later: the actor is still ours, its mailbox may be asked. Else it was drained up to what came before,
    // and whatever came during the resume has had or will have a resume of its own.
    auto finished = result == caf::resumable::resume_later ? card->received.load() - this->mailbox().size() : before;
    if (finished > card->handled.load()) card->handled = finished;
    card->busy_since = not_busy;
    return result;
  }

  const char* name() const override { return card_->path.empty() ? Base::name() : card_->path.c_str(); }

private:
  std::shared_ptr<actor_card> card_;
};

} // namespace troupe::watching
