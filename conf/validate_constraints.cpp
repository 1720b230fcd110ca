#include "conf/validation.hpp"

#include <set>
#include <tuple>

namespace troupe::conf::validation {

static void check_reference(subject& s, const key_path& key, const std::string& name) {
  if (!s.find(name)) s.unknown_resource(key, name);
}

// A role or an action that only promotable resources have.
static void check_can_promote(subject& s, const key_path& key, const std::string& name, bool asked) {
  auto e = s.find(name);
  if (!asked || !e) return;
  const auto* r = s.resource_of(*e);
  if (!r || !r->promotable)
    s.error(key, "'" + name + "' is not promotable", "name it alone, or add promotable = {} to it");
}

static void check_locations(subject& s) {
  std::set<std::pair<std::string, node_name>> seen;
  for (std::size_t i = 0; i < s.c.locations.size(); ++i) {
    const auto& l = s.c.locations[i];
    auto at = key_path{"location"}[i];
    check_reference(s, at / "resource", l.what);
    if (!s.has_node(l.node)) s.unknown_node(at / "node", l.node);
    if (!seen.emplace(l.what, l.node).second)
      s.error(at, "another location has a score for '" + l.what + "' on '" + l.node.text + "' already",
              "keep one of them");
  }
}

static void check_colocations(subject& s) {
  std::set<std::tuple<std::string, std::optional<config::role>, std::string, std::optional<config::role>>> seen;
  for (std::size_t i = 0; i < s.c.colocations.size(); ++i) {
    const auto& c = s.c.colocations[i];
    auto at = key_path{"colocation"}[i];
    check_reference(s, at / "resource", c.what);
    check_reference(s, at / "with", c.with);
    check_can_promote(s, at / "resource", c.what, c.what_role == config::role::promoted);
    check_can_promote(s, at / "with", c.with, c.with_role == config::role::promoted);
    if (c.what == c.with)
      s.error(at / "with", "'" + c.what + "' with itself", "name another one");
    else if (!seen.emplace(c.what, c.what_role, c.with, c.with_role).second)
      s.error(at, "another colocation has a score for '" + c.what + "' with '" + c.with + "' already",
              "keep one of them");
  }
}

static bool for_promotables(config::action a) {
  return a == config::action::promote || a == config::action::demote;
}

static void check_orders(subject& s) {
  std::set<std::tuple<std::string, config::action, std::string, config::action>> seen;
  for (std::size_t i = 0; i < s.c.orders.size(); ++i) {
    const auto& o = s.c.orders[i];
    auto at = key_path{"order"}[i];
    check_reference(s, at / "first", o.first);
    check_reference(s, at / "then", o.then);
    check_can_promote(s, at / "first", o.first, for_promotables(o.first_action));
    check_can_promote(s, at / "then", o.then, for_promotables(o.then_action));
    if (o.first == o.then)
      s.error(at / "then", "'" + o.first + "' after itself", "name another one");
    else if (!seen.emplace(o.first, o.first_action, o.then, o.then_action).second)
      s.error(at, "another order puts '" + o.first + "' before '" + o.then + "' already", "keep one of them");
  }
}

void check_constraints(subject& s) {
  check_locations(s);
  check_colocations(s);
  check_orders(s);
}

} // namespace troupe::conf::validation
