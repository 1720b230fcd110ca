#include "tools/sim/sparse_bytes.hpp"

#include <algorithm>

namespace troupe::sim {

void sparse_bytes::resize(std::uint64_t size) {
  if (size < size_) {
    auto cut = pages_.lower_bound(size / page_size);
    if (cut != pages_.end() && cut->first == size / page_size) {
      std::fill(cut->second.begin() + static_cast<std::ptrdiff_t>(size % page_size), cut->second.end(), std::byte{});
      ++cut;
    }
    pages_.erase(cut, pages_.end());
  }
  size_ = size;
}

void sparse_bytes::write(std::uint64_t at, byte_view data) {
  size_ = std::max<std::uint64_t>(size_, at + data.size());
  while (!data.empty()) {
    auto& into = pages_[at / page_size];
    auto from = at % page_size;
    auto part = data.first(std::min(data.size(), page_size - from));
    std::copy(part.begin(), part.end(), into.begin() + static_cast<std::ptrdiff_t>(from));
    at += part.size();
    data = data.subspan(part.size());
  }
}

void sparse_bytes::read(std::uint64_t at, std::span<std::byte> out) const {
  std::fill(out.begin(), out.end(), std::byte{});
  auto end = at + out.size();
  for (auto p = pages_.lower_bound(at / page_size); p != pages_.end() && p->first * page_size < end; ++p) {
    auto begins = p->first * page_size;
    auto from = std::max(at, begins), to = std::min<std::uint64_t>(end, begins + page_size);
    std::copy_n(p->second.begin() + static_cast<std::ptrdiff_t>(from - begins), to - from,
                out.begin() + static_cast<std::ptrdiff_t>(from - at));
  }
}

byte_buffer sparse_bytes::all() const {
  byte_buffer out(size_);
  read(0, out);
  return out;
}

} // namespace troupe::sim
