// The console: it listens on the control socket and gives each caller an actor of its own. Not part of the node's tree:
// a node lives without one (in the simulator), and the console without knowing what the node is made of: the root says
// whom to ask.
#pragma once

#include "actors/env/env.hpp"
#include "actors/watching/observed.hpp"
#include "transport/control_socket.hpp"

#include <caf/all.hpp>

#include <map>

namespace troupe::console {

struct console_settings {
  transport::control_socket* socket = nullptr; // outlives the actors
  std::string path;
  node_name self;
  caf::actor root;
  std::function<std::string(std::uint32_t)> name_of_user; // "alice (1000)"; from any thread
};

struct console_state {
  env::environment* env = nullptr;
  watching::directory_ptr directory;
  console_settings set;
  std::map<transport::caller_id, caf::actor> callers;
};
using console_actor = caf::stateful_actor<console_state, watching::observed<caf::event_based_actor>>;

// Ends with an error in the log when it cannot listen.
caf::behavior console(console_actor* self, env::environment* env, const watching::directory_ptr& directory,
                      console_settings settings);

} // namespace troupe::console
