#include "messages/types/random.hpp"

namespace troupe {

std::uint64_t random_source::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::uint64_t random_source::below(std::uint64_t bound) {
  __extension__ using wide = unsigned __int128;
  return bound == 0 ? 0 : static_cast<std::uint64_t>((wide{next()} * bound) >> 64);
}

} // namespace troupe
