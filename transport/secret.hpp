// Key material: bytes that are wiped when their owner goes. Moved, never copied: a copy would be one more place to
// wipe. What moves out of it is wiped too.
#pragma once

#include "messages/types/bytes.hpp"

#include <sodium/utils.h>

#include <algorithm>
#include <array>
#include <functional>

namespace troupe::transport {

template <std::size_t N>
class secret_bytes {
public:
  secret_bytes() = default;
  // Takes the bytes over: `from` is wiped.
  explicit secret_bytes(std::array<std::byte, N>& from)
    : bytes_(from) {
    sodium_memzero(from.data(), N);
  }
  secret_bytes(secret_bytes&& other) noexcept
    : secret_bytes(other.bytes_) {}
  secret_bytes& operator=(secret_bytes&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      sodium_memzero(other.bytes_.data(), N);
    }
    return *this;
  }
  ~secret_bytes() { sodium_memzero(bytes_.data(), N); }

  [[nodiscard]] unsigned char* data() { return reinterpret_cast<unsigned char*>(bytes_.data()); }
  [[nodiscard]] const unsigned char* data() const { return reinterpret_cast<const unsigned char*>(bytes_.data()); }
  [[nodiscard]] std::span<std::byte, N> bytes() { return bytes_; }
  [[nodiscard]] std::span<const std::byte, N> bytes() const { return bytes_; }

private:
  std::array<std::byte, N> bytes_{};
};

using seed_bytes = secret_bytes<32>; // what a key pair is made from

// Unpredictable bytes from the outside (env.entropy): the cores never ask libsodium's own generator, so that a run of
// the simulator replays to the byte.
using fill_random = std::function<void(std::span<std::byte>)>;

template <std::size_t N>
secret_bytes<N> draw_secret(const fill_random& random) {
  secret_bytes<N> drawn;
  random(drawn.bytes());
  return drawn;
}

inline const unsigned char* raw(const std::byte* data) {
  return reinterpret_cast<const unsigned char*>(data);
}
inline unsigned char* raw(std::byte* data) {
  return reinterpret_cast<unsigned char*>(data);
}

} // namespace troupe::transport
