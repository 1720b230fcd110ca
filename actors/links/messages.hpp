// What the links actor is told and what it tells.
#pragma once

#include "conf/timers.hpp"
#include "transport/switchboard.hpp"

#include <caf/all.hpp>

namespace troupe::links {

// --- told ---
struct post { // may be lost: whoever must know asks again
  node_name to;
  transport::route by{};
  transport::message_kind kind{};
  byte_buffer payload;
};
struct post_to_all { // the same to each, in this order
  std::vector<node_name> to;
  transport::route by{};
  transport::message_kind kind{};
  byte_buffer payload;
};
struct subscribe { // messages of this kind, and (kind unset) changes of links, go to `to`
  std::optional<transport::message_kind> kind;
  caf::actor to;
};
struct watch_streams { // stream_lost goes to `to`
  caf::actor to;
};
struct keys_changed {
  transport::directory_of_keys keys;
};
struct timers_are { // those of the configuration that is now in force
  conf::timers timers;
};
struct terms_changed {
  transport::terms ours;
  session_id session;
};

struct ask_links {}; // answered with links_status

// --- tells ---
struct delivered { // authenticated, not decoded
  node_name from;
  transport::envelope head;
  byte_buffer payload;
};
struct link_is {
  node_name peer;
  transport::link_state state;
};
struct stream_lost { // it was open, and some of what was posted, either way, was lost with it; what is posted now waits
  node_name peer;
};
struct host_is_up { // its daemon is away
  node_name peer;
};

struct links_status { // for people
  struct link {
    node_name peer;
    bool datagrams = false;
    bool stream = false;
  };
  struct refused {
    std::string why;
    std::uint64_t count = 0;
    transport::endpoint last_from;
    node_name last_who; // as it calls itself; empty: nobody can tell
    stamp last;
    duration age; // of the last
  };
  std::vector<link> links;
  std::vector<refused> refused_so_far; // kinds that occurred
};

// --- from env.network ---
struct network_said {
  transport::network_event event;
};

} // namespace troupe::links

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::post)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::post_to_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::subscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::keys_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::timers_are)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::terms_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::ask_links)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::links_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::delivered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::link_is)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::host_is_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::watch_streams)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::stream_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::links::network_said)
