// The acceptor: the memory that makes a chosen value stay chosen.
//
// Invariants (P1a and P2a of "Paxos Made Simple"): it never accepts below its promise; it answers only after promise or
// value is durable (the caller passes answers through sync_gate); a promise tells every value accepted so far. Slots of
// the chosen prefix are told by its length alone: whoever asks learns their values, it does not vote on them again.
//
// A value accepted under a higher ballot is itself a promise. It is recorded as one, since the journal forgets accepted
// values below a snapshot, and promises never.
#pragma once

#include "actors/consensus/options.hpp"
#include "actors/consensus/plants.hpp"
#include "actors/consensus/replica_log.hpp"
#include "actors/consensus/sync_gate.hpp"

#include <optional>

namespace troupe::consensus {

class acceptor {
public:
  // All of these outlive this.
  acceptor(replica_log& log, sync_gate& gate, ballot promised, const options& limits, plants planted);

  [[nodiscard]] ballot promised() const { return promised_; }

  message_body answer(const prepare& m);               // promise or refusal
  std::optional<message_body> answer(const accept& m); // accepted, refusal, or nothing: too much is kept

private:
  void raise(ballot to);
  void fill(promise& p) const;

  replica_log& log_;
  sync_gate& gate_;
  ballot promised_;
  const options& limits_;
  plants planted_;
};

} // namespace troupe::consensus
