// Locations, colocations, orders; pairs of names, as the scheduler's input has them.
#include "tools/import/draft.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace troupe::import_cib {

void drafter::constraints() {
  locations();
  colocations();
  orders();
  tickets();
}

// The name under which ours know it; empty: it has none, which was said.
std::string drafter::named(sched::resource_id r, const std::string& constraint) {
  auto& what = in_.resources[r];
  auto found = name_of_.find(what.name);
  bool device = std::any_of(out_.cluster.devices.begin(), out_.cluster.devices.end(),
                            [&](auto& d) { return d.name.text == what.name; });
  if (device)
    differs("fence device",
            fmt::format("{}: of the fence device {}, which needs no place here; left out", constraint, what.name));
  else if (found == name_of_.end() && !left_out_.contains(what.name))
    differs("unknown resource", fmt::format("{}: of {}, which is not here; left out", constraint, what.name));
  else if (found == name_of_.end())
    differs("of what is left out", fmt::format("{}: of {}, which is left out; left out too", constraint, what.name));
  if (found == name_of_.end()) return {};
  auto parent = what.parent;
  if (parent.valid() && in_.resources[parent].kind == sched::resource_kind::clone)
    differs("inside of a clone", fmt::format("{}: of {} in the clone {}: here it is of all of it", constraint,
                                             what.name, in_.resources[parent].name));
  return found->second;
}

namespace {

// What a rule looks at.
void gather(const cib::condition& c, bool& dates, std::set<cib::text>& attributes) {
  if (c.kind == cib::condition_kind::date) dates = true;
  if (c.kind == cib::condition_kind::attribute) attributes.insert(c.attribute);
  for (auto& part : c.parts) gather(part, dates, attributes);
}

} // namespace

// A rule is written as it is now only if it will be so tomorrow: "no connection, no service" as a ban for good, taken
// down while nobody has told of connections, would forbid every node. What nodes are configured to be stays.
std::set<cib::text> drafter::rules_of_the_moment() {
  std::set<cib::text> lasting;
  for (auto& n : from_.nodes)
    for (auto& set : n.attributes)
      for (auto& [name, value] : set.values) lasting.insert(name);
  std::set<cib::text> out;
  for (auto& l : from_.locations) {
    bool dates = false;
    std::set<cib::text> attributes;
    for (auto& rule : l.rules) {
      gather(rule.when, dates, attributes);
      if (!rule.score_attribute.empty()) attributes.insert(rule.score_attribute);
    }
    auto passing =
        std::ranges::find_if(attributes, [&](cib::text a) { return !a.starts_with('#') && !lasting.contains(a); });
    if (dates)
      differs("date rule", fmt::format("{}: a rule with dates: no counterpart; left out", l.id));
    else if (passing != attributes.end())
      differs("attribute rule",
              fmt::format("{}: a rule on {}, which agents say as they run: no counterpart; left out", l.id, *passing));
    else if (!attributes.empty())
      remark("attribute rule",
             fmt::format("{}: a rule on node attributes, for the nodes as they are configured", l.id));
    if (dates || passing != attributes.end()) out.insert(l.id);
  }
  return out;
}

void drafter::locations() {
  std::map<std::pair<std::string, node_name>, std::size_t> known; // position
  auto& list = out_.cluster.locations;
  auto passing = rules_of_the_moment();
  for (auto& l : in_.locations) {
    auto& id = in_.constraint_names[l.origin.at()];
    if (passing.contains(id)) continue;
    auto what = named(l.what, id);
    auto& node = in_.nodes[l.where];
    node_name where{usable_name(node.name)};
    bool there =
        std::any_of(out_.cluster.nodes.begin(), out_.cluster.nodes.end(), [&](auto& n) { return n.name == where; });
    if (!there)
      differs("of what is left out", fmt::format("{}: on {}, which is left out; left out too", id, node.name));
    if (what.empty() || !there) continue;
    if (l.in_role == sched::role::promoted) {
      differs("location by role", fmt::format("{}: for a role: no counterpart; left out", id));
      continue;
    }
    if (l.probes != sched::discovery::always)
      differs("resource-discovery", fmt::format("{}: resource-discovery: no counterpart", id));
    auto [at, fresh] = known.emplace(std::pair{what, where}, list.size());
    if (fresh)
      list.push_back({what, where, l.weight});
    else
      list[at->second].weight += l.weight;
  }
}

