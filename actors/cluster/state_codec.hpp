// Records as bytes (for the digest) and the whole state as a snapshot (for the journal's folder and for a node that
// is far behind).
#pragma once

#include "actors/cluster/state.hpp"
#include "messages/types/result.hpp"

namespace troupe::cluster {

inline constexpr std::size_t max_snapshot = std::size_t{64} << 20;

// Equal records have equal bytes.
template <class Key>
byte_buffer encode_record(const Key& key, const record_of_t<Key>& value);

byte_buffer encode_snapshot(const state& s);

// Refuses what is damaged, of another format, or does not have the digest it claims.
result<state> decode_snapshot(byte_view bytes);

} // namespace troupe::cluster
