// The status sections of the report as typed values: what status_text() says in the peer's words.
#pragma once

#include "actors/scheduler/state.hpp"

#include <nlohmann/json_fwd.hpp>

namespace troupe::simulate {

// {"nodes": [{name, kind, online, unclean, pending, standby, maintenance}],
//  "resources": [{name, agent, role, nodes, failed, managed, blocked, orphan, under_way}]}: of every primitive, also
// those inside of groups, clones and bundles, and of clones' instances each; `under_way` is null or the operation that
// has not ended, where `with_under_way` asks for it.
nlohmann::json status_json(const scheduler::input& in, const scheduler::cluster_state& s, bool with_under_way);

// As reported_text().
nlohmann::json reported_json(scheduler::input in, bool with_under_way);

} // namespace troupe::simulate
