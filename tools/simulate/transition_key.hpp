// What the peer's coordinator wrote into an operation's record: ACTION:TRANSITION:EXPECTED:UUID. Pure.
#pragma once

#include "conf/cib/cib.hpp"

#include <cstdint>
#include <optional>

namespace troupe::simulate {

struct transition_key {
  std::int32_t plan = -1;               // TRANSITION: of that coordinator's plans; -1: unreadable
  std::optional<std::int32_t> expected; // EXPECTED: exit code; none: unreadable
  cib::text coordinator;                // UUID: within the text that was read
};

transition_key read_transition_key(cib::text key);

} // namespace troupe::simulate
