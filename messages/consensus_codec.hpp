// The messages of the log's replicas as bytes (schema/consensus.capnp), and back. What is refused: an unknown kind, a
// ballot or sender without a journal, more values, contacts or commands than consensus.hpp allows, a slot 0 where a
// slot must be, an age that is no duration, a chunk that lies outside of its snapshot.
#pragma once

#include "messages/consensus.hpp"
#include "messages/types/result.hpp"

namespace troupe::consensus {

byte_buffer encode(const message& m);
result<message> decode(byte_view bytes);

} // namespace troupe::consensus
