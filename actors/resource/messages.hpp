// What the executor and its instances tell each other, the root and the console.
#pragma once

#include "actors/resource/lifecycle.hpp"

#include <caf/all.hpp>

namespace troupe::resource {

// --- the executor and the root ---

// What an earlier life of the daemon left running has been ended: from now on this node may join. Once.
struct executor_ready {};
// To the executor: the session that this life has joined in. Nothing is wanted of the node before it.
struct session_is {
  session_id session;
};
// To the root: our session is of no use any more; a new one looks at everything afresh. What was under way has been
// ended by then. A root that is not joined has nothing to do.
struct rejoin_wanted {
  std::string why;
};

// --- the executor and its instances. `number`: of the last word to this instance, so that an answer to an older one is
// known as such; `life`: of the instance's actor, so that the last words of an earlier one are ---
struct picture_is {
  std::uint64_t number = 0;
  wanted now;
};
struct stop_now { // because this node is alone; no picture with a session comes before the answer
  std::uint64_t number = 0;
  blueprint how;
};
struct your_turn {
  urgency how{};
};
struct retire {};

struct sender {
  instance who;
  std::uint64_t life = 0;
};
struct turn_wanted {
  sender from;
  urgency how{};
};
struct turn_returned {
  sender from;
};
struct happened {
  session_id session;
  command::report_item item;
};
struct rests { // nothing goes on but recurring monitors
  sender from;
  std::uint64_t number = 0;
};
struct stopped_alone {
  sender from;
  bool stopped = false;
  std::string note;
};

// --- from env.processes ---
struct call_ended {
  call_number number;
  agents::outcome how;
};
struct call_listed {
  call_number number;
  result<agents::living> found;
};
struct lives_here { // to the executor, at its start
  result<agents::living> found;
};
struct leftover_ended {
  agents::scope_name scope;
  agents::outcome how;
};

// --- for the console ---
struct ask_resource {}; // to an instance's actor; answered with resource_activity
struct resource_activity {
  instance what;
  lifecycle::activity doing;
};
struct ask_executor {}; // answered with executor_activity
struct executor_activity {
  std::string mode; // "open", "starting", "closing: ...", "alone: ..."
  std::size_t under_way = 0;
  std::size_t waiting = 0; // for a turn
  std::vector<std::pair<instance, caf::actor>> instances;
};

} // namespace troupe::resource

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::executor_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::session_is)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::rejoin_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::picture_is)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::stop_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::your_turn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::retire)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::turn_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::turn_returned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::happened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::rests)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::stopped_alone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::call_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::call_listed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::lives_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::leftover_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::ask_resource)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::resource_activity)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::ask_executor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::resource::executor_activity)
