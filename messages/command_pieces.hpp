// A command too large for one slot of the log, or for one message, travels in pieces: a configuration of thousands of
// resources takes megabytes, a slot a quarter of one. The pieces are an envelope around the command's bytes, taken off
// before anything is applied: the kernel sees one command, under one index, that of the slot of its last piece.
//
// One proposer says the pieces of one command in a row, each alone in its slot. So whoever assembles holds at most one
// open command, and the rule for everything that goes wrong is: what does not continue it, ends it. A leader that was
// lost in the middle leaves a beginning without end; its successor fills the holes with no-ops and is brought the whole
// command again. Nobody waits for a piece, and nothing of an assembly lasts longer than a row of slots.
//
// The pieces hold the packed form (messages/packed.hpp), so that what moves is about half.
// Rejected: slots of any size (each message, stream and record of the journal would have to carry as much at once, and
// a tick behind it waits), and pieces as commands of the kernel (half a command would be state, with an index).
//
// A piece: mark 8 | name of the whole 8 | size of the whole 4 | offset 4 | data. All little-endian; the name is the
// beginning of the digest of the packed command. No command begins with the mark: for Cap'n Proto it would be one of
// 2^32 segments.
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::command {

inline constexpr std::size_t max_packed = std::size_t{3} << 20; // below what a stream that is down keeps for later
inline constexpr std::size_t piece_head = 24;                   // bytes

// Why an encoded command can never be carried; empty: it can.
std::string carriage_fault(byte_view encoded);

// What to say in a row, none of it longer than `most` (above piece_head): the command itself if it is short enough,
// else its pieces.
std::vector<byte_buffer> cut(byte_buffer encoded, std::size_t most);

[[nodiscard]] bool is_piece(byte_view bytes);

class assembly {
public:
  // The whole command, encoded, when this was its last piece. An error: what came is no piece, or does not continue
  // what is open; then nothing is open (a first piece always begins anew).
  result<std::optional<byte_buffer>> add(byte_view piece);
  void forget() { packed_ = {}; }
  [[nodiscard]] std::size_t bytes() const { return packed_.size(); } // so far
  [[nodiscard]] bool open() const { return !packed_.empty(); }
  [[nodiscard]] std::size_t claimed() const { return open() ? size_ : 0; } // bytes, once all are there

private:
  std::uint64_t name_ = 0;
  std::uint32_t size_ = 0;
  byte_buffer packed_; // so far
};

} // namespace troupe::command
