// The history: what happened, when, by whom and why, for people. An actor beside the ledger: it writes what it is
// told to files of its own and answers from memory. A disk that fails it costs the history and nothing else.
#pragma once

#include "actors/env/env.hpp"
#include "actors/history/history_file.hpp"
#include "actors/history/messages.hpp"
#include "actors/watching/observed.hpp"

namespace troupe::history {

struct history_state {
  env::environment* env = nullptr;
  history_book book;
  std::string failed; // why nothing is written any more; empty: it is
};
using history_actor = caf::stateful_actor<history_state, watching::observed<caf::event_based_actor>>;

caf::behavior history(history_actor* self, env::environment* env, const watching::directory_ptr& directory);

} // namespace troupe::history
