// How the parts of the unpack stage see each other: nodes, then units, then history, in that order.
#pragma once

#include "actors/scheduler/state.hpp"

namespace troupe::scheduler {

// Units of all resources; a surplus instance that the history knows is added later.
void build_units(const input& in, cluster_state& s);
unit_id add_instance(const input& in, cluster_state& s, unit_id clone, std::int32_t number);

// Which cluster nodes are up, and which must be fenced for what they are.
void judge_cluster_nodes(const input& in, cluster_state& s);
// The same for a remote or guest node, from the state of its connection and container.
void judge_remote_node(const input& in, cluster_state& s, node_id n);
// Once its history is read it is no longer suspected for being unknown, but what is lost there still is.
void clear_remote_node(cluster_state& s, node_id n);
// The first reason is kept. A guest is fenced by recovering its container.
void want_fenced(const input& in, cluster_state& s, node_id n, const std::string& reason);

// What a missing ticket does to what depends on it.
void apply_tickets(const input& in, cluster_state& s);

void read_histories(const input& in, cluster_state& s);

} // namespace troupe::scheduler
