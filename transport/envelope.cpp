#include "transport/envelope.hpp"

#include <algorithm>

namespace troupe::transport {

byte_buffer wrap(const envelope& head, byte_view payload) {
  byte_buffer out;
  out.reserve(envelope_size + payload.size());
  put_le(out, envelope_version);
  put_le(out, static_cast<std::uint8_t>(head.kind));
  put_le<std::uint16_t>(out, 0);
  put_le(out, head.level);
  out.insert(out.end(), head.lineage.bytes.begin(), head.lineage.bytes.end());
  put_le(out, head.session.value);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

admitted<unwrapped> unwrap(byte_view text) {
  if (text.size() < envelope_size) return tl::unexpected(refusal::malformed);
  if (get_le<std::uint8_t>(text, 0) != envelope_version) return tl::unexpected(refusal::wrong_version);
  auto kind = get_le<std::uint8_t>(text, 1);
  bool known = kind >= static_cast<std::uint8_t>(message_kind::gossip) &&
               kind <= static_cast<std::uint8_t>(message_kind::joining);
  if (!known || get_le<std::uint16_t>(text, 2) != 0) return tl::unexpected(refusal::malformed);
  unwrapped out;
  out.head.kind = static_cast<message_kind>(kind);
  out.head.level = get_le<std::uint32_t>(text, 4);
  std::copy_n(text.begin() + 8, out.head.lineage.bytes.size(), out.head.lineage.bytes.begin());
  out.head.session = session_id{get_le<std::uint64_t>(text, 24)};
  out.payload.assign(text.begin() + envelope_size, text.end());
  return out;
}

} // namespace troupe::transport
