// The failure detector's actor: carries swim's outputs out over the links, follows the ledger for who is configured and
// who is a member in which session, and passes opinions on: to the replica, which replaces a silent leader sooner when
// it is thought unreachable, and to whoever watches.
//
// The core begins with the first state that the ledger shows, and takes its timers from the configuration in it, also
// when an operator changes `tolerate`. Gossip that comes earlier is dropped: who may be listened to is not known yet.
//
// It also keeps which hosts answered for a daemon that is away (links::host_is_up). Rejected: leaving that to the
// leader's director. A director that begins in the middle of a silence would not know what its node saw before, and
// take a restarting daemon for a lost machine.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/consensus/messages.hpp"
#include "actors/detector/messages.hpp"
#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/links/messages.hpp"
#include "actors/watching/observed.hpp"
#include "messages/gossip_codec.hpp"

namespace troupe::detector {

// Of an encoded gossip::datagram: what sealing, envelope and its own first byte leave.
inline constexpr std::size_t datagram_budget = transport::max_datagram_payload - gossip::wire_head;

struct settings {
  node_name self;
  std::vector<node_name> seeds; // of node.toml; asked beside the configured nodes
  caf::actor links;
  caf::actor replica;
  caf::actor ledger;
  caf::actor root; // told life_is_over
  plants planted;
};

struct detector_state {
  env::environment* env = nullptr;
  settings set;
  random_source random{0};
  std::unique_ptr<swim> core;         // from the first state on
  std::vector<node_name> vouched;     // for whom a leader vouches
  session_id session;                 // this life's; 0: not joined yet
  std::set<node_name> unreachable;    // faulty, or left: as told to the replica
  std::map<node_name, instant> hosts; // that answered last for a daemon that is away
  std::vector<caf::actor> watchers;
  std::vector<caf::response_promise> leaving; // who waits for our departure
  bool gone = false;
  env::alarm alarm;
};
using detector_actor = caf::stateful_actor<detector_state, watching::observed<caf::event_based_actor>>;

caf::behavior detector(detector_actor* self, env::environment* env, const watching::directory_ptr& directory,
                       settings set);

} // namespace troupe::detector
