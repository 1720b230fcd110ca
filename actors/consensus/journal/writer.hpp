// The journal's writing side: turns batches of records into disk requests. Pure: it does no I/O and keeps no queue.
//
// Rules for the owner:
// - Submit every request, in the order in which they were made. A batch is durable when its request succeeded; only
//   then may an answer that rests on it be sent.
// - If any request fails, nothing more may be answered: submit mark_doubtful(why), then end the process. A failed sync
//   is never tried again: the kernel may have dropped the data and say yes the second time (Rebello et al., "Can
//   Applications Recover from fsync Failures?", USENIX ATC 2020). The mark matters while this boot's cache shows what
//   the disk does not have; hence it helps even where its own sync fails.
// - When the answer of a batch has come and nothing else waits, submit settle(): it costs no sync, and later damage of
//   that batch is then known from a torn write.
//
// What recovery can promise follows from the order of these writes; see recovery.hpp.
#pragma once

#include "actors/consensus/journal/segment.hpp"
#include "actors/env/disk.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace troupe::consensus {

struct journal_end {         // where the next frame goes and what it is chained to
  std::uint32_t segment = 0; // 0: there is none yet
  std::uint32_t offset = 0;
  std::uint64_t batch = 0; // number of the last one
  short_digest chain{};
  bool operator==(const journal_end&) const = default;
};

struct segment_extent {
  std::uint32_t number = 0;
  slot_number highest; // slot accepted in it
  bool operator==(const segment_extent&) const = default;
};

// All that the writer must know. Recovery makes one; new_journal() makes the first one.
struct journal_state {
  journal_identity identity;
  std::uint32_t segment_size = default_segment_size;
  std::vector<segment_extent> segments; // those that exist, oldest first
  slot_number highest_before;           // slot accepted in any segment that was removed
  journal_end end;
  bool unusable_tail = false; // torn writes lie behind the end: go on in a new segment
  std::optional<byte_buffer> promise;
  slot_number chosen;
  slot_number snapshot;
};
journal_state new_journal(const journal_identity& identity, std::uint32_t segment_size = default_segment_size);

// Largest sum of `frame_size`s of a batch and the copy of its promise.
constexpr std::size_t max_batch_size(std::uint32_t segment_size) {
  return mark_offset(segment_size) - max_head_size;
}

class journal_writer {
public:
  explicit journal_writer(journal_state state);

  // The first request of every start: makes durable what recovery found, and the first segment where there is none.
  env::disk_request open();
  // One batch, one sync; more of them where a segment cannot hold it all. A crash may then leave the first ones, which
  // is no more than any unanswered request leaves. Not empty; no identity records; each record within the limits of
  // record.hpp and max_batch_size.
  env::disk_request append(std::span<const journal_record> batch);
  env::disk_request settle();
  // Forgets what a durable snapshot covers. To be called once the snapshot file of `slot` is durable.
  env::disk_request truncate(slot_number slot);

  [[nodiscard]] const journal_state& state() const { return state_; }

private:
  void put_frame(env::disk_request& out, const std::string& file, frame_kind kind,
                 std::span<const journal_record> records);
  void begin_segment(env::disk_request& out);
  void seal(env::disk_request& out, const journal_end& end) const;
  void put_batches(env::disk_request& out, std::span<const journal_record> records);
  void put_batch(env::disk_request& out, std::span<const journal_record> batch);
  void remember(std::span<const journal_record> batch);
  [[nodiscard]] journal_batch head_records() const;

  journal_state state_;
};

// After a failed request: so that the next start doubts this journal.
env::disk_request mark_doubtful(std::string_view why);
// Removes the journal whose files are `names`, e.g. a doubtful one, so that a new one can begin. Cut short anywhere,
// what is left is doubtful or empty.
env::disk_request discard_journal(std::span<const std::string> names);

} // namespace troupe::consensus
