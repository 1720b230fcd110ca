// The journal's reading side: what of it counts after a stop of any kind, and whether it can be trusted.
//
// A batch's request is carried out after that of the batch before it succeeded, sync included. So a good frame of
// batch n shows that batch n-1 was durable; a segment's head shows it of all segments before, and the mark of what it
// names. From this follows what recovery promises, for writes that are torn at any byte and sectors that are lost:
//  - No synced batch is lost and no record is invented: what counts is a prefix of the batches, all synced ones among
//    them, and a promise from the torn rest if its copy survived (to hold to a promise never given is always safe).
//  - A plain tear of what was not synced is `torn`, never doubtful.
// And for damage to what was synced (flipped bits, lost or misdirected sectors, lost files):
//  - Damage to any batch but the last one is doubtful; to the last one too, if a settle() after it reached the disk.
//  - Without that, damage to the last batch cannot be told from a tear: its accepted values may be lost, and the
//  verdict
//    is `torn`. Its promise is kept unless both copies, in different sectors, are hit.
//  - Damage to bytes that carry nothing (padding, an old mark or seal) changes nothing.
// Rejected: to take every tear for damage. A power loss of all machines would leave a cluster without voters.
#pragma once

#include "actors/consensus/journal/writer.hpp"

#include <map>
#include <string>
#include <variant>

namespace troupe::consensus {

struct journal_owner { // whose journal it must be
  node_name node;
  machine_id machine;
};

struct empty_journal {}; // there is none: this node has no memory and must not vote under an old id
struct recovered_journal {
  journal_state state;                         // for the writer
  std::map<slot_number, byte_buffer> accepted; // above the snapshot
  std::optional<std::string> torn;             // where the tail was cut
};
struct doubtful_journal { // nothing of it may be used
  std::string why;
};
using recovery = std::variant<empty_journal, recovered_journal, doubtful_journal>;

// Which of the data folder's files recovery wants to see.
bool is_journal_file(std::string_view name);
recovery recover_journal(const std::map<std::string, byte_buffer>& files, const journal_owner& owner);

} // namespace troupe::consensus
