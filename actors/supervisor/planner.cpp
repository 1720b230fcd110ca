#include "actors/supervisor/planner.hpp"

#include "actors/scheduler/native/place_cluster.hpp"

namespace troupe::supervisor {

caf::behavior planner(planner_actor* self, const console::directory_ptr& directory, caf::actor director) {
  self->publish(directory, "node/director/planner", "planner");
  return {[=](const place_now& asked) {
    try {
      self->send(director, placed{scheduler::place_cluster(*asked.on).items});
    } catch (const std::exception& e) {
      self->send(director, placing_failed{e.what()});
    }
  }};
}

} // namespace troupe::supervisor
