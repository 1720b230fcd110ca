// Is a configuration whole? What no single key can say: that names refer to something, that no order runs in a circle,
// that what must be together may be together, that votes have a majority worth having, what fencing there is.
//
// Works on the value, so that it serves cluster.toml, an imported configuration and a configuration from the log alike;
// it knows keys, not lines. The value's lists are sorted as messages/config.hpp says. Everything is found at once.
// Cost: linear in the configuration, but for suggestions, of which there are at most max_diagnostics.
//
// What it cannot see: whether an agent exists and likes its parameters (the nodes know), whether scores leave a place
// for everything (the scheduler says that in `plan`).
#pragma once

#include "conf/diagnostics.hpp"
#include "messages/config.hpp"

#include <string>
#include <vector>

namespace troupe::conf {

// What this version can carry out of what a configuration can say. The rest is refused by name: a feature that is
// accepted and then does nothing is the worst kind of error.
struct abilities {
  std::vector<std::string> standards{"ocf"}; // of agents
  bool promotable = true;
  bool notify = true;
  bool many_on_a_node = false; // more than one instance of a clone on a node
};

std::vector<finding> validate(const config::cluster& c, const abilities& can = {});

} // namespace troupe::conf
