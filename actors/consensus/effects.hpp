// What a replica wants done, in this order. The owner (an actor, or a test) carries effects out one after another and
// feeds back what comes of them; the replica itself touches nothing.
//
// A message that tells of something that must be durable is not among the effects until durable(token) has come back:
// the owner may send whatever it sees.
#pragma once

#include "actors/consensus/journal/record.hpp"
#include "messages/consensus.hpp"

#include <memory>
#include <variant>
#include <vector>

namespace troupe::consensus {

using sync_token = ordinal<struct sync_token_tag>; // rises by one with each persist
using shared_bytes = std::shared_ptr<const byte_buffer>;

struct persist { // append, then sync, then call durable(token); one token after another
  std::vector<journal_record> records;
  sync_token token;
};
struct send { // may be lost, doubled, late
  node_name to;
  message what;
};
struct apply { // chosen; slots come in order, each once, from the slot after the last one applied or installed
  slot_number slot;
  shared_batch value;
};
struct install_snapshot { // the state after this slot replaces the owner's
  slot_number slot;
  shared_bytes state;
};
struct want_snapshot {}; // too much log is kept: hand in snapshot_made() when convenient; said once until then
struct leading {         // proposals are taken from now on; all that earlier leaders may have chosen has been applied
  ballot number;
};
struct stepped_down {}; // what was proposed and not yet applied may or may not be chosen: only the log will tell
struct leader_known {   // after every change; both empty: nobody leads that we know
  node_name leader;
  node_name via; // who relays its ticks to us; the leader itself when we hear it directly
};
struct vouched_for { // after every change: members that were heard within options.quiet, on the leader's word; sorted
  std::vector<node_name> members;
};
using effect = std::variant<persist, send, apply, install_snapshot, want_snapshot, leading, stepped_down, leader_known,
                            vouched_for>;
using effects = std::vector<effect>;

} // namespace troupe::consensus
