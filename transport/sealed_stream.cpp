#include "transport/sealed_stream.hpp"

#include "messages/types/assert.hpp"

#include <sodium.h>

#include <algorithm>

namespace troupe::transport {

namespace {
constexpr std::size_t length_prefix = 4;
constexpr std::size_t kept_capacity = 64 * 1024; // one large frame must not stay with every idle stream
} // namespace

stream_cipher::stream_cipher(const secret_bytes<32>& key) {
  std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES> header{};
  constexpr std::string_view label = "troupe stream header";
  crypto_generichash(header.data(), header.size(), raw(view_of(label).data()), label.size(), key.data(), 32);
  // init_pull is init_push with a header that is given; the states are the same.
  crypto_secretstream_xchacha20poly1305_init_pull(&state_, header.data(), key.data());
}

stream_cipher::stream_cipher(stream_cipher&& other) noexcept
  : state_(other.state_) {
  sodium_memzero(&other.state_, sizeof other.state_);
}

stream_cipher& stream_cipher::operator=(stream_cipher&& other) noexcept {
  if (this != &other) {
    state_ = other.state_;
    sodium_memzero(&other.state_, sizeof other.state_);
  }
  return *this;
}

stream_cipher::~stream_cipher() {
  sodium_memzero(&state_, sizeof state_);
}

byte_buffer stream_sealer::frame(byte_view text, unsigned char tag) {
  TROUPE_ASSERT(text.size() <= max_stream_text, "whoever fills a frame knows its limit");
  byte_buffer out;
  out.reserve(length_prefix + text.size() + frame_overhead);
  put_le(out, static_cast<std::uint32_t>(text.size() + frame_overhead));
  out.resize(length_prefix + text.size() + frame_overhead);
  crypto_secretstream_xchacha20poly1305_push(cipher_.state(), raw(out.data() + length_prefix), nullptr,
                                             raw(text.data()), text.size(), nullptr, 0, tag);
  return out;
}

byte_buffer stream_sealer::seal(byte_view text, instant now) {
  ++since_renewal_;
  bool worn = since_renewal_ >= wear_.messages || now - renewed_ >= wear_.age;
  if (!worn) return frame(text, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
  since_renewal_ = 0;
  renewed_ = now;
  ++renewals_;
  return frame(text, crypto_secretstream_xchacha20poly1305_TAG_REKEY);
}

byte_buffer stream_sealer::finish() {
  return frame({}, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

admitted<stream_opener::progress> stream_opener::feed(byte_view data, std::vector<byte_buffer>& into) {
  while (!data.empty()) {
    if (finished_) return tl::unexpected(refusal::malformed); // something behind the end
    std::size_t wanted = length_prefix;
    if (partial_.size() >= length_prefix) wanted += get_le<std::uint32_t>(partial_, 0);
    auto taken = std::min(wanted - partial_.size(), data.size());
    partial_.insert(partial_.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(taken));
    data = data.subspan(taken);
    if (partial_.size() < wanted) break;
    auto length = get_le<std::uint32_t>(partial_, 0);
    if (length < frame_overhead || length > max_frame) return tl::unexpected(refusal::malformed);
    if (partial_.size() < length_prefix + length) continue;
    if (auto opened = open_frame(into); !opened) return opened;
  }
  return finished_ ? progress::finished : progress::open;
}

std::size_t stream_opener::awaited() const {
  if (partial_.empty()) return 0;
  return partial_.size() < length_prefix ? length_prefix : length_prefix + get_le<std::uint32_t>(partial_, 0);
}

admitted<stream_opener::progress> stream_opener::open_frame(std::vector<byte_buffer>& into) {
  auto sealed = byte_view(partial_).subspan(length_prefix);
  byte_buffer text(sealed.size() - frame_overhead);
  unsigned char tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(cipher_.state(), raw(text.data()), nullptr, &tag, raw(sealed.data()),
                                                 sealed.size(), nullptr, 0) != 0)
    return tl::unexpected(refusal::forged);
  ++opened_;
  if (partial_.capacity() > kept_capacity)
    partial_ = {};
  else
    partial_.clear();
  if (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL)
    finished_ = true;
  else
    into.push_back(std::move(text));
  return finished_ ? progress::finished : progress::open;
}

} // namespace troupe::transport
