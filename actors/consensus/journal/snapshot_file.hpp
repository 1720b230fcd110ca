// The state at a slot, as a file "snapshot-00000000000000000042". Written under another name, synced, renamed, and
// only then the ones before it are removed: at every moment one whole snapshot lies there. The journal is truncated
// after that (journal_writer::truncate).
//
// Layout, little-endian: sum 32 (BLAKE2b-256 of all that follows), magic "TRS1" 4, slot 8, lineage 16, length 8, state.
//
// A damaged newest snapshot is not replaced by an older one: the journal may no longer hold the slots between them. The
// node then fetches one from another node (catch_up.hpp).
#pragma once

#include "actors/env/disk.hpp"
#include "messages/types/digest.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/result.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>

namespace troupe::consensus {

inline constexpr std::size_t max_snapshot = 256 * 1024 * 1024; // bytes of state
inline const std::string new_snapshot_name = "snapshot.new";

struct snapshot {
  slot_number slot;
  lineage_id lineage;
  byte_buffer state;
  bool operator==(const snapshot&) const = default;
};

std::string snapshot_name(slot_number slot);
std::optional<slot_number> snapshot_slot_of(std::string_view file); // none: not a snapshot
// The newest snapshot among `names`: the one to read.
std::optional<std::string> newest_snapshot(std::span<const std::string> names);

byte_buffer encode_snapshot(const snapshot& value);
// Whole and undamaged, or the reason why not. For files and for what a transfer brought.
result<snapshot> decode_snapshot(byte_view file);

// Makes `encoded` (of `slot`) durable, then removes the older ones among `names` (list_files).
env::disk_request save_snapshot(slot_number slot, byte_buffer encoded, std::span<const std::string> names);

} // namespace troupe::consensus
