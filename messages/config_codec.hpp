// config::cluster as bytes and back (schema/config.capnp), for the log and for snapshots. Equal values give equal
// bytes.
//
// The decoder gives back a value that keeps the limits and the order of lists of config.hpp, or an error. That names
// refer to something is not looked at: conf's validate() did that before the value entered the log, and apply() sees
// only what the log holds.
#pragma once

#include "messages/config.hpp"
#include "messages/types/bytes.hpp"
#include "messages/types/result.hpp"

namespace troupe::config {

// Every configuration that conf reads (a file of 8 MiB at most) stays below it: the densest text, a parameter in five
// bytes ("ab=1,"), takes 32.
inline constexpr std::size_t max_encoded = std::size_t{64} << 20;

byte_buffer encode(const cluster& c);
result<cluster> decode_cluster(byte_view bytes);

} // namespace troupe::config
