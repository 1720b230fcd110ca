// Why a resource or a node is as it is. Pure.
//
// Three sources. The state's records say how it stands, and which command wrote each. The history has these commands
// and what led to them: from the records' versions the causes are followed back, to commands that have none. place()
// says why here and not there, ready() what it waits for: of the present state, not of the past.
//
// A command that speaks of many things (an assignment, a report) is told and followed only for the one that is asked
// for. What the history has no more is named by its index: each record keeps its first cause and reason all the same.
#pragma once

#include "actors/cluster/state.hpp"
#include "messages/console.hpp"

#include <optional>

namespace troupe::console {

// nullopt: there is no resource, group or node of that name, and none that still runs. Of a group: all its members. `history` in the log's order.
std::optional<explanation> explain(const cluster::state& s, const std::vector<event>& history,
                                   const std::string& subject);

} // namespace troupe::console
