// What the replica actor is told and what it tells, beside the messages of other nodes.
#pragma once

#include "actors/consensus/effects.hpp"
#include "actors/consensus/replica.hpp"

#include <caf/all.hpp>

namespace troupe::consensus {

// --- told, by the owner of the state ---
struct state_is_with { // first of all
  caf::actor actor;
};
struct propose { // answered with proposal_answer; what comes of one that is taken is read in the log
  shared_batch value;
};
struct applied_up_to {
  slot_number slot;
};
struct snapshot_taken {
  slot_number slot;
  shared_bytes state;
};
struct members_are {
  std::vector<node_name> members;
};
struct timers_are { // those of the configuration that is now in force
  conf::timers timers;
};
struct detector_says {
  node_name node;
  bool suspected = false;
};
// From now on `who` is told whom a leader vouches for: vouched_are at once, and at each change.
struct watch_vouched {
  caf::actor who;
};
struct ask_status {}; // answered with replica_status
struct ask_contacts {}; // answered with contact_list

// Who was heard when, by this node's own clock.
struct contact_list {
  instant leader_heard; // see replica::leader_heard
  std::vector<member_contact> members; // on the leader: all others; see contacts.hpp
};

// --- tells those who watch ---
struct vouched_are {
  std::vector<node_name> members; // see vouched_for; sorted
};

// --- tells the owner ---
struct chosen_slot {
  slot_number slot;
  shared_batch value;
  slot_number newest; // known to be chosen by now: this one, or one that will follow
};
struct replace_state {
  slot_number slot;
  shared_bytes state;
  slot_number newest; // as above
};
struct take_snapshot {}; // answer with snapshot_taken
struct leadership {
  bool ours = false; // proposals are taken
  node_name leader;  // empty: nobody known
};
struct proposal_answer { // to each proposal, in their order
  std::optional<refused> why; // unset: it is taken
};

} // namespace troupe::consensus

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::state_is_with)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::propose)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::applied_up_to)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::snapshot_taken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::members_are)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::timers_are)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::detector_says)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::watch_vouched)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::vouched_are)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::ask_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::replica_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::ask_contacts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::contact_list)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::chosen_slot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::replace_state)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::take_snapshot)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::leadership)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::consensus::proposal_answer)
