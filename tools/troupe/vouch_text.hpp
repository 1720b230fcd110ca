// The question before an operator's word counts as a proof of death. Pure.
#pragma once

#include "messages/console.hpp"

#include <string>

namespace troupe::cli {

std::string vouch_text(const console::cluster_status& c, const console::member_line& m);

} // namespace troupe::cli
