// Frames: the unit that a segment is made of. A batch of records becomes one frame, padded with zeros to whole
// sectors, so that a write never touches a sector that was synced before: a torn write cannot hurt what it follows.
//
// Layout, little-endian (offset size):
//    0 16 sum      BLAKE2b-128 of all that follows up to the end of the body
//   16  4 magic    "TRJ1": the layout's version is its last character
//   20  4 kind     frame_kind
//   24  8 journal  id of the journal: files of two journals do not mix
//   32  4 segment  number of the segment, and
//   36  4 offset   where the frame lies in it: a misdirected write is not taken for a good one
//   40  8 batch    counts through the whole journal
//   48 16 chain    sum of the frame before (across segments too): no frame can be lost from the middle unseen
//   64  4 length   of the body in bytes
//   68  4 count    of records in the body
//   72    body     records: kind 4, length 4, slot 8, payload
//
// Why not crc32c, the usual choice: recovery looks for good frames at every sector behind damage, and its chain must
// hold against bytes of an earlier life; with 32 bits of a linear code both rest on luck (one in 4 billion a try, and
// two flips can cancel in sum and chain). BLAKE2b costs about 1 us for a frame of 512 bytes; its sync costs 100 us and
// more.
#pragma once

#include "actors/consensus/journal/record.hpp"
#include "messages/types/digest.hpp"

#include <optional>
#include <span>

namespace troupe::consensus {

inline constexpr std::size_t sector_size = 512; // what a disk writes whole or not at all
inline constexpr std::size_t frame_header_size = 72;
inline constexpr std::size_t record_header_size = 16;

enum class frame_kind : std::uint32_t {
  head = 1,  // first in a segment: identity, link to the segment before, what of it still counts
  batch = 2, // records that were synced together
  copy = 3,  // the promise of the batch before it, once more, in a sector of its own
  mark = 4,  // in the segment's mark sector: batches up to this one were synced
  seal = 5,  // in the segment's last sector: a next segment exists
};

struct frame_header {
  frame_kind kind{};
  journal_id journal;
  std::uint32_t segment = 0;
  std::uint32_t offset = 0;
  std::uint64_t batch = 0;
  short_digest chain{};
};

struct frame {
  frame_header header;
  journal_batch records;
  short_digest sum{};
  std::size_t size = 0; // in the segment: whole sectors
};

// Bytes that a frame with these records takes.
std::size_t frame_size(std::span<const journal_record> records);

struct encoded_frame {
  byte_buffer bytes; // whole sectors
  short_digest sum{};
};
encoded_frame encode_frame(const frame_header& header, std::span<const journal_record> records);

// The frame at `offset` of a segment's image; none if there is no good one. Does not look at journal and chain.
std::optional<frame> decode_frame(byte_view image, std::size_t offset);

} // namespace troupe::consensus
