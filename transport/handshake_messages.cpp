#include "transport/handshake_messages.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>

namespace troupe::transport {

namespace {

constexpr std::size_t version_at = 4, type_at = 5, purpose_at = 6, zero_at = 7;

template <std::size_t N>
void put(byte_buffer& out, const std::array<std::byte, N>& bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

byte_buffer begin(message_type type, purpose what) {
  byte_buffer out;
  out.reserve(size_of(type));
  put_le<std::uint32_t>(out, 0);
  put_le<std::uint8_t>(out, handshake_version);
  put_le<std::uint8_t>(out, static_cast<std::uint8_t>(type));
  put_le<std::uint8_t>(out, static_cast<std::uint8_t>(what));
  put_le<std::uint8_t>(out, 0);
  return out;
}

void put(byte_buffer& out, const node_name& name) {
  TROUPE_ASSERT(!name.empty() && name.text.size() <= max_wire_name, "a node's name is 1 to 63 bytes");
  put_le(out, static_cast<std::uint8_t>(name.text.size()));
  auto text = view_of(name.text);
  out.insert(out.end(), text.begin(), text.end());
  out.resize(out.size() + (max_wire_name - text.size()));
}

// Reads a message of known size from front to back.
class field_reader {
public:
  explicit field_reader(byte_view data)
    : data_(data) {}

  template <std::unsigned_integral T>
  void take(T& into) {
    into = get_le<T>(data_, at_);
    at_ += sizeof(T);
  }
  void take(channel_id& into) { take(into.value); }
  template <std::size_t N>
  void take(std::array<std::byte, N>& into) {
    std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(at_), N, into.begin());
    at_ += N;
  }
  [[nodiscard]] bool take(node_name& into) { // false: no name, or something behind it
    std::uint8_t length = 0;
    take(length);
    std::array<std::byte, max_wire_name> text{};
    take(text);
    if (length == 0 || length > max_wire_name) return false;
    into = node_name{std::string_view(reinterpret_cast<const char*>(text.data()), length)};
    return std::all_of(text.begin() + length, text.end(), [](std::byte b) { return b == std::byte{0}; });
  }

private:
  byte_view data_;
  std::size_t at_ = preamble_size;
};

admitted<purpose> check_preamble(byte_view data, message_type wanted) {
  auto type = type_of(data);
  if (!type) return tl::unexpected(type.error());
  if (*type != wanted || data.size() != size_of(wanted)) return tl::unexpected(refusal::malformed);
  auto what = get_le<std::uint8_t>(data, purpose_at);
  if (what != 1 && what != 2) return tl::unexpected(refusal::malformed);
  return static_cast<purpose>(what);
}

} // namespace

std::size_t size_of(message_type type) {
  switch (type) {
  case message_type::hello: return hello_size;
  case message_type::challenge: return challenge_size;
  case message_type::welcome: return welcome_size;
  case message_type::finish: return finish_size;
  }
  return 0;
}

bool is_handshake(byte_view data) {
  return data.size() >= 4 && get_le<std::uint32_t>(data, 0) == 0;
}

admitted<message_type> type_of(byte_view data) {
  if (data.size() < preamble_size || !is_handshake(data)) return tl::unexpected(refusal::malformed);
  if (get_le<std::uint8_t>(data, version_at) != handshake_version) return tl::unexpected(refusal::wrong_version);
  auto type = get_le<std::uint8_t>(data, type_at);
  if (type < 1 || type > 4 || data[zero_at] != std::byte{0}) return tl::unexpected(refusal::malformed);
  return static_cast<message_type>(type);
}

byte_buffer encode(const hello& message) {
  auto out = begin(message_type::hello, message.what);
  put_le(out, message.level);
  put(out, message.lineage.bytes);
  put_le(out, message.channel.value);
  put(out, message.from);
  put(out, message.from_key.bytes);
  put(out, message.to_key.bytes);
  put(out, message.ephemeral);
  put(out, message.cookie);
  return out;
}

byte_buffer encode(const challenge& message) {
  auto out = begin(message_type::challenge, message.what);
  put_le(out, message.to.value);
  put(out, message.cookie);
  return out;
}

byte_buffer encode(const welcome& message) {
  auto out = begin(message_type::welcome, message.what);
  put_le(out, message.level);
  put(out, message.lineage.bytes);
  put_le(out, message.to.value);
  put_le(out, message.channel.value);
  put(out, message.ephemeral);
  put(out, message.signature);
  return out;
}

byte_buffer encode(const finish& message) {
  auto out = begin(message_type::finish, message.what);
  put_le(out, message.to.value);
  put(out, message.signature);
  return out;
}

admitted<hello> parse_hello(byte_view data) {
  hello parsed;
  auto what = check_preamble(data, message_type::hello);
  if (!what) return tl::unexpected(what.error());
  parsed.what = *what;
  field_reader in(data);
  in.take(parsed.level);
  in.take(parsed.lineage.bytes);
  in.take(parsed.channel);
  bool named = in.take(parsed.from);
  in.take(parsed.from_key.bytes);
  in.take(parsed.to_key.bytes);
  in.take(parsed.ephemeral);
  in.take(parsed.cookie);
  if (!named || parsed.channel == channel_id{}) return tl::unexpected(refusal::malformed);
  return parsed;
}

admitted<challenge> parse_challenge(byte_view data) {
  challenge parsed;
  auto what = check_preamble(data, message_type::challenge);
  if (!what) return tl::unexpected(what.error());
  parsed.what = *what;
  field_reader in(data);
  in.take(parsed.to);
  in.take(parsed.cookie);
  return parsed;
}

admitted<welcome> parse_welcome(byte_view data) {
  welcome parsed;
  auto what = check_preamble(data, message_type::welcome);
  if (!what) return tl::unexpected(what.error());
  parsed.what = *what;
  field_reader in(data);
  in.take(parsed.level);
  in.take(parsed.lineage.bytes);
  in.take(parsed.to);
  in.take(parsed.channel);
  in.take(parsed.ephemeral);
  in.take(parsed.signature);
  if (parsed.channel == channel_id{}) return tl::unexpected(refusal::malformed);
  return parsed;
}

admitted<finish> parse_finish(byte_view data) {
  finish parsed;
  auto what = check_preamble(data, message_type::finish);
  if (!what) return tl::unexpected(what.error());
  parsed.what = *what;
  field_reader in(data);
  in.take(parsed.to);
  in.take(parsed.signature);
  return parsed;
}

} // namespace troupe::transport
