// The cluster that the simulated machines form, drawn from the seed the swarm way: which kinds of resources and
// constraints there are, how patient agents and devices are, who is fenced by what, all differ from seed to seed.
//
// It is feasible by construction: with all machines up and no directive, everything has a place. So what does not run
// at the end of a run is a fault of the product's, not of the configuration. What must be together shares one list of
// forbidden nodes, at least two nodes are left to each such set, and a set is kept apart from one other at most. Scores
// are not negative, since a node whose sum is has no place for anything, as the field has it. For the same reason
// nothing follows two others, and only what leads is kept apart: whoever leads is placed first, and does not look back.
#pragma once

#include "messages/config.hpp"
#include "messages/types/random.hpp"
#include "tools/sim/kernel.hpp"
#include "transport/network.hpp"

#include <vector>

namespace troupe::sim {

struct machine_identity {
  node_name name;
  std::array<std::byte, 32> seed{};
  public_key key;
  transport::endpoint where;
};
std::vector<machine_identity> identities(const kernel& k);

config::cluster draw_cluster(const std::vector<machine_identity>& machines, random_source random);

// What it is like, a line each, for who reads a trace.
std::vector<std::string> describe(const config::cluster& c);

// A change that an operator makes: another parameter, other time-outs, one resource more or less, an order more or
// less. As feasible as before.
config::cluster draw_change(config::cluster before, random_source& random);

} // namespace troupe::sim
