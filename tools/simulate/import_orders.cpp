// Orders: between two resources, and of sets.
#include "conf/cib/values.hpp"
#include "tools/simulate/from_cib.hpp"

#include <fmt/format.h>

namespace troupe::simulate {

using cib::same_text;
using sched::resource_id;
using sched::task;

namespace {

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
  auto firsts = members_of(o.first, o.id, "first");
  auto thens = members_of(o.then, o.id, "then");
  if (!firsts.complete || !thens.complete || first_task == task::other || then_task == task::other) return;
  if (!room_for(firsts.all.size() * thens.all.size(), in_.orders.size(), o.id)) return;
  bool symmetrical =
      symmetrical_of(o, kind) && inverse_of(first_task) != task::other && inverse_of(then_task) != task::other;
  std::uint32_t minimum = 0;
  if (firsts.all.size() == 1 && in_.resources[firsts.all[0]].kind == sched::resource_kind::clone) {
    auto& clone = in_.resources[firsts.all[0]];
    if (clone.clone_min > 0)
      minimum = clone.clone_min;
    else if (!cib::is_true(o.require_all, true))
      minimum = 1;
  }
  for (auto f : firsts.all)
    for (auto t : thens.all)
      add_order({origin, f, t, first_task, then_task, kind, symmetrical,
                 kind == sched::order_kind::mandatory && !symmetrical, minimum});
}

// With its inverse, unless it says otherwise. Of what only must not happen at once there is none.
bool importer::symmetrical_of(const cib::order& o, sched::order_kind kind) {
  auto said = cib::to_bool(o.symmetrical);
  if (kind != sched::order_kind::serialize) return said.value_or(true);
  if (said == true) warn(fmt::format("{}: symmetrical means nothing with the kind Serialize: ignored", o.id));
  return false;
}

void importer::add_order(const sched::order& o) {
  if (o.first == o.then && o.first_task == o.then_task)
    return warn(fmt::format("{}: {} is to come before itself: ignored", in_.constraint_names[o.origin.at()],
                            in_.resources[o.first].name));
  in_.orders.push_back(o);
}

void importer::read_order_sets(const cib::order& o, sched::constraint_id origin) {
  // Between sets only those that say that they are sequential count as such: they are met at one end. Of others, and of
  // what comes after any of several, each member counts.
  struct side {
    std::vector<resource_id> members;
    bool has_ends, sequential, require_all;
    task what;
    sched::order_kind kind;
    cib::text name;
  };
  auto kind = kind_of(o.kind, o.score_text);
  bool symmetrical = symmetrical_of(o, kind);
  std::vector<side> sides;
  std::size_t relations = 0;
  for (auto& set : o.sets) {
    auto named = members_of(set, o.id);
    if (!named.complete || order_task(set.action) == task::other) return;
    relations += named.all.size() * (1 + (sides.empty() ? 0 : sides.back().members.size()));
    sides.push_back({std::move(named.all), set.sequential_said, set.sequential, set.require_all, order_task(set.action),
                     set.kind.empty() ? kind : kind_of(set.kind, {}), set.id});
  }
  if (!room_for(relations, in_.orders.size(), o.id)) return;
  auto both_ways = [&](task first, task then, sched::order_kind k) {
    return symmetrical && k != sched::order_kind::serialize && inverse_of(first) != task::other &&
           inverse_of(then) != task::other;
  };
  auto relate = [&](resource_id first, task first_task, resource_id then, task then_task, sched::order_kind k) {
    bool both = both_ways(first_task, then_task, k);
    add_order({origin, first, then, first_task, then_task, k, both, k == sched::order_kind::mandatory && !both, 0});
  };
  for (auto& s : sides)
    for (std::size_t i = 1; s.sequential && i < s.members.size(); ++i)
      relate(s.members[i - 1], s.what, s.members[i], s.what, s.kind);
  for (std::size_t i = 1; i < sides.size(); ++i) {
    auto& before = sides[i - 1];
    auto& after = sides[i];
    bool goes_up = before.what == task::start || before.what == task::promote;
    if (!before.require_all && goes_up) {
      in_.any_of_orders.push_back({origin, before.members, before.what, after.members, after.what,
                                   kind == sched::order_kind::mandatory, both_ways(before.what, after.what, kind),
                                   sched::constraint_id{in_.constraint_names.size()}});
      in_.constraint_names.emplace_back(before.name);
      continue;
    }
    auto firsts = before.has_ends ? std::vector{before.members.back()} : before.members;
    auto thens = after.has_ends ? std::vector{after.members.front()} : after.members;
    for (auto f : firsts)
      for (auto t : thens) relate(f, before.what, t, after.what, kind);
  }
}

} // namespace troupe::simulate
