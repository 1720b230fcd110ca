// What an operator reads when the cluster refuses what he said: in his words, with the name that was wrong. The kernel
// answers with a code, which is the same for whoever asks.
#pragma once

#include "messages/console.hpp"

#include <string>

namespace troupe::cli {

std::string refusal_text(const console::request& asked, refusal why);

// Why a move would change nothing, though the cluster takes it: it is of a clone that has an instance there, and others
// elsewhere. Empty: it may change something. A clone with fewer instances than nodes gets one there; of a promotable
// one it is where it is promoted that moves.
std::string nothing_to_move(const console::cluster_status& c, const command::directive& move);

} // namespace troupe::cli
