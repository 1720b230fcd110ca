// What a replica asks its journal to keep. The journal knows kinds and slots and treats payloads as opaque bytes;
// records.hpp writes and reads them.
//
// What the journal owes: records become durable in the order given (a later one never survives without an earlier
// one), and durable(token) comes only when all of that token's records and of those before are. What it may forget once
// a snapshot of slot S is durable: accepted and chosen records of slots up to S and older snapshots; of identity and
// promise the newest of each stays for ever.
//
// A learned value may stand above the last chosen record when a crash comes between the two. It then hides what was
// accepted in that slot before, which is safe: the values differ, so this acceptor was not among those that chose the
// learned one, and every quorum holds one that was, with a higher ballot than what is hidden.
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/ids.hpp"

#include <cstdint>

namespace troupe::consensus {

enum class record_kind : std::uint8_t {
  identity = 1, // the journal's own id; first record of a journal, slot 0
  promise = 2,  // a ballot, slot 0
  accepted = 3, // a ballot and a batch; the newest of a slot counts. Without a ballot: learned, not accepted
  chosen = 4,   // no payload: all slots up to this one are chosen, with the value last recorded; the highest counts
  snapshot = 5, // the state after this slot
};

struct journal_record {
  record_kind kind = record_kind::identity;
  slot_number slot;
  byte_buffer payload;
  bool operator==(const journal_record&) const = default;
};

} // namespace troupe::consensus
