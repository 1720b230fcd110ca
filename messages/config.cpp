#include "messages/config.hpp"

#include <algorithm>

namespace troupe::config {

std::vector<node_name> voters(const cluster& c) {
  std::vector<node_name> named, willing;
  for (const auto& n : c.nodes) {
    if (n.voter == true) named.push_back(n.name);
    if (n.voter != false) willing.push_back(n.name);
  }
  std::sort(named.begin(), named.end());
  if (!named.empty()) return named;
  std::sort(willing.begin(), willing.end());
  auto count = std::min(willing.size(), max_voters);
  if (count > 0 && count % 2 == 0) --count;
  willing.resize(count);
  return willing;
}

std::string_view name_of(action a) {
  switch (a) {
  case action::start: return "start";
  case action::stop: return "stop";
  case action::promote: return "promote";
  case action::demote: return "demote";
  }
  return "unknown action";
}

std::string_view name_of(role r) {
  switch (r) {
  case role::stopped: return "stopped";
  case role::started: return "started";
  case role::promoted: return "promoted";
  }
  return "unknown role";
}

duration timeout_of(const resource& r, action a) {
  switch (a) {
  case action::start: return r.start_timeout;
  case action::stop: return r.stop_timeout;
  case action::promote: return r.promote_timeout;
  case action::demote: return r.demote_timeout;
  }
  return {};
}

} // namespace troupe::config
