// A file's bytes. Pages that were never written are not there and read as zeros: a journal's preallocated segment costs
// what is in it, not its 4 MiB, twice over on every machine.
#pragma once

#include "messages/types/bytes.hpp"

#include <map>

namespace troupe::sim {

class sparse_bytes {
public:
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void resize(std::uint64_t size);                // what is new reads as zeros, also where there was something before
  void write(std::uint64_t at, byte_view data);   // grows as far as needed
  void read(std::uint64_t at, std::span<std::byte> out) const; // zeros beyond the end
  [[nodiscard]] byte_buffer all() const;

private:
  static constexpr std::size_t page_size = 4096;
  using page = std::array<std::byte, page_size>;

  std::uint64_t size_ = 0;
  std::map<std::uint64_t, page> pages_; // by number
};

} // namespace troupe::sim
