// What one action says of another that depends on it.
#include "actors/scheduler/plan.hpp"

namespace troupe::scheduler {

std::string reason_of(const input& in, const cluster_state& s, const action& because, bool required) {
  if (!because.unit.valid()) return because.reason;
  auto is = [&](task begun, task done) { return because.what == begun || because.what == done; };
  const char* verb = is(task::start, task::started)      ? "start"
                     : is(task::stop, task::stopped)     ? "stop"
                     : is(task::promote, task::promoted) ? "promote"
                     : is(task::demote, task::demoted)   ? "demote"
                                                         : "action";
  return std::string(required ? "required " : "unrunnable ") + unit_name(in, s, because.unit) + " " + verb;
}

} // namespace troupe::scheduler
