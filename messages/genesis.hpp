// The forming of a cluster: what makes it this one, once and for all. An operator does it (`troupe init`), with all
// voters reachable; no daemon forms a cluster by itself. Every member keeps it: the state before the first command follows
// from it alone, and a node that comes later is given it by any other.
#pragma once

#include "messages/config.hpp"
#include "messages/level.hpp"
#include "messages/types/bytes.hpp"
#include "messages/types/result.hpp"
#include "messages/types/voter.hpp"

#include <string>
#include <variant>
#include <vector>

namespace troupe {

struct genesis {
  lineage_id lineage;         // random
  stamp at{};
  config::cluster configuration;
  std::vector<voter> voters;  // sorted by node, at most config::max_voters
  std::uint32_t level = known_level;
  bool operator==(const genesis&) const = default;
};

namespace formation {

inline constexpr std::size_t max_encoded = std::size_t{8} << 20;

// From the initiator to each node that will vote: are you free, and which journal have you?
struct reserve {
  std::uint64_t round = 0; // random; answers to an earlier try do not count
  bool operator==(const reserve&) const = default;
};
struct reserved {
  std::uint64_t round = 0;
  journal_id journal{};
  bool operator==(const reserved&) const = default;
};
struct taken { // it belongs to a cluster already
  std::uint64_t round = 0;
  lineage_id lineage{};
  bool operator==(const taken&) const = default;
};
// Take part in this cluster. From the initiator, or in answer to `seek`.
struct form {
  genesis of{};
  // The sender's present configuration names the receiver, whom the link has shown to have the key that stands there.
  // It may have been added since, or replaced: then the genesis does not know it, or knows another.
  bool member = false;
  bool operator==(const form&) const = default;
};
struct formed { // durable there
  lineage_id lineage{};
  bool operator==(const formed&) const = default;
};
struct refused {
  lineage_id lineage{};
  std::string why{};
  bool operator==(const refused&) const = default;
};
// From a node that belongs to no cluster yet: which one is yours?
struct seek {
  bool operator==(const seek&) const = default;
};
using message = std::variant<reserve, reserved, taken, form, formed, refused, seek>;

byte_buffer encode(const message& m);
result<message> decode(byte_view bytes);

// A genesis as it lies in the data folder.
byte_buffer encode_genesis(const genesis& g);
result<genesis> decode_genesis(byte_view bytes);

} // namespace formation
} // namespace troupe
