// A whole node: node_main() spawns the root of its actor tree on an actor system, over an environment. trouped gives
// it the real ones, troupe-sim simulated ones; nothing else differs. The returned actor is the node: when it ends, the
// process is to end; an exit message (user_shutdown) asks it to leave in order.
#pragma once

#include "actors/env/env.hpp"
#include "messages/types/digest.hpp"
#include "messages/types/ids.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <any>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace troupe::node {

struct peer_address { // a seed: some member to ask for the rest
  node_name name;
  transport::endpoint endpoint;
};

// A fact that this node has made its own, for observers: two nodes must not differ in what they applied at an index of
// one lineage.
struct applied_command {
  lineage_id lineage;
  log_index index;
  digest command;
  digest state; // after it
};

struct node_options {
  node_name name;
  std::vector<transport::endpoint> listen;
  std::vector<peer_address> seeds; // without ourselves
  std::set<std::string> plants;    // bugs to show on purpose (troupe-sim --list-plants); always empty in trouped
  std::any genesis;                // the cluster to form, once there is one; opaque here
  std::function<void(const applied_command&)> on_applied; // empty in trouped; called from the actor that applies
};

// `env` outlives the actor system.
caf::actor node_main(caf::actor_system& system, env::environment& env, const node_options& options);

} // namespace troupe::node
