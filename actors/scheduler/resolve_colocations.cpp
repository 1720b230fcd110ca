// All colocations between units: those of the configuration, and what groups, containers and bundles imply.
#include "actors/scheduler/assignment.hpp"

namespace troupe::scheduler {

std::vector<unit_colocation> resolve_colocations(const input& in, const cluster_state& s) {
  std::vector<unit_colocation> all;
  auto role_or_any = [](role r) { return r == role::started ? role::unknown : r; };
  for (auto& c : in.colocations) {
    auto dependent = s.unit_of[c.dependent], primary = s.unit_of[c.primary];
    if (!dependent.valid() || !primary.valid()) continue;
    all.push_back({dependent, primary, role_or_any(c.dependent_role), role_or_any(c.primary_role), c.weight.value(),
                   c.node_attribute, c.influence.value_or(in.resources[c.dependent].critical), c.origin});
  }
  for (auto u : ids_of(s.units)) {
    auto& unit = s.units[u];
    if (unit.kind == resource_kind::group && in.resources[unit.what].members_together)
      for (std::size_t i = 1; i < unit.children.size(); ++i)
        all.push_back({.dependent = unit.children[i],
                       .primary = unit.children[i - 1],
                       .weight = score::limit,
                       .influence = in.resources[s.units[unit.children[i]].what].critical,
                       .origin = {}});
    auto container = in.resources[unit.what].container;
    if (unit.kind == resource_kind::primitive && container.valid() && !confined_to(in, unit.what).valid() &&
        s.unit_of[container].valid()) {
      bool bundled = unit.parent.valid() && s.units[unit.parent].kind == resource_kind::bundle;
      all.push_back({.dependent = u,
                     .primary = s.unit_of[container],
                     .weight = bundled ? 10'000 : score::limit,
                     .origin = {},
                     .draws = !bundled});
    }
  }
  for (auto& r : s.replicas)
    if (r.ip.valid()) all.push_back({.dependent = r.ip, .primary = r.container, .weight = score::limit, .origin = {}});
  return all;
}

} // namespace troupe::scheduler
