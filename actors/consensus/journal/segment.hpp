// Segments: preallocated files "journal-0000000001", numbered without gaps. A segment is prepared under another name
// and renamed when it is durable, so under its own name it always has a good head. It is never used again for
// another purpose: what lies behind its end is zeros or torn writes of its own.
//
//   head frame | batches and copies ... | unused: zeros | mark sector | seal sector
//
// The head says where the segment before ends and how its chain ends there: what lies behind that is not part of the
// journal. The seal sector, written once the next segment is durable, shows that the newest segment was lost.
#pragma once

#include "actors/consensus/journal/frame.hpp"
#include "messages/types/result.hpp"

#include <string>
#include <string_view>

namespace troupe::consensus {

inline constexpr std::uint32_t default_segment_size = 4 * 1024 * 1024; // about 3 s of full load, hours of rest
inline constexpr std::uint32_t min_segment_size = 8 * sector_size;
inline constexpr std::uint32_t max_segment_size = 64 * 1024 * 1024;
inline constexpr std::size_t max_head_size = 2 * sector_size;

inline const std::string new_segment_name = "journal.new";        // being prepared; means nothing at a start
inline const std::string doubtful_mark_name = "journal.doubtful"; // content: why
std::string segment_name(std::uint32_t number);
std::optional<std::uint32_t> segment_number_of(std::string_view file); // none: not a segment

constexpr std::uint32_t mark_offset(std::uint32_t segment_size) {
  return segment_size - static_cast<std::uint32_t>(2 * sector_size);
}
constexpr std::uint32_t seal_offset(std::uint32_t segment_size) {
  return segment_size - static_cast<std::uint32_t>(sector_size);
}

// The content of a head's identity record.
struct segment_head {
  journal_identity identity;
  std::uint32_t segment_size = 0;
  std::uint32_t previous_end = 0; // offset in the segment before; 0 in the first one
  slot_number highest_before;     // highest slot accepted in any segment before, removed ones too
};
journal_record encode_head(const segment_head& head);
result<segment_head> decode_head(const journal_record& record);

} // namespace troupe::consensus
