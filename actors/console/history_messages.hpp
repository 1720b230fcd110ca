// What the history is told and asked.
#pragma once

#include "messages/console.hpp"

#include <caf/all.hpp>

namespace troupe::console {

// A command was applied, or refused. In the order of the log; one that is noted already is ignored, so that a ledger
// that reads its log anew may tell all of it again.
struct note_command {
  log_index at;
  command::command what;
  refusal refused = refusal::none;
};

// ask_history (messages/console.hpp) is answered with event_list.

} // namespace troupe::console

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::note_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::ask_history)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::console::event_list)
