#include "conf/units.hpp"
#include "conf/validation.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace troupe::conf::validation {

static constexpr auto not_yet = "this version does not carry it out; remove it";

static void check_agent(subject& s, const key_path& at, const config::resource& r) {
  const auto& standards = s.can.standards;
  if (r.agent.standard.empty() || std::find(standards.begin(), standards.end(), r.agent.standard) != standards.end())
    return;
  s.error(at / "agent", "agents of the standard '" + r.agent.standard + "' are not run by this version",
          suggestion(r.agent.standard, standards, "it runs"));
}

static void check_clone(subject& s, const key_path& at, const config::clone_options& clone) {
  if (clone.notify && !s.can.notify) s.error(at / "clone" / "notify", "notifications", not_yet);
  if (clone.node_max > 1 && !s.can.many_on_a_node)
    s.error(at / "clone" / "node-max", "more than one instance on a node", not_yet);
}

static void check_promotable(subject& s, const key_path& at, const config::resource& r) {
  if (r.promotable && !s.can.promotable) s.error(at / "promotable", "promotable resources", not_yet);
  if (r.promotable && r.promotable->node_max > 1 && !s.can.many_on_a_node)
    s.error(at / "promotable" / "node-max", "more than one promoted instance on a node", not_yet);
  if (r.promotable && r.clone && r.clone->max && r.promotable->max > *r.clone->max)
    s.error(at / "promotable" / "max", "more promoted instances than instances (" + std::to_string(*r.clone->max) + ")",
            "lower it, or raise clone.max");
  if (!r.promotable && r.target == config::role::promoted)
    s.error(at / "target", "only a promotable resource can be promoted", "write \"started\", or add promotable = {}");
}

static void check_monitors(subject& s, const key_path& at, const config::resource& r) {
  if (r.monitors.empty())
    s.warning(at / "monitor", "no monitor: nobody would notice that it fails", "add monitor = { interval = \"10s\" }");
  std::set<std::pair<duration, std::optional<config::role>>> seen;
  for (std::size_t i = 0; i < r.monitors.size(); ++i) {
    const auto& m = r.monitors[i];
    auto key = r.monitors.size() == 1 ? at / "monitor" : (at / "monitor")[i];
    if (m.interval > duration::zero() && !seen.emplace(m.interval, m.only_in).second)
      s.error(key, "another monitor has the interval " + text_of(m.interval) + " too",
              "agents tell monitors by their interval: choose another one");
    if (m.only_in == config::role::promoted && !r.promotable)
      s.error(key / "role", "only a promotable resource can be promoted", "remove it");
  }
}

static void check_proofs(subject& s, const key_path& at, const config::resource& r) {
  bool off = s.c.fencing == config::fencing_policy::off;
  if (r.accepts.contains(config::proof_kind::assumed) && !off)
    s.error(at / "accepts", "'assumed' is a proof only where fencing is off",
            "remove it; nobody assumes a death while devices or operators prove it");
  if (off && !r.accepts.contains(config::proof_kind::assumed))
    s.warning(at / "accepts",
              "does not accept 'assumed', and fencing is off: after the loss of its node it waits for an operator",
              "add \"assumed\", or configure a device");
}

// Commands take either: an operator who means the node would get the service.
static void check_name(subject& s, const key_path& at, const std::string& name) {
  auto& nodes = s.c.nodes;
  if (std::any_of(nodes.begin(), nodes.end(), [&](auto& n) { return n.name.text == name; }))
    s.warning(at, "a node has this name too: `troupe maintenance` and `troupe why` will mean this one", "rename it");
}

void check_resources(subject& s) {
  for (const auto& r : s.c.resources) {
    key_path at{"resource", r.name.text};
    check_name(s, at, r.name.text);
    check_agent(s, at, r);
    if (r.clone) check_clone(s, at, *r.clone);
    check_promotable(s, at, r);
    check_monitors(s, at, r);
    check_proofs(s, at, r);
  }
}

static void check_member(subject& s, const key_path& at, const config::group& g, const std::string& name,
                         std::map<std::string, std::string>& home) {
  auto e = s.find(name);
  if (!e) return s.unknown_resource(at, name);
  const auto* r = s.resource_of(*e);
  if (!r) return s.error(at, "'" + name + "' is a group", "list its members instead: groups do not nest");
  if (r->clone || r->promotable)
    s.error(at, "'" + name + "' is a clone; members run once",
            "remove its clone, or clone the group: [group." + g.name.text + "] clone = {}");
  if (auto [other, fresh] = home.emplace(name, g.name.text); !fresh)
    s.error(at, "'" + name + "' is a member of group '" + other->second + "' already",
            "a resource is in one group, once");
}

void check_groups(subject& s) {
  std::map<std::string, std::string> home; // member -> group
  for (const auto& g : s.c.groups) {
    key_path at{"group", g.name.text};
    if (auto e = s.find(g.name.text); e && s.resource_of(*e))
      s.error(at, "a resource has this name too", "rename one: constraints name both kinds");
    check_name(s, at, g.name.text);
    if (g.clone) check_clone(s, at, *g.clone);
    for (std::size_t i = 0; i < g.members.size(); ++i) check_member(s, (at / "members")[i], g, g.members[i].text, home);
  }
}

} // namespace troupe::conf::validation
