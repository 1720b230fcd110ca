// What the history is told and asked.
#pragma once

#include "messages/console.hpp"

#include <caf/all.hpp>

#include <memory>
#include <vector>

namespace troupe::history {

// A command was applied, or refused. In the order of the log; one that is noted already is ignored, so that a ledger
// that reads its log anew may tell all of it again.
struct note_command {
  log_index at;
  command::command what;
  refusal refused = refusal::none;
};

struct ask_kept_events {}; // answered with kept_events
struct kept_events {
  std::shared_ptr<const std::vector<console::event>> events; // all that is in memory, oldest first
};

struct ask_history_trouble {}; // answered with history_trouble
struct history_trouble {
  std::string why; // nothing is written any more; empty: all is
};

// ask_history (messages/console.hpp) is answered with event_list.

} // namespace troupe::history

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::history::note_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::history::ask_kept_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::history::kept_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::history::ask_history_trouble)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::history::history_trouble)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::ask_history)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::event_list)
