#include "messages/gossip.hpp"

namespace troupe::gossip {

namespace bounds {

// Cap'n Proto's packing writes a tag byte and the bytes that are not zero for each word; a word without zeros costs one
// more. A pointer has at most six bytes that are not zero at these sizes.
constexpr std::size_t pointer = 1 + 6;

std::size_t number(std::uint64_t value) {
  if (value == 0) return 2; // a run of zero words: tag and count
  std::size_t bytes = 1;
  for (; value != 0; value >>= 8) ++bytes;
  return bytes < 9 ? bytes : 10;
}

std::size_t text(std::size_t size) {
  return pointer + (size == 0 ? 0 : size + 2 * (size / 8 + 1)); // the closing zero may need a word of its own
}

std::size_t of(const life& l) {
  return number(l.session.value) + number(l.incarnation.value);
}

} // namespace bounds

std::size_t bound_of(const news& n) {
  constexpr std::size_t standing = 2;
  return bounds::of(n.of) + standing + bounds::text(n.about.text.size()) + bounds::text(n.by.text.size());
}

std::size_t bound_of_rest(const datagram& d) {
  // Segment table, root pointer, kind, the list's pointer and tag, and the end of the last run of words.
  constexpr std::size_t frame = 5 + bounds::pointer + 2 + 2 * bounds::pointer + 8;
  std::size_t largest_what = 3 * 10; // probe number, answered life
  std::size_t target = 0;
  if (const auto* request = std::get_if<ping_request>(&d.what)) target = request->target.text.size();
  return frame + bounds::of(d.sender) + largest_what + bounds::text(target) + bounds::text(d.blob.size());
}

} // namespace troupe::gossip
