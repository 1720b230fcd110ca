// The kernel's own look at a configuration. conf/ explains what is wrong with a file; this only keeps from the log
// what the fold could not work with, whoever proposed it.
#include "actors/cluster/rules.hpp"

#include <algorithm>
#include <set>

namespace troupe::cluster::rules {

namespace {

template <class List, class Name>
std::string repeated(const List& list, const char* kind, Name name_of) {
  std::set<std::string> seen;
  for (auto& item : list) {
    auto name = name_of(item);
    if (name.empty() || name.size() > config::max_name) return std::string(kind) + " with an empty or overlong name";
    if (!seen.insert(name).second) return std::string(kind) + " '" + name + "' is defined twice";
  }
  return {};
}

} // namespace

std::string unsound(const config::cluster& c) {
  if (c.nodes.empty() || c.nodes.size() > config::max_nodes) return "between 1 and 128 nodes are needed";
  if (c.resources.size() > config::max_resources) return "too many resources";
  auto name = [](auto& item) { return item.name.text; };
  for (auto& wrong : {repeated(c.nodes, "node", name), repeated(c.resources, "resource", name),
                      repeated(c.groups, "group", name), repeated(c.devices, "fence device", name)})
    if (!wrong.empty()) return wrong;

  std::set<std::string> nodes, services, grouped;
  for (auto& n : c.nodes) nodes.insert(n.name.text);
  for (auto& r : c.resources) {
    services.insert(r.name.text);
    if (r.clone && (r.clone->node_max == 0 || r.clone->max.value_or(1) > config::max_instances))
      return "resource '" + r.name.text + "' has an impossible number of instances";
  }
  for (auto& g : c.groups) {
    if (g.members.empty()) return "group '" + g.name.text + "' is empty";
    for (auto& m : g.members)
      if (!services.contains(m.text) || !grouped.insert(m.text).second)
        return "member '" + m.text + "' of group '" + g.name.text + "' is not defined, or in another group";
  }
  for (auto& g : c.groups)
    if (!services.insert(g.name.text).second) return "'" + g.name.text + "' is a resource and a group";

  for (auto& l : c.locations)
    if (!services.contains(l.what) || !nodes.contains(l.node.text)) return "a location refers to what is not defined";
  for (auto& l : c.colocations)
    if (!services.contains(l.what) || !services.contains(l.with)) return "a colocation refers to what is not defined";
  for (auto& o : c.orders)
    if (!services.contains(o.first) || !services.contains(o.then)) return "an order refers to what is not defined";
  for (auto& d : c.devices)
    for (auto& target : d.targets)
      if (!nodes.contains(target.text)) return "fence device '" + d.name.text + "' targets what is not defined";
  return {};
}

} // namespace troupe::cluster::rules
