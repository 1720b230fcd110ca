#include "conf/cib/read.hpp"
#include "conf/cib/values.hpp"

#include <fmt/format.h>

namespace troupe::conf::cib {

namespace {

text get(pugi::xml_node e, const char* name) {
  return e.attribute(name).value();
}

} // namespace

std::vector<resource_set> reader::read_resource_sets(pugi::xml_node element) {
  std::vector<resource_set> sets;
  for (auto child : element.children("resource_set")) {
    auto e = resolve(child);
    if (!e) continue;
    resource_set set;
    for (const char* name : {"sequential", "require-all"})
      judge(get(e, "id"), e, {name, notation::boolean, "taken as false"});
    set.sequential = is_true(get(e, "sequential"), true);
    set.id = get(e, "id");
    set.sequential_said = is_true(get(e, "sequential"), false);
    set.require_all = is_true(get(e, "require-all"), true);
    set.role = get(e, "role");
    set.action = get(e, "action");
    set.score_text = get(e, "score");
    set.kind = get(e, "kind");
    for (auto ref : e.children("resource_ref")) set.members.push_back(get(ref, "id"));
    if (!set.members.empty()) sets.push_back(std::move(set));
  }
  return sets;
}

// As very old versions had it: any of its rules is enough.
std::optional<condition> reader::read_lifetime(pugi::xml_node constraint) {
  auto e = constraint.child("lifetime");
  if (!e.child("rule")) return std::nullopt;
  condition any;
  any.all = false;
  for (auto rule : e.children("rule")) any.parts.push_back(read_rule(resolve(rule), 0));
  return any;
}

void reader::read_location(pugi::xml_node e) {
  location l{.id = get(e, "id"),
             .what = get(e, "rsc"),
             .pattern = get(e, "rsc-pattern"),
             .node = get(e, "node"),
             .score_text = get(e, "score"),
             .role = get(e, "role"),
             .discovery = get(e, "resource-discovery"),
             .rules = {},
             .sets = read_resource_sets(e),
             .lifetime = read_lifetime(e)};
  for (auto rule : e.children("rule")) l.rules.push_back(read_scored_rule(rule));
  out_.locations.push_back(std::move(l));
}

void reader::read_constraints(pugi::xml_node constraints) {
  for (auto e : constraints.children()) {
    text kind = e.name();
    if (kind == "rsc_location") {
      read_location(e);
    } else if (kind == "rsc_colocation") {
      out_.colocations.push_back({.id = get(e, "id"),
                                  .dependent = get(e, "rsc"),
                                  .primary = get(e, "with-rsc"),
                                  .dependent_role = get(e, "rsc-role"),
                                  .primary_role = get(e, "with-rsc-role"),
                                  .score_text = get(e, "score"),
                                  .node_attribute = get(e, "node-attribute"),
                                  .influence = get(e, "influence"),
                                  .dependent_instance = get(e, "rsc-instance"),
                                  .primary_instance = get(e, "with-rsc-instance"),
                                  .sets = read_resource_sets(e),
                                  .lifetime = read_lifetime(e)});
    } else if (kind == "rsc_order") {
      out_.orders.push_back({.id = get(e, "id"),
                             .first = get(e, "first"),
                             .first_action = get(e, "first-action"),
                             .then = get(e, "then"),
                             .then_action = get(e, "then-action"),
                             .kind = get(e, "kind"),
                             .score_text = get(e, "score"),
                             .symmetrical = get(e, "symmetrical"),
                             .require_all = get(e, "require-all"),
                             .sets = read_resource_sets(e),
                             .lifetime = read_lifetime(e)});
    } else if (kind == "rsc_ticket") {
      out_.ticket_constraints.push_back({.id = get(e, "id"),
                                         .ticket = get(e, "ticket"),
                                         .what = get(e, "rsc"),
                                         .role = get(e, "rsc-role"),
                                         .loss_policy = get(e, "loss-policy"),
                                         .sets = read_resource_sets(e),
                                         .lifetime = read_lifetime(e)});
    } else if (e.type() == pugi::node_element) {
      warn(fmt::format("<{}> is no constraint: ignored", kind));
    }
  }
}

} // namespace troupe::conf::cib
