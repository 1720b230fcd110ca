// Raw bytes, and the little-endian numbers inside of headers that are not Cap'n Proto (datagram, record, frame).
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

using byte_buffer = std::vector<std::byte>;
using byte_view = std::span<const std::byte>;

inline byte_view view_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string to_hex(byte_view data);

// `value`, least significant byte first.
template <std::unsigned_integral T>
constexpr std::array<std::byte, sizeof(T)> le_bytes(T value) {
  std::array<std::byte, sizeof(T)> out{};
  for (std::size_t i = 0; i < sizeof(T); ++i) out[i] = static_cast<std::byte>((value >> (8 * i)) & 0xff);
  return out;
}

// Appends it.
template <std::unsigned_integral T>
void put_le(byte_buffer& out, T value) {
  auto bytes = le_bytes(value);
  auto at = out.size();
  out.resize(at + bytes.size()); // not insert(): g++ 12 warns of its inside
  std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
}

// Reads what put_le wrote. The caller has checked that `at + sizeof(T)` lies inside of `in`.
template <std::unsigned_integral T>
T get_le(byte_view in, std::size_t at) {
  auto bytes = in.subspan(at).template first<sizeof(T)>();
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(bytes[i]) << (8 * i)));
  return value;
}

} // namespace troupe
