#include "conf/units.hpp"
#include "conf/validation.hpp"

#include <algorithm>
#include <set>

namespace troupe::conf::validation {

static void check_device(subject& s, const config::fence_device& d, std::set<node_name>& covered) {
  key_path at{"fence", d.name.text};
  for (std::size_t i = 0; i < d.targets.size(); ++i) {
    covered.insert(d.targets[i]);
    if (!s.has_node(d.targets[i])) s.unknown_node(at / "targets", d.targets[i]);
    if (i > 0 && d.targets[i] == d.targets[i - 1])
      s.error(at / "targets", "node '" + d.targets[i].text + "' twice", "name each node once");
  }
  for (const auto& [node, plug] : d.plugs)
    if (!std::binary_search(d.targets.begin(), d.targets.end(), node))
      s.error(at / "plugs" / node.text, "node '" + node.text + "' is no target of this device",
              "add it to targets, or remove it here");
  if (d.budget < d.timeout)
    s.error(at / "budget", text_of(d.budget) + " for a whole attempt, " + text_of(d.timeout) + " for one call of it",
            "give the attempt as long as one call at least");
}

static void check_policy(subject& s) {
  if (s.c.fencing == config::fencing_policy::none)
    s.warning(
        {"fence"},
        "NO FENCING: after the loss of a node, what ran there stays down until an operator says that the node is dead",
        "add [fence.NAME], or accept the price of [cluster] fencing = \"off\"");
  if (s.c.fencing != config::fencing_policy::off) return;
  if (!s.c.devices.empty())
    s.error({"cluster", "fencing"}, "fencing is off, but devices are configured", "remove it, or the devices");
  s.warning({"cluster", "fencing"},
            "FENCING IS OFF: a lost node is assumed dead; if it is only cut off, what runs there runs twice, and its "
            "data may be lost",
            "configure a device: [fence.NAME]");
}

void check_fencing(subject& s) {
  std::set<node_name> covered;
  for (const auto& d : s.c.devices) check_device(s, d, covered);
  check_policy(s);
  if (s.c.devices.empty()) return;
  for (const auto& n : s.c.nodes)
    if (!covered.contains(n.name))
      s.warning({"node", n.name.text},
                "no device fences it: after its loss, what ran there stays down until an operator says that it is dead",
                "add it to the targets of a [fence.NAME]");
}

} // namespace troupe::conf::validation
