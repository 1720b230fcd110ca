// The names of things. Every id that the cluster gives is the log index of the command that made it: ordered,
// unique, one type. What comes from outside (a key, a boot, a journal) is an opaque value of fixed size.
#pragma once

#include "messages/types/strong.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe {

// Position of a command in the cluster's log. 0: before the first one. A slot of the consensus holds a batch of
// commands, so indices run ahead of slots.
using log_index = ordinal<struct log_index_tag>;
using slot_number = ordinal<struct slot_number_tag>;

using node_name = label<struct node_name_tag>;
using resource_name = label<struct resource_name_tag>; // a primitive as configured
using device_name = label<struct device_name_tag>;     // a fencing device

// 16 opaque bytes. Zero means "none".
template <class Tag>
struct opaque_id {
  std::array<std::byte, 16> bytes{};
  constexpr auto operator<=>(const opaque_id&) const = default;
  [[nodiscard]] constexpr bool none() const { return *this == opaque_id{}; }
};

using lineage_id = opaque_id<struct lineage_tag>; // one forming of a cluster; random, set at genesis
using boot_id = opaque_id<struct boot_tag>;       // one start of one machine, as seen by its daemon
using machine_id = opaque_id<struct machine_tag>; // the machine, from the file that node.toml names
using journal_id = ordinal<struct journal_tag>;   // one acceptor's memory; random, never 0
using client_id = ordinal<struct client_tag>;     // who sends commands; random, never 0

// This life of a daemon: the log index of the NodeJoined that let it in.
using session_id = ordinal<struct session_tag>;

// Ed25519.
struct public_key {
  std::array<std::byte, 32> bytes{};
  constexpr auto operator<=>(const public_key&) const = default;
};

} // namespace troupe
