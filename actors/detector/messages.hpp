// What the detector's actor is told and what it tells.
#pragma once

#include "actors/detector/swim.hpp"

#include <caf/all.hpp>

namespace troupe::detector {

// --- told ---
// By the root: the session that this life of the daemon has got in the cluster, at each join. The log alone cannot tell
// it: after a restart it shows the session of the life before, and whoever spoke under that would keep a dead life up.
struct joined_as {
  session_id session;
};
// From now on `who` is told of opinions and of hosts: opinion_is and host_answer for all that is known, at once, and
// for each change.
struct watch_opinions {
  caf::actor who;
};
struct leave {};        // say goodbye: answered with departed, after leave-limit at the latest
struct ask_opinions {}; // answered with opinion_list

// --- tells ---
struct opinion_is {
  opinion what;
};
// The node's host refused a connection: the host lives, its daemon is away. Kept by every node all the time, so that a
// new leader knows what was seen before it led.
struct host_answer {
  node_name node;
  instant at;
};
// To the root, each time it is heard: others know a later session of this very node. If it is not this life's own join,
// whose answer is still under way, then this life is over: another daemon runs under our name.
struct life_is_over {
  session_id by;
};

struct opinion_list { // for people
  gossip::life self;
  std::vector<opinion> opinions; // by name
  unsigned local_health = 0;     // 0: good, local_health::worst at most
  bool accuses_nobody = false;   // it stood still and has not heard from others since
  counters counts;
};

} // namespace troupe::detector

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::joined_as)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::watch_opinions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::departed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::ask_opinions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::opinion_is)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::host_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::life_is_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::detector::opinion_list)
