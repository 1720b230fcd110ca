// Constraints: names to ids, sets to pairs, rules to scores per node.
#include "conf/cib/values.hpp"
#include "tools/simulate/from_cib.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace troupe::simulate {

using cib::same_text;
using sched::resource_id;

namespace {

constexpr std::size_t max_pattern = 256; // bytes of a pattern and of a name that is compared with one

// Matched in a time that grows with the lengths only: of what backtracks, a few bytes are enough for ever.
std::regex pattern_of(cib::text written) {
  auto how = std::regex::extended;
#ifdef __GLIBCXX__
  how |= std::regex_constants::__polynomial;
#endif
  return std::regex{std::string{written}, how};
}

} // namespace

void importer::read_constraints() {
  auto in_force = [&](auto& constraint) { return !constraint.lifetime || cib::holds(*constraint.lifetime, context()); };
  for (auto& l : cib_.locations)
    if (in_force(l)) read_location(l);
  for (auto& c : cib_.colocations)
    if (in_force(c)) read_colocation(c);
  for (auto& o : cib_.orders)
    if (in_force(o)) read_order(o);
  for (auto& t : cib_.ticket_constraints)
    if (in_force(t)) read_ticket(t);
  for (auto& level : cib_.fencing_levels)
    for (auto device : level.devices)
      if (!resources_.contains(device) && device != "watchdog")
        warn(fmt::format("a fencing level names the device {}, which does not exist: it counts as one that fails",
                         device));
}

void importer::read_location(const cib::location& l) {
  sched::constraint_id origin{in_.constraint_names.size()};
  in_.constraint_names.emplace_back(l.id);
  if (l.what.empty() && l.pattern.empty() && l.sets.empty())
    return warn(fmt::format("{}: names no resource: ignored", l.id));
  if (l.node.empty() && l.rules.empty() && l.sets.empty())
    return warn(fmt::format("{}: names neither a node nor a rule: ignored", l.id));
  if (!l.node.empty() && !nodes_.contains(l.node))
    return warn(fmt::format("{}: there is no node {}: ignored", l.id, l.node));
  if (!l.node.empty() && l.sets.empty() && l.score_text.empty())
    return warn(fmt::format("{}: has no score: ignored", l.id));
  for (auto& rule : l.rules)
    if (rule.score_text.empty() && rule.score_attribute.empty())
      warn(fmt::format("{}: a rule has no score: taken as 0", l.id));
  if (!l.what.empty())
    for (auto r : members_of(l.what, l.id, "rsc").all) add_location(origin, r, l, l.role, l.score_text);
  if (!l.pattern.empty()) read_location_pattern(l, origin);
  for (auto& set : l.sets)
    for (auto r : members_of(set, l.id).all)
      add_location(origin, r, l, set.role.empty() ? l.role : set.role,
                   set.score_text.empty() ? l.score_text : set.score_text);
}

void importer::read_location_pattern(const cib::location& l, sched::constraint_id origin) {
  bool negated = l.pattern.front() == '!';
  if (l.pattern.size() > max_pattern)
    return warn(fmt::format("{}: its pattern has more than {} bytes: ignored", l.id, max_pattern));
  try {
    auto pattern = pattern_of(l.pattern.substr(negated ? 1 : 0));
    for (auto r : in_.top) {
      auto& name = in_.resources[r].name;
      if (name.size() > max_pattern)
        warn(fmt::format("{}: the name {} has more than {} bytes: its pattern does not match it", l.id, name,
                         max_pattern));
      else if (std::regex_search(name, pattern) != negated)
        add_location(origin, r, l, l.role, l.score_text);
    }
  } catch (const std::regex_error&) {
    warn(fmt::format("{}: \"{}\" is no regular expression: ignored", l.id, l.pattern));
  }
}

void importer::add_location(sched::constraint_id origin, resource_id what, const cib::location& l, cib::text role,
                            cib::text weight) {
  auto probes = same_text(l.discovery, "never")       ? sched::discovery::never
                : same_text(l.discovery, "exclusive") ? sched::discovery::exclusive
                                                      : sched::discovery::always;
  if (probes == sched::discovery::exclusive && (!l.node.empty() || !l.rules.empty()))
    in_.resources[what].exclusive_discovery = true; // even if it comes to speak of no node
  // Only of the promoted role more is known than that it is some role; what is stopped has no place.
  auto role_of = [](cib::text said) {
    return role_named(said) == sched::role::promoted ? sched::role::promoted : sched::role::unknown;
  };
  if (!l.node.empty()) {
    if (role_named(role) == sched::role::stopped) return;
    auto in_role = role_of(role);
    in_.locations.push_back({origin, what, nodes_.find(l.node)->second, score_in(weight), in_role, probes});
    return;
  }
  for (auto& rule : l.rules) {
    if (!rule.role.empty() && role_named(rule.role) == sched::role::unknown) continue;
    auto limit = role_named(rule.role); // the rule's own: what its constraint says counts without rules only
    if (limit == sched::role::started || limit == sched::role::stopped) continue; // no limit of what has a place
    auto rule_role = role_of(rule.role);
    auto fixed = score_in(rule.score_text);
    for (auto n : ids_of(in_.nodes)) {
      auto c = context_of(n);
      if (!cib::holds(rule.when, c)) continue;
      auto value = fixed;
      if (!rule.score_attribute.empty()) {
        auto text = c.attribute(rule.score_attribute);
        value = text ? score_in(*text) : score::minus_infinity();
        if (text && !cib::to_score(*text))
          warn(fmt::format("{}: {}=\"{}\" of node {} is no score: taken as 0", l.id, rule.score_attribute, *text,
                           in_.nodes[n].name));
      }
      in_.locations.push_back({origin, what, n, value, rule_role, probes});
    }
  }
}

