// One caller of the control socket: reads its requests, one after the other, asks the parts of the node, and writes the
// answers. Requests that come while one is being answered wait in its buffer, one at most: a caller that sends more is
// sent away. Its commands are a lane of the ledger's front desk, which closes when it goes.
#pragma once

#include "actors/console/service/console.hpp"
#include "actors/watching/observed.hpp"
#include "messages/console_codec.hpp"

namespace troupe::console {

// How long a part of this node may take to say how it is; a part that does not is named in the answer. What waits for
// the cluster (init, order) has no limit here: the caller goes when it has waited enough.
inline constexpr duration part_patience = std::chrono::seconds{2};

struct caller_sent {
  byte_buffer data;
};

struct caller_state {
  env::environment* env = nullptr;
  watching::directory_ptr directory;
  console_settings set;
  transport::caller_id id;
  std::string user;
  frame_reader reader{max_request};
  bool busy = false;
  caf::actor ledger; // where our lane is; unset: there is none
};
using caller_actor = caf::stateful_actor<caller_state, watching::observed<caf::event_based_actor>>;

caf::behavior caller(caller_actor* self, env::environment* env, const watching::directory_ptr& directory,
                     console_settings settings, transport::caller_id id, std::string user);

} // namespace troupe::console

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::caller_sent)
