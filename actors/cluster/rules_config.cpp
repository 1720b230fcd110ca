// What should run: configuration, directives of operators, assignments of the planner; the level; deadlines.
#include "actors/cluster/apply.hpp"
#include "actors/cluster/holdings.hpp"
#include "actors/cluster/rules.hpp"

#include <algorithm>

namespace troupe::cluster::rules {

namespace {

bool configured_node(const state& s, const node_name& node) {
  auto* m = member_of(s, node);
  return m && m->configured;
}

bool configured_group(const state& s, const std::string& name) {
  auto& groups = s.config().value.groups;
  return std::any_of(groups.begin(), groups.end(), [&](auto& g) { return g.name.text == name; });
}

bool can_be_promoted(const state& s, const resource_name& r) {
  auto* found = standing_of(s, r);
  return found && found->may.promoted_max > 0;
}

// A resource, or a member of a group.
bool holds_promotable(const state& s, const std::string& subject) {
  if (can_be_promoted(s, resource_name{subject})) return true;
  auto& groups = s.config().value.groups;
  return std::any_of(groups.begin(), groups.end(), [&](auto& g) {
    return g.name.text == subject &&
           std::any_of(g.members.begin(), g.members.end(), [&](auto& m) { return can_be_promoted(s, m); });
  });
}

// A node may leave the configuration when it is no voter, and can no longer run anything. In this order: nobody is to
// empty a voter for nothing.
refusal check_removal(const state& s, const node_name& node) {
  auto& voters = s.constitution().voters;
  if (std::any_of(voters.begin(), voters.end(), [&](auto& v) { return v.node == node; })) return refusal::is_voter;
  return !is_away(*member_of(s, node)) || holds_anything(s, node) ? refusal::still_holds : refusal::none;
}

// Whoever is here proves the key that we know. With another one it would be turned away, and so might be a majority.
refusal check_key(const state& s, const config::node& next) {
  auto* m = member_of(s, next.name);
  if (!m || is_away(*m)) return refusal::none;
  auto& nodes = s.config().value.nodes;
  bool another = std::any_of(nodes.begin(), nodes.end(), [&](auto& n) { return n.name == next.name && n.key != next.key; });
  return another ? refusal::key_in_use : refusal::none;
}

allowance allowance_of(const config::cluster& c, const config::resource& r) {
  auto clone = r.clone;
  for (auto& g : c.groups)
    if (g.clone && std::find(g.members.begin(), g.members.end(), r.name) != g.members.end()) clone = g.clone;
  if (!clone && !r.promotable) return {};
  auto options = clone.value_or(config::clone_options{});
  allowance may;
  may.max = options.max.value_or(static_cast<std::uint32_t>(c.nodes.size()));
  may.node_max = options.node_max;
  if (r.promotable) {
    may.promoted_max = r.promotable->max;
    may.promoted_node_max = r.promotable->node_max;
  }
  return may;
}

// A definition that neither the configuration nor a holder refers to is forgotten.
void forget_definition(transaction& t, const resource_name& resource, log_index defined_at) {
  auto* configured = standing_of(t.now(), resource);
  if (configured && configured->defined_at == defined_at) return;
  bool needed = false;
  for_each_holder_of(t.now(), resource,
                     [&](const holder_key&, const holder& h) { needed = needed || h.definition == defined_at; });
  if (!needed) t.erase(definition_key{resource, defined_at});
}

// Who runs goes on under the new definition if only its supervision changed: time-outs, monitors, thresholds. With other
// parameters it keeps the old one, which its stop needs.
void move_holders(transaction& t, const resource_name& resource, log_index before, log_index now) {
  std::vector<holder_key> kept;
  for_each_holder_of(t.now(), resource, [&](const holder_key& key, const holder& h) {
    if (h.definition == before) kept.push_back(key);
  });
  for (auto& key : kept) t.update(key, [&](holder& h) { h.definition = now; });
}

void install_resources(transaction& t, const config::cluster& next) {
  auto* before = t.now().find(configuration_key{});
  auto old = before ? before->value.resources : std::map<resource_name, standing>{};
  configuration record{next, {}};
  for (auto& r : next.resources) {
    auto found = old.find(r.name);
    auto* same = found == old.end() ? nullptr : t.now().find(definition_key{r.name, found->second.defined_at});
    auto defined_at = same && same->value == r ? found->second.defined_at : t.at();
    t.put(definition_key{r.name, defined_at}, r);
    if (same && defined_at == t.at() && same->value.agent == r.agent && same->value.params == r.params)
      move_holders(t, r.name, found->second.defined_at, defined_at);
    record.resources[r.name] = {defined_at, allowance_of(next, r)};
  }
  t.put(configuration_key{}, record);
  for (auto& [name, was] : old) {
    forget_definition(t, name, was.defined_at);
    if (record.resources.contains(name)) continue;
    t.erase(assignment_key{name});
    t.erase(notices_key{name});
  }
  // What is new may run wherever somebody has not looked yet. Who is lost looks for everything when it joins again.
  bool suspects_too = t.now().constitution().level >= 4;
  for (auto& [key, m] : std::map(t.now().all<member_key>())) {
    if (!is_trusted(m.value) && !(suspects_too && is_present(m.value))) continue;
    auto* open = t.now().find(inventory_key{key.node});
    auto pending = open ? open->value.pending : std::vector<resource_name>{};
    for (auto& [name, standing] : record.resources)
      if (!old.contains(name)) pending.push_back(name);
    put_inventory(t, key.node, m.value.boot, std::move(pending));
  }
}

void install_members(transaction& t, const config::cluster& next) {
  for (auto& n : next.nodes) {
    if (!t.now().find(member_key{n.name})) t.put(member_key{n.name}, member{});
  }
  for (auto& [key, m] : std::map(t.now().all<member_key>())) {
    bool kept = std::any_of(next.nodes.begin(), next.nodes.end(), [&key = key](auto& n) { return n.name == key.node; });
    if (kept) continue;
    t.erase(attempt_key{key.node});
    t.erase(directive_key{command::directive_kind::standby, key.node.text});
    t.erase(directive_key{command::directive_kind::maintenance, key.node.text});
    forget_attributes(t, key.node);
    t.erase(member_key{key.node});
  }
}

} // namespace

void put_inventory(transaction& t, const node_name& node, log_index boot, std::vector<resource_name> pending) {
  std::sort(pending.begin(), pending.end());
  pending.erase(std::unique(pending.begin(), pending.end()), pending.end());
  if (pending.empty()) t.erase(inventory_key{node});
  else t.put(inventory_key{node}, {boot, std::move(pending)});
}

void free_holder(transaction& t, const holder_key& key) {
  auto* found = t.now().find(key);
  if (!found) return;
  auto defined_at = found->value.definition;
  t.erase(key);
  forget_definition(t, key.resource, defined_at);
}

void install_configuration(transaction& t, const config::cluster& next) {
  install_resources(t, next);
  install_members(t, next);
}

refusal check(const state& s, const provenance&, const command::config_set& c) {
  if (c.replaces != s.version_of(configuration_key{})) return refusal::stale_config;
  if (!unsound(c.configuration).empty()) return refusal::bad_config;
  for (auto& n : c.configuration.nodes)
    if (auto bad = check_key(s, n); bad != refusal::none) return bad;
  for (auto& [key, m] : s.all<member_key>()) {
    auto& nodes = c.configuration.nodes;
    if (std::any_of(nodes.begin(), nodes.end(), [&key = key](auto& n) { return n.name == key.node; })) continue;
    if (auto bad = check_removal(s, key.node); bad != refusal::none) return bad;
  }
  return refusal::none;
}

void effect(transaction& t, const provenance&, const command::config_set& c) {
  install_configuration(t, c.configuration);
}

refusal check(const state& s, const provenance&, const command::directive& c) {
  using kind = command::directive_kind;
  if (c.note.size() > command::max_note) return refusal::too_large;
  if (c.lifted) return s.find(directive_key{c.kind, c.subject}) ? refusal::none : refusal::no_directive;
  bool node = configured_node(s, node_name{c.subject});
  bool service = standing_of(s, resource_name{c.subject}) || configured_group(s, c.subject);
  switch (c.kind) {
  case kind::standby: return node ? refusal::none : refusal::unknown_node;
  case kind::maintenance: return node || service || c.subject.empty() ? refusal::none : refusal::unknown_resource;
  case kind::target_role:
    if (!service) return refusal::unknown_resource;
    return c.role != config::role::promoted || holds_promotable(s, c.subject) ? refusal::none : refusal::not_promotable;
  case kind::move:
    if (!service) return refusal::unknown_resource;
    return configured_node(s, c.to) ? refusal::none : refusal::unknown_node;
  }
  return refusal::no_directive;
}

void effect(transaction& t, const provenance& from, const command::directive& c) {
  directive_key key{c.kind, c.subject};
  // Said again it is as young as a new one: what has failed since the first word is known now (level 2).
  if (c.lifted || t.now().constitution().level >= 2) t.erase(key);
  if (!c.lifted) t.put(key, {c.role, c.to, from.by.user.value_or(from.by.node.text), c.note, c.expires});
}

// Also of what is no longer configured: its failures outlive it.
refusal check(const state& s, const provenance&, const command::cleanup& c) {
  auto& failed = s.all<failure_key>();
  bool known = c.resource.empty() || standing_of(s, c.resource) ||
               std::any_of(failed.begin(), failed.end(), [&](auto& f) { return f.first.resource == c.resource; });
  if (!known) return refusal::unknown_resource;
  return c.node.empty() || member_of(s, c.node) ? refusal::none : refusal::unknown_node;
}

void effect(transaction& t, const provenance&, const command::cleanup& c) {
  for (auto& [key, found] : std::map(t.now().all<failure_key>())) {
    bool meant = (c.resource.empty() || key.resource == c.resource) && (c.node.empty() || key.node == c.node);
    if (meant) t.erase(key);
  }
}

refusal check(const state& s, const provenance&, const command::assigned& c) {
  for (auto& item : c.items) {
    if (!standing_of(s, item.resource)) return refusal::unknown_resource;
    if (!std::is_sorted(item.places.begin(), item.places.end())) return refusal::bad_config;
    for (auto& place : item.places)
      if (!configured_node(s, place.node)) return refusal::unknown_node;
  }
  return refusal::none;
}

void effect(transaction& t, const provenance&, const command::assigned& c) {
  for (auto& item : c.items) t.put(assignment_key{item.resource}, {item.places});
}

refusal check(const state& s, const provenance&, const command::level_set& c) {
  // Not by what this program knows: whether it was raised, all replicas must agree, also one that cannot follow.
  if (c.level <= s.constitution().level) return refusal::bad_level;
  for (auto& [key, m] : s.all<member_key>())
    if (m.value.configured && m.value.max_level < c.level) return refusal::bad_level;
  return refusal::none;
}

void effect(transaction& t, const provenance&, const command::level_set& c) {
  t.update(charter_key{}, [&](charter& ch) { ch.level = c.level; });
}

// To forget that promotions failed there would have who is well demoted for the next try.
static bool promoted_elsewhere(const state& s, const failure_key& key) {
  bool any = false;
  for_each_holder_of(s, key.resource, [&](const holder_key& at, const holder& h) {
    any = any || (at.node != key.node && h.role == config::role::promoted && std::holds_alternative<running>(h.now));
  });
  return any;
}

std::optional<stamp> forgotten_at(const state& s, const failure_key& key, const failures& f) {
  auto* configured = standing_of(s, key.resource);
  auto* defined = configured ? definition_of(s, key.resource, configured->defined_at) : nullptr;
  if (!defined || !defined->failure_timeout) return std::nullopt;
  auto ends = f.last + std::chrono::ceil<std::chrono::milliseconds>(*defined->failure_timeout);
  if (s.constitution().level < 2) return ends;
  if (unstopped_since(s, key.resource, key.node)) return std::nullopt;
  if (s.constitution().level >= 3 && f.failed_promotes > 0 && promoted_elsewhere(s, key)) return std::nullopt;
  return f.died_with_it ? std::max(ends, stamp{*f.died_with_it + boot_mends_within}) : ends;
}

refusal check(const state&, const provenance&, const command::tick&) { return refusal::none; }

void effect(transaction& t, const provenance&, const command::tick&) {
  auto now = t.now().now();
  for (auto& [key, found] : std::map(t.now().all<directive_key>()))
    if (found.value.expires && *found.value.expires <= now) t.erase(key);
  for (auto& [key, found] : std::map(t.now().all<failure_key>()))
    if (auto ends = forgotten_at(t.now(), key, found.value); ends && *ends <= now) t.erase(key);
}

} // namespace troupe::cluster::rules
