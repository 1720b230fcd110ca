// Two small files in the data folder, made durable before anything that rests on them is said.
//
// "genesis": which cluster this node belongs to; written once. "reservation": the journal id that was promised to the
// initiator of a cluster. It is consumed when the journal begins, before the replica says its first word: a journal that
// is lost later must not come back under the same id, since what it promised is lost with it.
//
// Both begin with the digest of the rest. A damaged genesis is as good as none: the node asks its seeds again, since it
// is the same everywhere. A damaged reservation is none: the journal then begins under an id that nobody counts on.
#pragma once

#include "actors/env/disk.hpp"
#include "messages/genesis.hpp"

#include <optional>

namespace troupe::node {

inline const std::string genesis_file = "genesis";
inline const std::string reservation_file = "reservation";

env::disk_request read_charter();
struct charter_on_disk {
  std::optional<genesis> formed;
  std::optional<journal_id> reserved;
  std::string damage; // what was there and could not be used; empty: nothing
};
// The answer is read_charter()'s.
charter_on_disk parse_charter(const env::disk_answer& answer);

env::disk_request write_genesis(const genesis& g);
env::disk_request write_reservation(journal_id journal);

} // namespace troupe::node
