// Commands as bytes: in the log's batches, in the journal, from a client to the leader.
#pragma once

#include "messages/command.hpp"
#include "messages/types/bytes.hpp"
#include "messages/types/result.hpp"

namespace troupe::command {

inline constexpr std::size_t max_encoded = std::size_t{8} << 20; // a ConfigSet of max_resources fits

byte_buffer encode(const command& c);
result<command> decode(byte_view bytes);

} // namespace troupe::command