namespace {

std::optional<config::role> role_in(sched::role r) {
  if (r == sched::role::promoted) return config::role::promoted;
  if (r == sched::role::unpromoted) return config::role::started;
  return {};
}

} // namespace

void drafter::colocations() {
  std::map<std::tuple<std::string, std::optional<config::role>, std::string, std::optional<config::role>>, std::size_t>
      known;
  auto& list = out_.cluster.colocations;
  for (auto& c : in_.colocations) {
    auto& id = in_.constraint_names[c.origin.at()];
    auto what = named(c.dependent, id), with = named(c.primary, id);
    if (what.empty() || with.empty()) continue;
    if (what == with) {
      differs("inside of a clone", fmt::format("{}: of {} with itself; left out", id, what));
      continue;
    }
    if (c.node_attribute >= 0) {
      differs("node-attribute", fmt::format("{}: by a node attribute: no counterpart; left out", id));
      continue;
    }
    if (c.influence && *c.influence != in_.resources[c.dependent].critical)
      differs("influence", fmt::format("{}: influence: no counterpart", id));
    bool roles = c.dependent_role == sched::role::unpromoted || c.primary_role == sched::role::unpromoted ||
                 c.dependent_role == sched::role::stopped || c.primary_role == sched::role::stopped;
    if (roles) differs("colocation by role", fmt::format("{}: with an unpromoted one: no counterpart", id));
    auto a = role_in(c.dependent_role), b = role_in(c.primary_role);
    auto [at, fresh] = known.emplace(std::tuple{what, a, with, b}, list.size());
    if (fresh)
      list.push_back({what, a, with, b, c.weight});
    else {
      list[at->second].weight += c.weight;
      differs("colocation twice", fmt::format("{}: a second one of the same two; their scores are added", id));
    }
  }
}

namespace {

std::optional<config::action> action_of(sched::task t) {
  switch (t) {
  case sched::task::start: return config::action::start;
  case sched::task::stop: return config::action::stop;
  case sched::task::promote: return config::action::promote;
  case sched::task::demote: return config::action::demote;
  default: return {};
  }
}

} // namespace

void drafter::orders() {
  std::map<std::tuple<std::string, config::action, std::string, config::action>, std::size_t> known;
  auto& list = out_.cluster.orders;
  for (auto& o : in_.orders) {
    auto& id = in_.constraint_names[o.origin.at()];
    auto first = named(o.first, id), then = named(o.then, id);
    if (first.empty() || then.empty()) continue;
    auto a = action_of(o.first_task), b = action_of(o.then_task);
    if (o.kind == sched::order_kind::serialize) {
      remark("serialize", fmt::format("{}: kind=Serialize: no counterpart; left out", id));
      continue;
    }
    if (first == then) {
      remark("order", fmt::format("{}: of {} after itself; left out", id, first));
      continue;
    }
    if (!a || !b) {
      differs("order action", fmt::format("{}: of an action that has no counterpart; left out", id));
      continue;
    }
    if (o.minimum > 0) differs("require-all", fmt::format("{}: require-all=false or clone-min: no counterpart", id));
    config::order to{first,
                     *a,
                     then,
                     *b,
                     o.kind == sched::order_kind::mandatory ? config::order_kind::mandatory
                                                            : config::order_kind::optional,
                     o.symmetrical};
    auto [at, fresh] = known.emplace(std::tuple{first, *a, then, *b}, list.size());
    if (fresh)
      list.push_back(to);
    else if (list[at->second] == to)
      remark("order twice", fmt::format("{}: said before; left out", id));
    else if (to.kind == config::order_kind::mandatory && list[at->second].kind == config::order_kind::optional) {
      list[at->second] = to;
      remark("order twice", fmt::format("{}: said before as optional; that is left out", id));
    } else
      remark("order twice", fmt::format("{}: said before in another way; left out", id));
  }
  for (auto& o : in_.any_of_orders)
    differs("require-all",
            fmt::format("{}: any one of several: no counterpart; left out", in_.constraint_names[o.origin.at()]));
}

void drafter::tickets() {
  for (auto& t : in_.ticket_dependencies)
    differs("ticket", fmt::format("{}: tickets have no counterpart; left out", in_.constraint_names[t.origin.at()]));
}

} // namespace troupe::import_cib
