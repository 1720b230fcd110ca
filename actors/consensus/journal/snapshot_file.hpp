// The state at a slot, as a file "snapshot-00000000000000000042". Written under another name, synced, renamed, and
// only then the ones before it are removed: at every moment one whole snapshot lies there. The journal is truncated
// after that (journal_writer::truncate).
//
// Layout, little-endian: sum 32 (BLAKE2b-256 of all that follows), magic "TRS1" 4, slot 8, lineage 16, length 8, state.
//
// A damaged newest snapshot is not replaced by an older one: the journal may no longer hold the slots between them. The
// node then fetches a snapshot from another one, whose chunks are cut and joined here.
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
inline constexpr std::size_t snapshot_chunk_size = 64 * 1024;  // of the file, in transfer
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

// Transfer: chunk i of chunk_count(size); all but the last have snapshot_chunk_size bytes.
std::size_t chunk_count(std::size_t size);
byte_view snapshot_chunk(byte_view encoded, std::size_t i); // empty: there is no such chunk

// The other end: takes chunks in any order, each any number of times.
class snapshot_assembly {
public:
  static result<snapshot_assembly> of_size(std::uint64_t size); // refuses what no snapshot can have
  result<std::size_t> add(std::size_t i, byte_view chunk);      // how many are still missing
  [[nodiscard]] std::optional<std::size_t> first_missing() const;
  // Once none is missing.
  result<snapshot> finish() const { return decode_snapshot(bytes_); }
  [[nodiscard]] const byte_buffer& bytes() const { return bytes_; }

private:
  explicit snapshot_assembly(std::size_t size);
  byte_buffer bytes_;
  std::vector<bool> have_;
  std::size_t missing_ = 0;
};

} // namespace troupe::consensus
