#include "tools/simulate/what_if.hpp"

#include <fmt/format.h>

namespace troupe::simulate {

using namespace scheduler;

namespace {

result<node_id> node_named(const input& in, const std::string& name) {
  for (auto n : ids_of(in.nodes))
    if (in.nodes[n].name == name) return n;
  return failure(fmt::format("there is no node {}", name));
}

void stop_all_below(input& in, resource_id r) {
  in.resources[r].target = role::stopped;
  for (auto c : in.resources[r].children) stop_all_below(in, c);
  for (auto& b : in.bundles)
    if (b.what == r)
      for (auto& part : b.parts)
        for (auto x : {part.ip, part.container, part.connection, b.clone})
          if (x.valid()) stop_all_below(in, x);
}

} // namespace

result<void> node_lost(input& in, const std::string& name) {
  auto n = node_named(in, name);
  if (!n) return tl::unexpected(n.error());
  auto& node = in.nodes[*n];
  if (node.kind != node_kind::cluster)
    return failure(fmt::format("{} is no cluster node: its connection decides whether it is up", name));
  node.seen = true;
  node.in_membership = false;
  node.process_online = false;
  node.join = join_state::down;
  return {};
}

result<void> node_in_standby(input& in, const std::string& name) {
  auto n = node_named(in, name);
  if (!n) return tl::unexpected(n.error());
  in.nodes[*n].standby = true;
  return {};
}

result<void> resource_unwanted(input& in, const std::string& name) {
  for (auto r : ids_of(in.resources))
    if (in.resources[r].name == name) {
      stop_all_below(in, r);
      return {};
    }
  return failure(fmt::format("there is no resource {}", name));
}

} // namespace troupe::simulate
