// An inquiry: one question of an operator that takes thinking, on a copy of the state, in an actor of its own. It
// answers once and ends. A caller's actor waits for it with a limit and stays free; what goes wrong in it costs one
// answer.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/threads/thinker.hpp"
#include "actors/watching/observed.hpp"

#include <caf/all.hpp>

namespace troupe::console {

inline constexpr duration inquiry_patience = std::chrono::seconds{20};

struct inquire_status { // answered with cluster_status
  cluster::state_ptr whole;
  std::string halted;
  stamp now;
};

struct inquire_why { // answered with worked_out
  cluster::state_ptr whole;
  std::shared_ptr<const std::vector<event>> history;
  std::string subject;
  bool unled = false; // no leader is heard
};
struct inquire_plan { // answered with worked_out
  cluster::state_ptr whole;
  ask_plan what;
  node_name self;
  bool unled = false;
};
struct worked_out {
  answer what;
};

struct inquiry_state {};
using inquiry_actor = caf::stateful_actor<inquiry_state, watching::observed<threads::thinker>>;

caf::behavior inquiry(inquiry_actor* self, const watching::directory_ptr& directory, const std::string& path);

} // namespace troupe::console

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::inquire_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::inquire_why)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::inquire_plan)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::worked_out)
