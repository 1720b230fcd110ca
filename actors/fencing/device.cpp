#include "actors/fencing/device.hpp"

namespace troupe::fencing {

namespace {

struct call_ended {
  std::uint64_t number = 0;
  agents::outcome how;
};

} // namespace
} // namespace troupe::fencing

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::fencing::call_ended)

namespace troupe::fencing {

namespace {

std::string slice_of(const device_name& device) {
  return std::string(agents::device_slices) + device.text;
}

// A device that is not there any more is told nothing: the processes hold it weakly.
void carry_out_one(device_actor* self, device_work::start_call& c) {
  auto here = caf::actor_cast<caf::actor_addr>(self);
  self->state.env->processes.run({slice_of(self->state.of), c.scope}, std::move(c.what),
                                 [here, number = c.number](agents::outcome how) {
                                   if (auto alive = caf::actor_cast<caf::actor>(here))
                                     caf::anon_send(alive, call_ended{number, std::move(how)});
                                 });
}

void carry_out_one(device_actor* self, const device_work::end_call& c) {
  self->state.env->processes.end_scope({slice_of(self->state.of), c.scope}, call_grace, [](const auto&) {});
}

void carry_out_one(device_actor* self, job_over& over) {
  self->send(self->state.owner, device_said{self->state.of, std::move(over)});
}

void carry_out_one(device_actor* self, const device_work::health& h) {
  auto level = h.good ? env::log_level::info : env::log_level::warning;
  self->state.env->log.write(level, "fencing",
                             "device " + self->state.of.text + (h.good ? " is in order" : ": " + h.trouble));
  self->send(self->state.owner, device_health{self->state.of, h.good ? std::string() : h.trouble});
}

void carry_out(device_actor* self, device_work::outputs all) {
  for (auto& each : all) std::visit([self](auto& one) { carry_out_one(self, one); }, each);
  if (self->state.work->done()) return self->quit();
  self->state.alarm.set(self, self->state.work->next_deadline());
}

} // namespace

caf::behavior device(device_actor* self, env::environment* env, const watching::directory_ptr& directory,
                     device_settings set) {
  auto& state = self->state;
  state.of = set.device.name;
  self->publish(directory, "node/fencing/" + state.of.text, "fence device");
  state.env = env;
  state.owner = std::move(set.owner);
  auto first_check = env::now_of(self) + set.check_after;
  state.work = std::make_unique<device_work>(std::move(set.device), std::move(set.agents), first_check);
  carry_out(self, {});

  return {
      [=](const take_job& t) { carry_out(self, self->state.work->take(env::now_of(self), t.what)); },
      [=](const withdraw_jobs& w) { carry_out(self, self->state.work->withdraw(env::now_of(self), w.attempt)); },
      [=](configure_device& c) {
        auto now = env::now_of(self);
        carry_out(self, self->state.work->configure(now, std::move(c.device), now + c.check_after));
      },
      [=](retire_device) { carry_out(self, self->state.work->retire(env::now_of(self))); },
      [=](const call_ended& c) { carry_out(self, self->state.work->answered(env::now_of(self), c.number, c.how)); },
      [=](ask_device) { return self->state.work->status(); },
      [=](env::wake w) {
        if (self->state.alarm.rang(w)) carry_out(self, self->state.work->tick(env::now_of(self)));
      },
  };
}

} // namespace troupe::fencing