void importer::read_colocation(const cib::colocation& c) {
  sched::constraint_id origin{in_.constraint_names.size()};
  in_.constraint_names.emplace_back(c.id);
  auto weight = score_in(c.score_text);
  if (!c.sets.empty()) {
    read_colocation_sets(c, origin, weight);
    return;
  }
  if (c.score_text.empty()) return warn(fmt::format("{}: has no score: ignored", c.id));
  if (weight.value() == 0) return;
  auto dependents = members_of(c.dependent, c.id, "rsc");
  auto primaries = members_of(c.primary, c.id, "with-rsc");
  if (!dependents.complete || !primaries.complete) return;
  if (!room_for(dependents.all.size() * primaries.all.size(), in_.colocations.size(), c.id)) return;
  auto influence = cib::to_bool(c.influence);
  auto attribute = c.node_attribute.empty() || c.node_attribute == "#uname" ? -1 : intern(c.node_attribute);
  for (auto d : dependents.all)
    for (auto p : primaries.all)
      add_colocation(
          {origin, d, p, role_named(c.dependent_role), role_named(c.primary_role), weight, attribute, influence});
}

void importer::add_colocation(const sched::colocation& c) {
  if (c.dependent == c.primary)
    return warn(fmt::format("{}: {} is with itself wherever it is: ignored", in_.constraint_names[c.origin.at()],
                            in_.resources[c.primary].name));
  in_.colocations.push_back(c);
}

void importer::read_colocation_sets(const cib::colocation& c, sched::constraint_id origin, score weight) {
  auto influence = cib::to_bool(c.influence);
  struct side {
    std::vector<resource_id> members;
    bool sequential;
    sched::role in_role;
    score weight;
  };
  std::vector<side> sides;
  std::size_t relations = 0;
  for (auto& set : c.sets) {
    auto named = members_of(set, c.id);
    if (!named.complete) return;
    auto n = named.all.size();
    relations += n + n * n / 2 + (sides.empty() ? 0 : n * sides.back().members.size());
    sides.push_back({std::move(named.all), set.sequential, role_named(set.role),
                     set.score_text.empty() ? weight : score_in(set.score_text)});
  }
  if (!room_for(relations, in_.colocations.size(), c.id)) return;
  for (auto& s : sides) {
    auto relate = [&](resource_id dependent, resource_id primary) {
      add_colocation({origin, dependent, primary, s.in_role, s.in_role, s.weight, -1, influence});
    };
    if (s.sequential && s.weight.value() < 0) {
      for (std::size_t i = 0; i < s.members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) relate(s.members[i], s.members[j]);
    } else if (s.sequential && s.weight.value() != 0) {
      for (std::size_t i = 1; i < s.members.size(); ++i) relate(s.members[i], s.members[i - 1]);
    }
  }
  if (weight.value() == 0) return;
  for (std::size_t i = 1; i < sides.size(); ++i) {
    auto& former = sides[i - 1];
    auto& latter = sides[i];
    auto dependents = former.sequential ? std::vector{former.members.front()} : former.members;
    auto primaries = latter.sequential ? std::vector{latter.members.back()} : latter.members;
    for (auto d : dependents)
      for (auto p : primaries) add_colocation({origin, d, p, former.in_role, latter.in_role, weight, -1, influence});
  }
}

sched::ticket_id importer::ticket_named(cib::text name) {
  auto found = tickets_.find(name);
  if (found != tickets_.end()) return found->second;
  sched::ticket t{.name = std::string{name}, .granted = false, .standby = false};
  for (auto& state : cib_.tickets)
    if (state.id == name) {
      if (!state.granted.empty()) t.granted = cib::is_true(state.granted);
      if (!state.standby.empty()) t.standby = cib::is_true(state.standby);
    }
  auto id = in_.tickets.add(std::move(t));
  tickets_.emplace(name, id);
  return id;
}

void importer::read_ticket(const cib::ticket_constraint& t) {
  sched::constraint_id origin{in_.constraint_names.size()};
  in_.constraint_names.emplace_back(t.id);
  if (t.ticket.empty()) {
    warn(fmt::format("{}: names no ticket: ignored", t.id));
    return;
  }
  auto add = [&](resource_id what, cib::text role) {
    auto in_role = role_named(role);
    auto loss = same_text(t.loss_policy, "fence")    ? sched::ticket_loss::fence
                : same_text(t.loss_policy, "freeze") ? sched::ticket_loss::freeze
                : same_text(t.loss_policy, "demote") ? sched::ticket_loss::demote
                : same_text(t.loss_policy, "stop")   ? sched::ticket_loss::stop
                : in_role == sched::role::promoted   ? sched::ticket_loss::demote
                                                     : sched::ticket_loss::stop;
    if (loss == sched::ticket_loss::fence && !in_.settings.fencing) loss = sched::ticket_loss::stop;
    in_.ticket_dependencies.push_back({origin, ticket_named(t.ticket), what, in_role, loss});
  };
  if (t.what.empty() && t.sets.empty()) return warn(fmt::format("{}: names no resource: ignored", t.id));
  if (!t.what.empty())
    for (auto r : members_of(t.what, t.id, "rsc").all) add(r, t.role);
  for (auto& set : t.sets)
    for (auto r : members_of(set, t.id).all) add(r, set.role.empty() ? t.role : set.role);
}

} // namespace troupe::simulate
