#include "actors/supervisor/planner.hpp"

namespace troupe::supervisor {

namespace {

std::vector<command::assignment> place(planner_state& state, const place_now& asked) {
  if (asked.whole) {
    state.follows.emplace(*asked.whole);
    state.places.forget();
  }
  TROUPE_ASSERT(state.follows, "the first question brings the whole state");
  for (auto& d : asked.since) {
    state.follows->follow(*d);
    state.places.note(*d);
  }
  return state.places.place(state.follows->now());
}

} // namespace

caf::behavior planner(planner_actor* self, const watching::directory_ptr& directory, caf::actor director) {
  self->publish(directory, "node/director/planner", "planner");
  return {[=](const place_now& asked) {
    try {
      self->send(director, placed{place(self->state, asked)});
    } catch (const std::exception& e) {
      self->state.follows.reset();
      self->send(director, placing_failed{e.what()});
    }
  }};
}

} // namespace troupe::supervisor
