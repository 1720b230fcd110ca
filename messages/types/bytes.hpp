// Raw bytes, and the little-endian numbers inside of headers that are not Cap'n Proto (datagram, record, frame).
#pragma once

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

// Appends `value`, least significant byte first.
template <std::unsigned_integral T>
void put_le(byte_buffer& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xff));
}

// Reads what put_le wrote. The caller has checked that `at + sizeof(T)` lies inside of `in`.
template <std::unsigned_integral T>
T get_le(byte_view in, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(in[at + i]) << (8 * i)));
  return value;
}

} // namespace troupe
