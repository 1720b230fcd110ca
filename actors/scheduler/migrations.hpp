// What a finished or failed live migration says about its two nodes.
//
// A migration is migrate_to on the source, migrate_from on the target, stop on the source. After the first it is
// partial (active on both, may be continued), after the second dangling (a stop on the source is due).
//
// A node has moved on if it reports a start, stop or migration that came after this one, or a monitor that found
// nothing. What it reported before then counts for it no longer. A node that reports nothing at all will be probed, so
// nothing is assumed of it.
#pragma once

#include "actors/scheduler/unpack.hpp"

namespace troupe::scheduler {

void migrated_away(const input& in, cluster_state& s, unit_id u, const history& at_source, const operation_record& op);
void migration_failed_at_source(const input& in, cluster_state& s, unit_id u, const history& at_source,
                                const operation_record& op);
void migration_failed_at_target(const input& in, cluster_state& s, unit_id u, const history& at_target,
                                const operation_record& op);

} // namespace troupe::scheduler
