// BLAKE2b-256 (RFC 7693, through libsodium): what is equal has an equal digest. Used for the state's digest, the
// journal's chain and names made from contents; never as a MAC (transport has those).
#pragma once

#include "messages/types/bytes.hpp"

#include <array>

namespace troupe {

using digest = std::array<std::byte, 32>;

// Digest of the concatenation of `parts`, each preceded by its length, so that ("ab","c") != ("a","bc").
digest digest_of(std::initializer_list<byte_view> parts);

// BLAKE2b-128 of one run of bytes: a checksum where 32 bytes are too many (the frames of the journal).
using short_digest = std::array<std::byte, 16>;
short_digest short_digest_of(byte_view data);

} // namespace troupe
