#include "actors/supervisor/supervisor.hpp"

#include <fmt/format.h>

namespace troupe::supervisor {

namespace {

void go_on(supervisor_actor* self) {
  auto& state = self->state;
  auto now = env::now_of(self);
  if (state.pace.ask_again(now)) self->send(state.director, advise_again{state.resource});
  if (auto steps = state.pace.due(now); !steps.empty())
    self->send(state.director, steps_due{state.resource, std::move(steps)});
  state.alarm.set(self, state.pace.next_deadline());
}

// So many refusals in a row are no race any more: planner and kernel disagree.
constexpr std::uint32_t strange_in_a_row = 3;

void on_told(supervisor_actor* self, const step_told& told) {
  auto& state = self->state;
  state.pace.told(told.at, told.how, env::now_of(self));
  if (!told.how || *told.how == refusal::none || is_ordinary(*told.how)) return;
  auto level = state.pace.strange() < strange_in_a_row ? env::log_level::warning : env::log_level::error;
  state.env->log.write(level, "supervisor",
                       fmt::format("the kernel refused an act on {} at {}: {}", told.at.resource.text, told.at.node.text,
                                   name_of(*told.how)));
}

} // namespace

caf::behavior supervisor(supervisor_actor* self, env::environment* env, const watching::directory_ptr& directory,
                         resource_name resource, caf::actor director) {
  auto& state = self->state;
  self->publish(directory, "node/director/" + resource.text, "supervisor");
  state.env = env;
  state.resource = std::move(resource);
  state.director = std::move(director);
  return {
      [=](advised& a) {
        self->state.pace.advised(std::move(a.steps), a.past, env::now_of(self));
        go_on(self);
      },
      [=](const step_told& told) {
        on_told(self, told);
        go_on(self);
      },
      [=](env::wake w) {
        if (self->state.alarm.rang(w)) go_on(self);
      },
  };
}

} // namespace troupe::supervisor
