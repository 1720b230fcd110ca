#include "actors/console/inquiry/cleanup_orders.hpp"

#include <algorithm>

namespace troupe::console {

std::vector<command::cleanup> cleanup_orders(const cluster::state& s, const command::cleanup& asked) {
  auto& groups = s.config().value.groups;
  auto found = std::find_if(groups.begin(), groups.end(), [&](auto& g) { return g.name.text == asked.resource.text; });
  if (found == groups.end()) return {asked};
  std::vector<command::cleanup> out;
  for (auto& member : found->members) out.push_back({member, asked.node});
  return out;
}

} // namespace troupe::console
