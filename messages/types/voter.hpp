// Who votes in the log.
#pragma once

#include "messages/types/ids.hpp"

namespace troupe {

// A promise lives in a journal: a node that comes back with another one has promised nothing, and may not vote in the
// place of the one it was.
struct voter {
  node_name node;
  journal_id journal;
  auto operator<=>(const voter&) const = default;
};

} // namespace troupe
