// Constraints: names to ids, sets to pairs, rules to scores per node.
#include "conf/cib/values.hpp"
#include "tools/simulate/from_cib.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace troupe::simulate {

using cib::same_text;
using sched::resource_id;
using sched::task;

namespace {

constexpr std::size_t max_pattern = 256; // bytes; what matches them recurses as deep as they are long

task inverse(task t) {
  switch (t) {
  case task::start: return task::stop;
  case task::stop: return task::start;
  case task::promote: return task::demote;
  case task::demote: return task::promote;
  default: return task::other;
  }
}

task order_task(cib::text name) {
  return name.empty() ? task::start : task_named(name);
}

sched::order_kind kind_of(cib::text kind, cib::text score_text) {
  if (!kind.empty())
    return same_text(kind, "Optional")    ? sched::order_kind::optional
           : same_text(kind, "Serialize") ? sched::order_kind::serialize
                                          : sched::order_kind::mandatory;
  if (score_text.empty()) return sched::order_kind::mandatory;
  auto weight = score_in(score_text);
  return weight.value() == 0 ? sched::order_kind::optional : sched::order_kind::mandatory;
}

} // namespace

// What an id in a constraint stands for: a resource (an instance: its clone), or all that a tag or template names.
std::vector<resource_id> importer::members_of(cib::text id, bool& is_list, const char* where) {
  is_list = false;
  auto whole = [&](resource_id r) {
    for (auto p = r; p.valid(); p = in_.resources[p].parent)
      if (in_.resources[p].kind == sched::resource_kind::clone && !in_.resources[p].parent.valid()) r = p;
    return r;
  };
  auto bare = id;
  auto found = resources_.find(bare);
  if (found == resources_.end())
    if (auto colon = bare.rfind(':'); colon != cib::text::npos) found = resources_.find(bare.substr(0, colon));
  if (found != resources_.end()) return {whole(found->second)};
  std::vector<resource_id> list;
  for (auto& [name, user] : cib_.template_users)
    if (name == id)
      if (auto r = resources_.find(user); r != resources_.end()) list.push_back(whole(r->second));
  for (auto& t : cib_.tags)
    if (t.id == id)
      for (auto member : t.members)
        if (auto r = resources_.find(member); r != resources_.end()) list.push_back(whole(r->second));
  is_list = !list.empty();
  if (list.empty()) warn(fmt::format("{} names the resource {}, which does not exist: ignored", where, id));
  return list;
}

std::vector<resource_id> importer::members_of(const cib::resource_set& set, const char* where) {
  std::vector<resource_id> all;
  for (auto id : set.members) {
    bool is_list = false;
    for (auto r : members_of(id, is_list, where)) all.push_back(r);
  }
  return all;
}

void importer::read_constraints() {
  for (auto& l : cib_.locations) read_location(l);
  for (auto& c : cib_.colocations) read_colocation(c);
  for (auto& o : cib_.orders) read_order(o);
  for (auto& t : cib_.ticket_constraints) read_ticket(t);
}

void importer::read_location(const cib::location& l) {
  sched::constraint_id origin{in_.constraint_names.size()};
  in_.constraint_names.emplace_back(l.id);
  bool is_list = false;
  if (l.node.empty() && l.rules.empty() && l.sets.empty())
    warn(fmt::format("{}: names neither a node nor a rule: ignored", l.id));
  if (!l.what.empty())
    for (auto r : members_of(l.what, is_list, "a location constraint"))
      add_location(origin, r, l, l.role, l.score_text);
  if (!l.pattern.empty()) {
    bool negated = l.pattern.front() == '!';
    if (l.pattern.size() > max_pattern)
      return warn(fmt::format("{}: its pattern has more than {} bytes: ignored", l.id, max_pattern));
    try {
      std::regex pattern{std::string{l.pattern.substr(negated ? 1 : 0)}, std::regex::extended};
      for (auto r : in_.top)
        if (in_.resources[r].name.size() <= max_pattern && std::regex_search(in_.resources[r].name, pattern) != negated)
          add_location(origin, r, l, l.role, l.score_text);
    } catch (const std::regex_error&) {
      warn(fmt::format("{}: \"{}\" is no regular expression: ignored", l.id, l.pattern));
    }
  }
  for (auto& set : l.sets)
    for (auto r : members_of(set, "a location constraint"))
      add_location(origin, r, l, set.role.empty() ? l.role : set.role,
                   set.score_text.empty() ? l.score_text : set.score_text);
}

