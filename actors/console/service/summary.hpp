// What `status` says of this node's replica, and what that tells of the voters. Pure.
#pragma once

#include "actors/consensus/replica.hpp"
#include "messages/console.hpp"

namespace troupe::console {

replica_line line_of(const consensus::replica_status& s);

// A voter by name whose journal is another one than at genesis does not vote. Each node knows that of itself; the
// leader knows it of all; who is neither knows that the leader votes.
void set_standings(std::vector<voter_line>& voters, const node_name& self, const consensus::replica_status& s);

} // namespace troupe::console
