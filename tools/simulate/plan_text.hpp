// Decisions and actions in the peer's layout.
#pragma once

#include "actors/scheduler/schedule.hpp"
#include "actors/scheduler/transition/transition.hpp"

#include <string>

namespace troupe::simulate {

std::string summary_text(const scheduler::input& in, const scheduler::outcome& o);
// What is done, and which marks are passed, a line each.
std::string step_text(const scheduler::input& in, const scheduler::outcome& o, const scheduler::step& s);
std::string execution_text(const scheduler::input& in, const scheduler::outcome& o);
const char* verb_text(scheduler::verb v);
const char* task_text(scheduler::task t);
const char* fence_text(scheduler::fence_kind k);

} // namespace troupe::simulate
