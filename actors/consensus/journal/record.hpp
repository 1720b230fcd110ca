// What an acceptor remembers, and of whom. The journal gives no meaning to payloads: ballots and values are the
// replica's.
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/ids.hpp"

#include <cstdint>
#include <vector>

namespace troupe::consensus {

inline constexpr std::size_t max_promise = 64;                 // bytes of a promise's payload
inline constexpr std::size_t max_record_payload = 1024 * 1024; // bytes of any other

enum class record_kind : std::uint32_t {
  identity = 1, // whose journal this is; the journal itself writes it, first in every segment
  promise = 2,  // the newest counts
  accepted = 3, // slot and what was accepted there; the newest of a slot counts
  chosen = 4,   // all slots up to this one are known to be chosen; the highest counts
  snapshot = 5, // a durable snapshot file covers all slots up to this one; the highest counts
};

struct journal_record {
  record_kind kind{};
  slot_number slot;
  byte_buffer payload;
  bool operator==(const journal_record&) const = default;
};
using journal_batch = std::vector<journal_record>;

// A journal belongs to one node on one machine in one lineage. A folder that was copied to another machine names
// the wrong one. A folder that was put back from a backup on its own machine cannot be told from the true one:
// that is for operators to know (a restored node must be wiped).
struct journal_identity {
  lineage_id lineage;
  node_name node;
  machine_id machine;
  journal_id journal;
  bool operator==(const journal_identity&) const = default;
};

} // namespace troupe::consensus
