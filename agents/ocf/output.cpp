#include "agents/ocf/output.hpp"

#include "agents/ocf/operation.hpp"

#include <algorithm>

namespace troupe::agents::ocf {

spoken read_error_output(std::string_view raw) {
  spoken out;
  while (!raw.empty()) {
    auto line = raw.substr(0, std::min(raw.find('\n'), raw.size() - 1) + 1);
    raw.remove_prefix(line.size());
    if (line.starts_with(exit_reason_prefix))
      out.reason = sentence(line.substr(exit_reason_prefix.size()));
    else
      out.chatter += readable(line);
  }
  return out;
}

} // namespace troupe::agents::ocf
