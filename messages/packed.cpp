#include "messages/packed.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe {

namespace packing {

constexpr std::size_t word = 8;
constexpr std::size_t max_run = 255; // of words, in a count byte

std::size_t zeros_in(byte_view w) {
  return static_cast<std::size_t>(std::ranges::count(w.first(word), std::byte{0}));
}

// How many words from the start of `flat` are zero (or, if `dense`, have at most one zero byte: copied as they are).
std::size_t run_length(byte_view flat, bool dense) {
  std::size_t n = 0;
  while (n < max_run && (n + 1) * word <= flat.size()) {
    auto zeros = zeros_in(flat.subspan(n * word));
    if (dense ? zeros > 1 : zeros < word) break;
    ++n;
  }
  return n;
}

} // namespace packing

byte_buffer pack(byte_view flat) {
  using namespace packing;
  TROUPE_ASSERT(flat.size() % word == 0, "only whole words are packed");
  byte_buffer out;
  while (!flat.empty()) {
    unsigned tag = 0;
    auto tag_at = out.size();
    out.push_back({});
    for (unsigned i = 0; i < word; ++i)
      if (flat[i] != std::byte{0}) {
        tag |= 1u << i;
        out.push_back(flat[i]);
      }
    out[tag_at] = static_cast<std::byte>(tag);
    flat = flat.subspan(word);
    if (tag != 0 && tag != 0xff) continue;
    auto run = run_length(flat, tag == 0xff);
    out.push_back(static_cast<std::byte>(run));
    auto copied = flat.first(run * word);
    if (tag == 0xff) out.insert(out.end(), copied.begin(), copied.end());
    flat = flat.subspan(copied.size());
  }
  return out;
}

result<byte_buffer> unpack(byte_view in, std::size_t max_flat) {
  using namespace packing;
  byte_buffer out;
  std::size_t at = 0;
  auto cut_off = [] { return failure("malformed message: packed bytes are cut off"); };
  while (at < in.size()) {
    auto tag = static_cast<unsigned>(in[at++]);
    std::size_t run = 0, copied = 0;
    for (unsigned i = 0; i < word; ++i) {
      bool present = (tag >> i & 1u) != 0;
      if (present && at == in.size()) return cut_off();
      out.push_back(present ? in[at++] : std::byte{0});
    }
    if (tag == 0 || tag == 0xff) {
      if (at == in.size()) return cut_off();
      run = static_cast<std::size_t>(in[at++]) * word;
      copied = tag == 0xff ? run : 0;
    }
    if (copied > in.size() - at) return cut_off();
    if (out.size() + run > max_flat)
      return failure("malformed message: more than " + std::to_string(max_flat) + " bytes when unpacked");
    auto literal = in.subspan(at, copied);
    out.insert(out.end(), literal.begin(), literal.end());
    out.resize(out.size() + (run - copied));
    at += copied;
  }
  return out;
}

} // namespace troupe
