#include "messages/types/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe {

namespace utf8_detail {

struct lead {
  std::size_t length; // of the sequence; 0: no lead byte
  std::uint32_t bits;
  std::uint32_t least; // the smallest code point that needs this length
};

lead read_lead(unsigned char c) {
  if (c < 0x80) return {1, c, 0};
  if ((c & 0xe0) == 0xc0) return {2, c & 0x1fu, 0x80};
  if ((c & 0xf0) == 0xe0) return {3, c & 0x0fu, 0x800};
  if ((c & 0xf8) == 0xf0) return {4, c & 0x07u, 0x10000};
  return {0, 0, 0};
}

} // namespace utf8_detail

bool valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) < 0x80) { // nearly all that we read
      ++i;
      continue;
    }
    auto [length, point, least] = utf8_detail::read_lead(static_cast<unsigned char>(text[i]));
    if (length == 0 || length > text.size() - i) return false;
    for (std::size_t k = 1; k < length; ++k) {
      auto c = static_cast<unsigned char>(text[i + k]);
      if ((c & 0xc0) != 0x80) return false;
      point = (point << 6) | (c & 0x3fu);
    }
    bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < least || point > 0x10ffff || surrogate) return false;
    i += length;
  }
  return true;
}

} // namespace troupe
