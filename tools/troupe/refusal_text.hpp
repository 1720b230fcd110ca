// What an operator reads when the cluster refuses what he said: in his words, with the name that was wrong. The kernel
// answers with a code, which is the same for whoever asks.
#pragma once

#include "messages/console.hpp"

#include <string>

namespace troupe::cli {

std::string refusal_text(const console::request& asked, refusal why);

} // namespace troupe::cli
