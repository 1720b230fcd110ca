// The node's links to its peers: the actor around transport's switchboard. It owns the network; everybody else posts.
#pragma once

#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/links/messages.hpp"
#include "actors/watching/observed.hpp"

#include <set>

namespace troupe::links {

struct settings {
  node_name name;
  std::array<std::byte, 32> identity_seed{};
  std::vector<transport::endpoint> listen;
  transport::directory_of_keys keys; // at first: the seeds
  transport::terms ours;
};

struct links_state {
  env::environment* env = nullptr;
  std::unique_ptr<transport::switchboard> board;
  std::set<node_name> known; // to whom there are links
  transport::fill_random random;
  std::map<transport::message_kind, caf::actor> readers;
  std::vector<caf::actor> watchers;
  std::vector<caf::actor> stream_watchers;
  transport::effects effects;
  env::alarm alarm;
};
using links_actor = caf::stateful_actor<links_state, watching::observed<caf::event_based_actor>>;

[[nodiscard]] transport::link_timing timing_from(const conf::timers& t);

// Ends with an error in the log when it cannot listen.
caf::behavior links(links_actor* self, env::environment* env, const watching::directory_ptr& directory, settings s);

} // namespace troupe::links
