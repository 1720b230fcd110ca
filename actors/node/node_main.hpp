// A whole node: node_main() spawns the root of its actor tree on an actor system, over an environment. trouped gives
// it the real ones, troupe-sim simulated ones; nothing else differs. The returned actor is the node: when it ends, the
// process is to end; an exit message (user_shutdown) asks it to leave in order.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/consensus/journal/segment.hpp"
#include "actors/consensus/options.hpp"
#include "actors/env/env.hpp"
#include "actors/watching/directory.hpp"
#include "agents/fence/protocol.hpp"
#include "agents/ocf/operation.hpp"
#include "messages/console.hpp"
#include "transport/identity.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace troupe::node {

// A fact that this node has made its own, for observers: two nodes must not differ in what they applied at an index of
// one lineage.
using applied_command = cluster::applied_command;

// Sizes that a test makes small, so that what is rare in production happens all the time.
struct tuning {
  std::uint32_t journal_segment = consensus::default_segment_size; // bytes
  std::size_t snapshot_after = consensus::options{}.snapshot_after; // slots
  std::size_t keep_behind = consensus::options{}.keep_behind;      // slots
  std::size_t message_bytes = consensus::options{}.message_bytes;
  std::size_t batch_bytes = consensus::options{}.max_batch_bytes;
  std::size_t chunk_bytes = consensus::options{}.chunk_bytes;
};

struct node_options {
  node_name name;
  std::array<std::byte, 32> identity_seed{}; // of the Ed25519 key
  std::vector<transport::endpoint> listen;
  std::vector<transport::pinned_node> seeds; // some members to ask for the rest; without ourselves
  agents::ocf::installation resource_agents; // where they are on this node
  agents::fence::installation fence_agents;
  std::size_t operations_at_once = 0; // of resources; resource::least_operations if that is more
  tuning sizes;
  std::set<std::string> plants;              // bugs to show on purpose (troupe-sim --list-plants); empty in trouped
  std::function<void(const applied_command&)> on_applied; // empty in trouped; called from the actor that applies
  watching::directory_ptr directory;                      // of this node's actors; unset: the node makes its own
};

// `env` outlives the actor system.
caf::actor node_main(caf::actor_system& system, env::environment& env, const node_options& options);

// --- what the root is asked, by the console and by the simulator's operators ---

// Form a cluster with this configuration. Answered with `formed_cluster`, or an error that says what to do.
struct init_cluster {
  config::cluster configuration;
};
struct formed_cluster {
  lineage_id lineage;
};
// A command of an operator. Answered with cluster::told_outcome; an error where no cluster is formed yet.
struct operator_command {
  std::string lane; // one per caller: its commands are carried out in order
  std::string user;
  command::body what;
  reason why = reason::operator_request;
  std::vector<log_index> causes{};
};

// Leave in order: run nothing any more, leave the cluster, end. What runs here is moved or stopped by the cluster
// first, but for what is in maintenance or not managed: with that alone left the node ends, and may be away for
// planned_absence. When it takes longer than drain_limit, or there is no cluster to speak to, the node ends with its
// services running, as after a crash of the daemon.
struct leave {};

// Who does what here; for the console, which asks each by itself. Answered with node_parts.
struct ask_parts {};
struct node_parts {
  caf::actor links;
  caf::actor history;
  caf::actor replica; // from here on unset while the node belongs to no cluster
  caf::actor ledger;
  caf::actor detector;
  caf::actor attributes;
  caf::actor executor;
  caf::actor fencing;
  caf::actor director; // on the leader
  std::optional<session_id> session; // unset: not joined
  std::string kept_out;              // why not; empty: nothing is wrong
  console::agent_folders agents;
};

} // namespace troupe::node

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::ask_parts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::node_parts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::init_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::formed_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::node::operator_command)
