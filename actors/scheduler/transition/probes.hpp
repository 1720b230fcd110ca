// Where it is to be found out whether something runs: a monitor without an interval, before anything starts.
#pragma once

#include "actors/scheduler/plan.hpp"

namespace troupe::scheduler {

// Nobody knows yet whether the primitive runs there, and somebody can look. Of an anonymous clone any instance that the
// node knows of will do.
bool probe_due(const input& in, const cluster_state& s, const assignment& a, unit_id u, node_id n);

} // namespace troupe::scheduler
