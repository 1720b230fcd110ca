#include "actors/resource/resource_actor.hpp"

namespace troupe::resource {

namespace {

// Outcomes come from any thread, maybe after this actor is gone: it is held weakly.
template <class Message>
void send_to(const caf::actor_addr& whom, Message m) {
  if (auto alive = caf::actor_cast<caf::actor>(whom)) caf::anon_send(alive, std::move(m));
}

agents::processes::done told_as(instance_actor* self, call_number number) {
  auto here = caf::actor_cast<caf::actor_addr>(self);
  return [here, number](agents::outcome how) { send_to(here, call_ended{number, std::move(how)}); };
}

void carry_out_one(instance_actor* self, run_program& e) {
  self->state.env->processes.run(e.scope, std::move(e.call), told_as(self, e.number));
}
void carry_out_one(instance_actor* self, end_scope& e) {
  self->state.env->processes.end_scope(e.scope, kill_grace, told_as(self, e.number));
}
void carry_out_one(instance_actor* self, end_slice& e) {
  self->state.env->processes.end_slice(e.slice, kill_grace, told_as(self, e.number));
}
void carry_out_one(instance_actor* self, list_processes& e) {
  auto here = caf::actor_cast<caf::actor_addr>(self);
  self->state.env->processes.list([here, number = e.number](result<agents::living> found) {
    send_to(here, call_listed{number, std::move(found)});
  });
}
void carry_out_one(instance_actor* self, ask_turn& e) {
  auto& set = self->state.set;
  self->send(set.executor, turn_wanted{set.self, e.how});
}
void carry_out_one(instance_actor* self, give_turn_back&) {
  auto& set = self->state.set;
  self->send(set.executor, turn_returned{set.self});
}
void carry_out_one(instance_actor* self, tell& e) {
  self->send(self->state.set.executor, happened{self->state.core->wants().session, std::move(e.item)});
}
void carry_out_one(instance_actor* self, lone_stop_ended& e) {
  auto& set = self->state.set;
  self->send(set.executor, stopped_alone{set.self, e.stopped, std::move(e.note)});
}

void tell_rest(instance_actor* self) {
  auto& state = self->state;
  if (!state.core->at_rest()) return state.told_rest.reset();
  if (state.told_rest == state.number) return;
  state.told_rest = state.number;
  self->send(state.set.executor, rests{state.set.self, state.number});
}

// One input to the core, and what comes of it.
template <class Do>
void step(instance_actor* self, Do what) {
  auto& state = self->state;
  effects out;
  what(*state.core, env::now_of(self), out);
  for (auto& e : out) std::visit([self](auto& one) { carry_out_one(self, one); }, e);
  tell_rest(self);
  state.alarm.set(self, state.core->next_deadline());
}

} // namespace

caf::behavior instance_of_resource(instance_actor* self, env::environment* env,
                                   const watching::directory_ptr& directory, instance_settings set) {
  auto& state = self->state;
  self->publish(directory, "node/resource/" + slice_of(set.self.who), "resource");
  state.env = env;
  state.core = std::make_unique<lifecycle>(set.here, set.self.who, set.self.life);
  state.set = std::move(set);

  return {
      [=](picture_is& p) {
        self->state.number = p.number;
        step(self, [&](auto& core, instant now, effects& out) { core.want(std::move(p.now), now, out); });
      },
      [=](stop_now& s) {
        self->state.number = s.number;
        step(self, [&](auto& core, instant now, effects& out) { core.stop_alone(std::move(s.how), now, out); });
      },
      [=](your_turn t) { step(self, [&](auto& core, instant now, effects& out) { core.turn(t.how, now, out); }); },
      [=](const call_ended& c) {
        step(self, [&](auto& core, instant now, effects& out) { core.ended(c.number, c.how, now, out); });
      },
      [=](const call_listed& c) {
        step(self, [&](auto& core, instant now, effects& out) { core.listed(c.number, c.found, now, out); });
      },
      [=](env::wake w) {
        if (!self->state.alarm.rang(w)) return;
        step(self, [&](auto& core, instant now, effects& out) { core.tick(now, out); });
      },
      [=](ask_resource) {
        return resource_activity{self->state.set.self.who, self->state.core->doing()};
      },
      [=](retire) { self->quit(); },
  };
}

} // namespace troupe::resource
