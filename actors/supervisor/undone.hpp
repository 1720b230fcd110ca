// What a plan says of what stays undone beside what waits: a sentence each. Pure readings of the state at its end.
#pragma once

#include "actors/cluster/state.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace troupe::supervisor {

using target_roles = std::map<resource_name, config::role>;

// New targets, other than `before`, that an operator's word goes before.
std::vector<std::string> overruled_targets(const cluster::state& s, const target_roles& before);
// No majority is left, so nothing is committed: no loss, no fencing, no start. What the nodes that are not `gone` do,
// each does by itself.
std::vector<std::string> without_majority(const cluster::state& s, const std::function<bool(const node_name&)>& gone);
// What is as it is until a daemon is back.
std::vector<std::string> left_to_nodes(const cluster::state& s);
// What is to run, and has no place.
std::vector<std::string> without_place(const cluster::state& s);

} // namespace troupe::supervisor
