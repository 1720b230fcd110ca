#include "messages/types/bytes.hpp"

namespace troupe {

std::string to_hex(byte_view data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(data.size() * 2);
  for (auto b : data) {
    text.push_back(digits[std::to_integer<unsigned>(b) >> 4]);
    text.push_back(digits[std::to_integer<unsigned>(b) & 0xf]);
  }
  return text;
}

} // namespace troupe
