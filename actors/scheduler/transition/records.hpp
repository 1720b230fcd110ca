// What a node's records of a resource say about what goes on there.
#pragma once

#include "actors/scheduler/assignment.hpp"

#include <vector>

namespace troupe::scheduler {

// The records from its last start on, or from what implies one; none once it was stopped. In the order in which they
// came.
std::vector<const operation_record*> since_start(const history& h);

// The recurring operations that still go on.
std::vector<const operation_record*> still_recurring(const cluster_state& s, const history& h);

// Definitions are compared with the configured ones only where something may run, or in maintenance.
bool looked_after(const cluster_state& s, node_id n);

// It is there, or will be when its connection is; and it takes part.
bool takes_part(const input& in, const cluster_state& s, const assignment& a, node_id n);

// The role that it is to have, with what follows from its place filled in.
role next_role(const input& in, const cluster_state& s, const assignment& a, unit_id u);

} // namespace troupe::scheduler
