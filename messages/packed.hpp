// Cap'n Proto's packed form, for datagrams: most bytes of a small message are zero (about a third of the flat size).
//
// Two bytes of packed input can stand for 2 KiB of zeros, so unpacking is bounded by what the caller expects of the
// flat form. The result goes through decode_message like any other bytes. Source: capnproto.org/encoding.html,
// "Packing".
#pragma once

#include "messages/types/bytes.hpp"
#include "messages/types/result.hpp"

namespace troupe {

byte_buffer pack(byte_view flat); // a whole number of words
// Errors: what is cut off, or would become longer than `max_flat` bytes.
result<byte_buffer> unpack(byte_view packed, std::size_t max_flat);

} // namespace troupe
