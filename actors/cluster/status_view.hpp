// The state as `status` shows it. Pure: what the records say, nothing that only this node knows.
#pragma once

#include "actors/cluster/state.hpp"
#include "messages/console.hpp"

namespace troupe::cluster {

console::cluster_status status_of(const state& s);

} // namespace troupe::cluster
