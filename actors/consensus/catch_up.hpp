// How a replica gets chosen values that it has not accepted: it asks whoever said that more is chosen, one question
// at a time, and another voter when no answer comes. Far behind, the answer is a snapshot, fetched chunk by chunk.
//
// Invariants: values are taken in slot order only, so the chosen prefix has no holes; a snapshot is installed whole or
// not at all; what is asked for next follows from the state, never from what an answer claims to be.
#pragma once

#include "actors/consensus/electorate.hpp"
#include "actors/consensus/options.hpp"
#include "actors/consensus/replica_log.hpp"

#include <optional>

namespace troupe::consensus {

class catch_up {
public:
  struct question {
    node_name to;
    message_body body; // learn or snapshot_ask
  };
  struct snapshot {
    slot_number slot;
    shared_bytes state;
  };

  // `limits` outlives this, and its times may change.
  catch_up(node_name self, const options& limits)
    : self_(std::move(self))
    , limits_(limits)
    , patience_(limits.retransmit) {}

  // `from` says that everything up to `slot` is chosen.
  void told(const node_name& from, slot_number slot);
  // What to ask now, given how far we are; none: nothing is missing, or an answer is awaited.
  std::optional<question> ask(slot_number chosen, const electorate& voters, instant now);
  void answered();
  void stream_lost(const node_name& peer, instant now); // a question or its answer may have been in it

  // One chunk. The snapshot, when this was its last.
  std::optional<snapshot> add(const node_name& from, const snapshot_chunk& chunk, slot_number chosen);

  [[nodiscard]] std::optional<instant> retry_at() const { return awaited_; }
  [[nodiscard]] slot_number newest() const { return newest_; }

private:
  struct parts {
    slot_number slot;
    std::uint64_t size = 0;
    byte_buffer data;
  };
  void turn_to_another(const electorate& voters);
  static constexpr int tries = 3; // unanswered, before another voter is asked

  node_name self_;
  const options& limits_;
  slot_number newest_; // that anybody said is chosen
  node_name source_;
  std::optional<instant> awaited_; // until when
  duration patience_{};            // doubled with each unanswered question: answers are long, and come by a stream
  int unanswered_ = 0;
  std::optional<parts> parts_; // all from source_: two nodes need not write the same state in the same bytes
};

// The other side: what to answer from `log`; none: we have not got it either.
std::optional<message_body> answer(const learn& question, const replica_log& log, const options& limits);
std::optional<message_body> answer(const snapshot_ask& question, const replica_log& log, const options& limits);

} // namespace troupe::consensus
