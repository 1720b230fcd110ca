// The question before an operator's word counts as a proof of death of that boot. Pure.
#pragma once

#include "messages/console.hpp"

#include <string>

namespace troupe::cli {

std::string vouch_text(const console::cluster_status& c, const console::member_line& m, log_index boot);

} // namespace troupe::cli
