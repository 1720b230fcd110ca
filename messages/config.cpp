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

} // namespace troupe::config
