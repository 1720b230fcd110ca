// What the operations that a node reports for a unit say about it.
#pragma once

#include "actors/scheduler/unpack.hpp"

namespace troupe::scheduler {

// OCF exit codes as the field uses them.
namespace exit_code {
inline constexpr int ok = 0, unimplemented = 3, not_installed = 5, not_configured = 6, not_running = 7, promoted = 8,
                     failed_promoted = 9, invalid_parameter = 2, no_permission = 4, degraded = 190,
                     degraded_promoted = 191, unknown = 193;
} // namespace exit_code

// What is under way has no call id yet and counts as the last, unless a later plan of the same coordinator has asked
// for the other one, and has it done: then nobody waits for it any more.
inline bool superseded(const operation_record& under_way, const operation_record& other) {
  return under_way.coordinator >= 0 && under_way.coordinator == other.coordinator && under_way.plan >= 0 &&
         under_way.plan != other.plan && (other.plan < 0 || other.plan > under_way.plan);
}

void read_operations(const input& in, cluster_state& s, unit_id u, const history& h);

// How a failure of the operation is answered, with the defaults filled in.
on_fail failure_policy(const input& in, const cluster_state& s, unit_id u, task what, const operation_record& op);

// What it may become at most after that.
void limit_after_failure(cluster_state& s, unit_id u, task failed, on_fail policy);

// Takes the unit for what its records say it is there, and answers its worst failure.
void respond(const input& in, cluster_state& s, unit_id u, node_id n, on_fail policy);

// What the configuration allows it to become at most.
void limit_by_target_role(const input& in, cluster_state& s, unit_id u);

// Marks the unit, and what it is part of, active on a node.
void add_running(const input& in, cluster_state& s, unit_id u, node_id n);

} // namespace troupe::scheduler
