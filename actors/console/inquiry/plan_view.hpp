// The answer to `troupe plan`: what a configuration changes, and what the cluster would do. Pure.
#pragma once

#include "actors/cluster/state.hpp"
#include "messages/console.hpp"

namespace troupe::console {

// `self`: the node that is asked.
plan_answer answer_plan(const cluster::state& s, const ask_plan& asked, const node_name& self);

} // namespace troupe::console
