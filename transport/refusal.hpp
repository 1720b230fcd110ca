// Why something from the network was turned away. Each is counted; the first of a kind, and then at most one each
// refusal_log::pause, is worth a line in the log: a stranger must not fill our disk.
// Nobody is told why he was refused: an answer would help a stranger and could be sent to a third party in his name.
// The side that refuses says so in its own status and log.
#pragma once

#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"
#include "transport/network.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string_view>

namespace troupe::transport {

enum class refusal : std::uint8_t {
  malformed,     // wrong size, type or padding; an oversized frame
  wrong_version, // of the handshake or the envelope
  wrong_purpose, // a datagram handshake on a stream, or the other way round
  not_for_us,    // names another responder's key: a stale address, or somebody's relay
  self_connect,  // it is our own hello
  unknown_node,  // no such name in the configuration
  wrong_key,     // a known name with another key
  revoked,       // a key on the revocation list
  wrong_lineage, // of another forming of the cluster
  bad_signature, // does not hold the key it names
  weak_key,      // an ephemeral key of low order
  replayed,      // seen before, or too old for the window
  unexpected,    // an answer to nothing we asked, or about a session we do not have
  forged,        // sealed under keys that are not the session's
  truncated,     // a stream that ended without its closing tag
  too_many,      // over a rate or a table's limit
  too_slow,      // a handshake on a stream, or a frame in it, that did not end in time
};
inline constexpr std::size_t refusal_kinds = 17;

std::string_view to_text(refusal why);

template <class T>
using admitted = tl::expected<T, refusal>;

class refusal_log {
public:
  static constexpr duration pause = std::chrono::seconds(10);

  struct tally {
    std::uint64_t count = 0;
    endpoint last_from{};
    node_name last_who{}; // as turned_away::who; empty: nobody can tell
    instant last{};
    std::optional<instant> said;
  };

  // True if this one should be said.
  bool add(refusal why, const endpoint& from, const node_name& who, instant now);
  [[nodiscard]] const tally& of(refusal why) const { return entries_[static_cast<std::size_t>(why)]; }
  [[nodiscard]] std::uint64_t total() const;

private:
  std::array<tally, refusal_kinds> entries_{};
};

} // namespace troupe::transport