void importer::add_location(sched::constraint_id origin, resource_id what, const cib::location& l, cib::text role,
                            cib::text weight) {
  auto probes = same_text(l.discovery, "never")       ? sched::discovery::never
                : same_text(l.discovery, "exclusive") ? sched::discovery::exclusive
                                                      : sched::discovery::always;
  auto in_role = role_named(role) == sched::role::promoted ? sched::role::promoted : sched::role::unknown;
  if (!l.node.empty()) {
    auto n = nodes_.find(l.node);
    if (n == nodes_.end()) return warn(fmt::format("{}: there is no node {}: ignored", l.id, l.node));
    in_.locations.push_back({origin, what, n->second, score_in(weight), in_role, probes});
    return;
  }
  for (auto& rule : l.rules) {
    if (role_named(rule.role) == sched::role::started) continue; // no resource has it as its limit, so it never counts
    auto rule_role = rule.role.empty()                                ? in_role
                     : role_named(rule.role) == sched::role::promoted ? sched::role::promoted
                                                                      : sched::role::unknown;
    auto fixed = score_in(rule.score_text);
    for (auto n : ids_of(in_.nodes)) {
      auto c = context_of(n);
      if (!cib::holds(rule.when, c)) continue;
      auto value = fixed;
      if (!rule.score_attribute.empty()) {
        auto text = c.attribute(rule.score_attribute);
        value = text ? score_in(*text) : score::minus_infinity(); // no number counts 0
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
  if (weight.value() == 0) return;
  bool list = false;
  auto dependents = members_of(c.dependent, list, "a colocation");
  auto primaries = members_of(c.primary, list, "a colocation");
  auto influence = cib::to_bool(c.influence);
  auto attribute = c.node_attribute.empty() || c.node_attribute == "#uname" ? -1 : intern(c.node_attribute);
  for (auto d : dependents)
    for (auto p : primaries)
      in_.colocations.push_back(
          {origin, d, p, role_named(c.dependent_role), role_named(c.primary_role), weight, attribute, influence});
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
  for (auto& set : c.sets) {
    side s{members_of(set, "a colocation set"), set.sequential, role_named(set.role),
           set.score_text.empty() ? weight : score_in(set.score_text)};
    if (s.members.empty()) continue;
    auto relate = [&](resource_id dependent, resource_id primary) {
      in_.colocations.push_back({origin, dependent, primary, s.in_role, s.in_role, s.weight, -1, influence});
    };
    if (s.sequential && s.weight.value() < 0) {
      for (std::size_t i = 0; i < s.members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) relate(s.members[i], s.members[j]);
    } else if (s.sequential && s.weight.value() != 0) {
      for (std::size_t i = 1; i < s.members.size(); ++i) relate(s.members[i], s.members[i - 1]);
    }
    sides.push_back(std::move(s));
  }
  if (weight.value() == 0) return;
  for (std::size_t i = 1; i < sides.size(); ++i) {
    auto& former = sides[i - 1];
    auto& latter = sides[i];
    auto dependents = former.sequential ? std::vector{former.members.front()} : former.members;
    auto primaries = latter.sequential ? std::vector{latter.members.back()} : latter.members;
    for (auto d : dependents)
      for (auto p : primaries)
        in_.colocations.push_back({origin, d, p, former.in_role, latter.in_role, weight, -1, influence});
  }
}

void importer::read_order(const cib::order& o) {
  sched::constraint_id origin{in_.constraint_names.size()};
  in_.constraint_names.emplace_back(o.id);
  if (!o.sets.empty()) {
    read_order_sets(o, origin);
    return;
  }
  auto kind = kind_of(o.kind, o.score_text);
  auto first_task = order_task(o.first_action);
  auto then_task = o.then_action.empty() ? first_task : order_task(o.then_action);
  bool first_list = false, then_list = false;
  auto firsts = members_of(o.first, first_list, "an order");
  auto thens = members_of(o.then, then_list, "an order");
  bool can_invert =
      kind != sched::order_kind::serialize && inverse(first_task) != task::other && inverse(then_task) != task::other;
  bool symmetrical = can_invert && cib::to_bool(o.symmetrical).value_or(true);
  std::uint32_t minimum = 0;
  if (firsts.size() == 1 && in_.resources[firsts[0]].kind == sched::resource_kind::clone) {
    auto& clone = in_.resources[firsts[0]];
    if (clone.clone_min > 0)
      minimum = clone.clone_min;
    else if (!cib::is_true(o.require_all, true))
      minimum = 1;
  }
  for (auto f : firsts)
    for (auto t : thens)
      in_.orders.push_back({origin, f, t, first_task, then_task, kind, symmetrical,
                            kind == sched::order_kind::mandatory && !symmetrical, minimum});
}

void importer::read_order_sets(const cib::order& o, sched::constraint_id origin) {
  // Between sets only those that say that they are sequential count as such: they are met at one end. Of others, and of
  // what comes after any of several, each member counts.
  struct side {
    std::vector<resource_id> members;
    bool has_ends, require_all;
    task what;
    sched::order_kind kind;
  };
  auto kind = kind_of(o.kind, o.score_text);
  bool symmetrical = kind != sched::order_kind::serialize && cib::to_bool(o.symmetrical).value_or(true);
  std::vector<side> sides;
  auto both_ways = [&](task first, task then, sched::order_kind k) {
    return symmetrical && k != sched::order_kind::serialize && inverse(first) != task::other &&
           inverse(then) != task::other;
  };
  auto relate = [&](resource_id first, task first_task, resource_id then, task then_task, sched::order_kind k) {
    bool both = both_ways(first_task, then_task, k);
    in_.orders.push_back(
        {origin, first, then, first_task, then_task, k, both, k == sched::order_kind::mandatory && !both, 0});
  };
  for (auto& set : o.sets) {
    auto set_kind = kind;
    if (!set.kind.empty()) set_kind = kind_of(set.kind, {});
    side s{members_of(set, "an order set"), set.sequential_said, set.require_all, order_task(set.action), set_kind};
    if (s.members.empty()) continue;
    if (set.sequential)
      for (std::size_t i = 1; i < s.members.size(); ++i) relate(s.members[i - 1], s.what, s.members[i], s.what, s.kind);
    sides.push_back(std::move(s));
  }
  for (std::size_t i = 1; i < sides.size(); ++i) {
    auto& before = sides[i - 1];
    auto& after = sides[i];
    bool goes_up = before.what == task::start || before.what == task::promote;
    if (!before.require_all && goes_up) {
      in_.any_of_orders.push_back({origin, before.members, before.what, after.members, after.what,
                                   kind == sched::order_kind::mandatory, both_ways(before.what, after.what, kind)});
      continue;
    }
    auto firsts = before.has_ends ? std::vector{before.members.back()} : before.members;
    auto thens = after.has_ends ? std::vector{after.members.front()} : after.members;
    for (auto f : firsts)
      for (auto t : thens) relate(f, before.what, t, after.what, kind);
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
    warn(fmt::format("{} names no ticket: ignored", t.id));
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
  bool list = false;
  if (!t.what.empty())
    for (auto r : members_of(t.what, list, "a ticket constraint")) add(r, t.role);
  for (auto& set : t.sets)
    for (auto r : members_of(set, "a ticket constraint")) add(r, set.role.empty() ? t.role : set.role);
}

} // namespace troupe::simulate
