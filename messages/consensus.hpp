// What replicas of the log say to each other, as plain values: Multi-Paxos (Lamport, "Paxos Made Simple", 2001; the
// log, the stable leader and the hole filling are its section 3), pre-vote (Ongaro's Raft thesis, 9.6), catch-up.
// actors/consensus gives them their meaning; consensus_codec puts them on the wire.
//
// Who sends is known from the transport (authenticated); `message::sender` adds the journal that the sender votes
// with. A voter is the pair: a node whose journal was wiped is another acceptor, and its voice does not count.
//
// Batches are shared and never changed once made, so that log, message and retransmission hold one copy. Times on the
// wire are ages, not instants: clocks of two nodes have no common zero. An age is a little too young on arrival
// (by the message's flight), which errs on the side of "heard lately".
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

namespace troupe::consensus {

// --- limits of what is decoded; the replica's own (options.hpp) lie below them ---
inline constexpr std::size_t max_encoded_bytes = std::size_t{1} << 20; // encoded
inline constexpr std::size_t max_batch_commands = 1024;
inline constexpr std::size_t max_values = 4096;  // accepted or chosen values in one message
inline constexpr std::size_t max_contacts = 128; // the cluster's most nodes

// Totally ordered; no two proposers share one. Round 0 is before every ballot.
struct ballot {
  std::uint64_t round = 0;
  journal_id proposer;
  auto operator<=>(const ballot&) const = default;
  [[nodiscard]] bool none() const { return round == 0; }
};

// What one slot decides: commands, opaque here. Without any it is a no-op.
struct batch {
  std::vector<byte_buffer> commands;
  bool operator==(const batch&) const = default;
};
using shared_batch = std::shared_ptr<const batch>; // never null inside a message

// About what `value` adds to a message or a record: batch_overhead, and for each command that and its bytes.
inline constexpr std::size_t batch_overhead = 16; // of a list or of an element, rounded up to words
std::size_t size_of(const batch& value);

// How long ago a member was heard. never_heard: not since whoever says so began, nor by anyone who told it.
inline constexpr duration never_heard = std::chrono::hours{24 * 365}; // the longest age that can be said
struct contact {
  node_name node;
  duration age{};
  bool operator==(const contact&) const = default;
};

// --- election ---
struct pre_vote { // "I have lost the leader; would you let me lead?" Changes nothing at the one who is asked
  std::uint64_t attempt = 0;
  bool operator==(const pre_vote&) const = default;
};

struct pre_vote_answer {
  std::uint64_t attempt = 0;
  bool granted = false;          // only by a voter that has itself lost the leader
  ballot promised;               // so that the next ballot is above it at once
  slot_number chosen;            // newest slot known chosen: who lags may learn from here
  node_name leader;              // whom the answerer follows; empty: nobody
  std::vector<contact> contacts; // when the answerer last heard of each member; only with a grant
  bool operator==(const pre_vote_answer&) const = default;
};

// --- phase 1, for all slots from `first` on at once ---
struct prepare {
  ballot number;
  slot_number first; // also the cursor: a long answer comes in chunks, the next is asked for with a later `first`
  bool operator==(const prepare&) const = default;
};

struct accepted_value {
  slot_number slot;
  ballot number;
  shared_batch value;
  bool operator==(const accepted_value& o) const { return slot == o.slot && number == o.number && *value == *o.value; }
};

struct promise {
  ballot number;
  slot_number first;                    // as asked
  slot_number chosen;                   // every slot up to here is chosen; their values are asked for with `learn`
  bool more = false;                    // accepted values lie beyond the last of this chunk
  std::vector<accepted_value> accepted; // by slot; all that lie in this chunk and above `chosen`
  bool operator==(const promise&) const = default;
};

// --- phase 2 ---
struct accept {
  ballot number;
  slot_number slot;
  slot_number chosen; // as in tick
  shared_batch value;
  bool operator==(const accept& o) const {
    return number == o.number && slot == o.slot && chosen == o.chosen && *value == *o.value;
  }
};

struct accepted {
  ballot number;
  slot_number slot;
  bool operator==(const accepted&) const = default;
};

struct refusal { // of a prepare, an accept or a tick: a higher ballot is promised
  ballot promised;
  bool operator==(const refusal&) const = default;
};

// --- contact ---
struct tick {
  ballot number;
  slot_number chosen;          // every slot up to here is chosen
  std::vector<contact> silent; // members that owe acks for some ticks; mostly empty
  std::vector<node_name> mute{}; // voters that answer with another journal, so that they have no vote; mostly empty
  bool operator==(const tick&) const = default;
};

struct ack { // of a tick
  ballot number;
  slot_number applied;
  std::vector<contact> wards; // members to which the sender relays the leader's ticks; mostly empty
  bool operator==(const ack&) const = default;
};

// --- catch-up ---
struct learn {
  slot_number first;
  bool operator==(const learn&) const = default;
};

struct learned {
  slot_number first;
  std::vector<shared_batch> values; // of consecutive slots from `first`
  slot_number chosen;               // of the one who answers
  bool operator==(const learned& o) const;
};

struct snapshot_ask {
  slot_number slot;
  std::uint64_t offset = 0;
  bool operator==(const snapshot_ask&) const = default;
};

struct snapshot_chunk {
  slot_number slot;         // the state after this slot
  std::uint64_t size = 0;   // of the whole
  std::uint64_t offset = 0; // of this chunk
  byte_buffer data;
  bool operator==(const snapshot_chunk&) const = default;
};

using message_body = std::variant<pre_vote, pre_vote_answer, prepare, promise, accept, accepted, refusal, tick, ack,
                                  learn, learned, snapshot_ask, snapshot_chunk>;

struct message {
  journal_id sender;
  message_body body;
  bool operator==(const message&) const = default;
};

} // namespace troupe::consensus
