// The payloads of journal records, and what a journal's records mean when a replica starts again.
// Little-endian numbers; a batch is a count, then each command with its length.
#pragma once

#include "actors/consensus/journal/record.hpp"
#include "actors/consensus/replica_log.hpp"
#include "messages/types/result.hpp"

#include <span>

namespace troupe::consensus {

journal_record identity_record(journal_id journal);
journal_record promise_record(ballot promised);
journal_record accepted_record(slot_number slot, ballot number, const batch& value); // no ballot: it was learned
journal_record chosen_record(slot_number up_to);
journal_record snapshot_record(slot_number slot, const byte_buffer& state);

// An acceptor's memory.
struct recovered {
  journal_id journal; // 0: an empty journal, the owner gives it an id
  ballot promised;
  replica_log log;
};

// Reads the records in the order in which they were written. An error means that the journal cannot be trusted: its
// node comes back as a learner under a new journal, it never guesses.
result<recovered> recover(std::span<const journal_record> records);

} // namespace troupe::consensus
