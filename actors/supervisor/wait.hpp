// What an instance waits for that is not where it belongs, as programs and as people are told.
#pragma once

#include "messages/command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::supervisor {

enum class hold : std::uint8_t {
  act_open,         // its own act has not been reported
  not_joined,       // the node is away for a while: detached, suspected
  unclean,          // the node is lost: nothing is known until a proof of its death, or its return
  gated,            // a fence attempt on `other` is open, or may still land, `until` then
  not_probed,       // nobody has looked yet whether it runs on `other`
  active_elsewhere, // it may be active on `other`
  predecessor,      // `resource` must be up first
  ordered_stop,     // `resource` must stop first
  kept_apart,       // `resource` is there and must not be beside it
  failed_stop,      // a stop failed: a proof of death, or a cleanup (then it is stopped again)
  notices,          // its neighbours are being told, or something else is done that they were told of
  unmanaged,        // nothing is done here: maintenance, or managed = false
};
struct wait {
  command::cell at;
  hold why{};
  resource_name resource;       // predecessor, ordered_stop, kept_apart
  node_name other;              // not_probed, active_elsewhere; unclean, gated, not_joined: the node
  std::optional<stamp> until{}; // gated, once the attempt is closed
  bool operator==(const wait&) const = default;
};
std::string_view name_of(hold why); // a word for programs: "active-elsewhere"
std::string text_of(const wait& w); // "db on n2 waits: it may be active on n1"

} // namespace troupe::supervisor
