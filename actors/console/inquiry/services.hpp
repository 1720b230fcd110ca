// The services' part of a status: where each configured resource stands, the one thing that each instance waits for,
// acts that take longer than they may, and nodes that something waits to see proved dead. Pure.
//
// What is due and what waits is ready()'s word (actors/supervisor/ready.hpp), asked of this node's own state: what
// `status` says and what the leader does cannot differ by more than the few commands that one is behind the other.
#pragma once

#include "actors/cluster/state.hpp"
#include "messages/console.hpp"

namespace troupe::console {

inline constexpr std::size_t max_places_shown = 16'384; // of all services together; then they come without

// Fills services, waits, overdue and proofs. `now` is calendar time: an idle log's own may be long past.
void add_services(cluster_status& out, const cluster::state& s, stamp now);

} // namespace troupe::console
