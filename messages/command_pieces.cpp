#include "messages/command_pieces.hpp"

#include "messages/command_codec.hpp"
#include "messages/packed.hpp"
#include "messages/types/assert.hpp"
#include "messages/types/digest.hpp"

#include <algorithm>

namespace troupe::command {

static constexpr std::uint64_t piece_mark = 0x65636569ffffffff;

static std::uint64_t name_of_whole(byte_view packed) {
  return get_le<std::uint64_t>(short_digest_of(packed), 0);
}

std::string carriage_fault(byte_view encoded) {
  auto fault = [](const char* how, std::size_t size, std::size_t most) {
    return std::string("the command takes ") + std::to_string(size) + " bytes" + how + ", at most " +
           std::to_string(most) + " can be carried";
  };
  if (encoded.size() > max_encoded) return fault("", encoded.size(), max_encoded);
  if (encoded.size() <= max_packed / 2) return {}; // packing adds less than that
  if (auto size = pack(encoded).size(); size > max_packed) return fault(" in packed form", size, max_packed);
  return {};
}

std::vector<byte_buffer> cut(byte_buffer encoded, std::size_t most) {
  TROUPE_ASSERT(most > piece_head, "a piece needs room");
  std::vector<byte_buffer> row;
  if (encoded.size() <= most) {
    row.push_back(std::move(encoded));
    return row;
  }
  auto packed = pack(encoded);
  auto name = name_of_whole(packed);
  for (std::size_t at = 0; at < packed.size();) {
    auto length = std::min(most - piece_head, packed.size() - at);
    byte_buffer piece;
    piece.reserve(piece_head + length);
    put_le(piece, piece_mark);
    put_le(piece, name);
    put_le(piece, static_cast<std::uint32_t>(packed.size()));
    put_le(piece, static_cast<std::uint32_t>(at));
    auto begin = packed.begin() + static_cast<std::ptrdiff_t>(at);
    piece.insert(piece.end(), begin, begin + static_cast<std::ptrdiff_t>(length));
    row.push_back(std::move(piece));
    at += length;
  }
  return row;
}

bool is_piece(byte_view bytes) {
  return bytes.size() >= sizeof(piece_mark) && get_le<std::uint64_t>(bytes, 0) == piece_mark;
}

result<std::optional<byte_buffer>> assembly::add(byte_view piece) {
  auto wrong = [this](const char* why) {
    forget();
    return failure(why);
  };
  if (!is_piece(piece) || piece.size() <= piece_head) return wrong("not a piece of a command");
  auto name = get_le<std::uint64_t>(piece, 8);
  auto size = get_le<std::uint32_t>(piece, 16);
  auto offset = get_le<std::uint32_t>(piece, 20);
  auto data = piece.subspan(piece_head);
  if (size > max_packed) return wrong("a piece of too large a command");
  if (offset == 0) {
    forget();
    name_ = name;
    size_ = size;
  }
  bool continues = name == name_ && size == size_ && offset == packed_.size() && (offset == 0 || open());
  if (!continues || data.size() > size - offset) return wrong("a piece that continues nothing");
  packed_.insert(packed_.end(), data.begin(), data.end());
  if (packed_.size() < size_) return std::optional<byte_buffer>{};
  auto packed = std::move(packed_);
  forget();
  if (name_of_whole(packed) != name_) return failure("pieces of different commands");
  auto whole = unpack(packed, max_encoded);
  if (!whole) return tl::unexpected(whole.error());
  return std::optional<byte_buffer>{std::move(*whole)};
}

} // namespace troupe::command
