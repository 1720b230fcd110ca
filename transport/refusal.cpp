#include "transport/refusal.hpp"

namespace troupe::transport {

std::string_view to_text(refusal why) {
  switch (why) {
  case refusal::malformed: return "malformed";
  case refusal::wrong_version: return "wrong version";
  case refusal::wrong_purpose: return "wrong purpose";
  case refusal::not_for_us: return "not for us";
  case refusal::self_connect: return "connected to itself";
  case refusal::unknown_node: return "unknown node";
  case refusal::wrong_key: return "wrong key";
  case refusal::revoked: return "revoked key";
  case refusal::wrong_lineage: return "wrong lineage";
  case refusal::bad_signature: return "bad signature";
  case refusal::weak_key: return "weak key";
  case refusal::replayed: return "replayed";
  case refusal::unexpected: return "unexpected";
  case refusal::forged: return "forged";
  case refusal::truncated: return "truncated";
  case refusal::too_many: return "too many";
  case refusal::too_slow: return "too slow";
  }
  return "unnamed";
}

bool refusal_log::add(refusal why, const endpoint& from, const node_name& who, instant now) {
  auto& entry = entries_[static_cast<std::size_t>(why)];
  ++entry.count;
  entry.last_from = from;
  entry.last_who = who;
  entry.last = now;
  if (entry.said && now - *entry.said < pause) return false;
  entry.said = now;
  return true;
}

std::uint64_t refusal_log::total() const {
  std::uint64_t sum = 0;
  for (const auto& entry : entries_) sum += entry.count;
  return sum;
}

} // namespace troupe::transport
