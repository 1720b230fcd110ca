// What an OCF agent said beside its exit code. On standard error, a line that begins with OCF_EXIT_REASON_PREFIX is for
// the operator: the last one is the reason, the rest is chatter.
#pragma once

#include "agents/text.hpp"

#include <string>
#include <string_view>

namespace troupe::agents::ocf {

struct spoken {
  std::string reason;  // one sentence, or empty
  std::string chatter; // the other lines, readable
};
spoken read_error_output(std::string_view raw);

} // namespace troupe::agents::ocf
