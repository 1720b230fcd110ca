// What the status section says of nodes, attributes, failures and promotion scores; whose the histories are.
#include "actors/scheduler/schedule.hpp"
#include "conf/cib/unreadable.hpp"
#include "conf/cib/values.hpp"
#include "tools/simulate/from_cib.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace troupe::simulate {

namespace {

// "db:3" is the instance 3 of db; "db" carries no number.
struct instance_name {
  cib::text base;
  std::int32_t number = -1;
};
instance_name split(cib::text name) {
  auto colon = name.rfind(':');
  if (colon == cib::text::npos || colon + 1 == name.size()) return {name};
  std::int32_t number = 0;
  auto [end, bad] = std::from_chars(name.data() + colon + 1, name.data() + name.size(), number);
  if (bad != std::errc{} || end != name.data() + name.size()) return {name};
  return {name.substr(0, colon), number};
}

sched::join_state join_named(cib::text join) {
  using sched::join_state;
  if (join == "member") return join_state::member;
  if (join == "pending") return join_state::pending;
  if (join == "down") return join_state::down;
  if (join == "banned") return join_state::banned;
  return join.empty() ? join_state::none : join_state::other;
}

} // namespace

sched::node_id importer::node_of(const cib::node_state& state) const {
  auto by_name = nodes_.find(state.uname);
  if (by_name != nodes_.end()) return by_name->second;
  auto by_id = nodes_by_id_.find(state.id);
  return by_id != nodes_by_id_.end() ? by_id->second : sched::node_id{};
}

result<void> importer::read_status(const state_source& states) {
  constexpr std::size_t most = 4'000'000; // more may come, one by one
  in_.histories.reserve(std::min(most, in_.nodes.size() * in_.resources.size()));
  for (std::size_t position = 0;; ++position) {
    auto state = states.next();
    if (!state) return tl::unexpected(state.error());
    if (!*state) break;
    read_state(**state, position, states);
  }
  read_left_over();
  for (auto& [position, n] : reporting_) in_.reporting_order.push_back(n);
  auto by_node = [](auto& a, auto& b) { return a.where < b.where; };
  if (!std::is_sorted(in_.histories.begin(), in_.histories.end(), by_node))
    std::stable_sort(in_.histories.begin(), in_.histories.end(), by_node);
  forget_attributes_unread();
  for (auto n : in_.reporting_order) read_counts(n, attributes_[n.at()]);
  for (auto n : ids_of(in_.nodes)) {
    if (!in_.nodes[n].seen) read_counts(n, attributes_[n.at()]);
    read_node_attributes(n);
  }
  std::stable_sort(in_.failures.begin(), in_.failures.end(), [](auto& a, auto& b) { return a.what < b.what; });
  std::stable_sort(in_.promotion_scores.begin(), in_.promotion_scores.end(),
                   [](auto& a, auto& b) { return a.what < b.what; });
  return {};
}

// Behind a connection, or in a container, that is not up nothing of a node's status is read, unless fencing makes sure
// of it: neither its history nor its transient attributes.
void importer::forget_attributes_unread() {
  auto concerned = [&](sched::node_id n) {
    return in_.nodes[n].kind != sched::node_kind::cluster && attributes_[n.at()] != permanent_[n.at()];
  };
  auto& told = in_.reporting_order;
  if (in_.settings.fencing || std::none_of(told.begin(), told.end(), concerned)) return;
  auto state = sched::unpack(in_);
  for (auto n : told)
    if (concerned(n) && !state.nodes[n].history_read) attributes_[n.at()] = permanent_[n.at()];
}

void importer::read_state(const cib::node_state& state, std::size_t position, const state_source& source) {
  auto n = node_of(state);
  if (!n.valid()) {
    source.keep_last();
    unknown_states_.emplace_back(position, state);
    return;
  }
  if (in_.nodes[n].seen) return;
  reporting_.emplace_back(position, n);
  read_node_state(n, state);
  bool kept = false;
  std::size_t entry = 0;
  for (auto& from : state.resources) {
    auto whose = reported_like_before(entry++, from.id);
    if (whose.unusable) {
      warn(fmt::format("the history of {} on {} is ignored: it is no longer a primitive", from.id, state.uname));
    } else if (whose.what.valid() && at_home(whose.what, n) && names_known_nodes(from)) {
      read_history(n, whose, from, in_.histories);
    } else if (!from.operations.empty()) {
      if (!std::exchange(kept, true)) source.keep_last();
      left_over_.push_back({position, std::string{state.uname}, in_.histories.size(), n, from});
    }
  }
}

void importer::read_node_state(sched::node_id n, const cib::node_state& state) {
  auto& node = in_.nodes[n];
  node.seen = true;
  if (!state.in_membership.empty())
    node.in_membership = cib::is_true(state.in_membership) || cib::to_number(state.in_membership).value_or(0) > 0;
  node.process_online = cib::same_text(state.process, "online");
  node.join = join_named(state.join);
  node.expected_member = !state.expected.empty() && state.expected != "down";
  node.remote_fenced = state.remote_fenced;
  for (auto& sentence : cib::unreadable_values(cib_, state)) warn(std::move(sentence));
  auto keep = [&](cib::text t) -> cib::text { return texts_.emplace_back(t); };
  for (auto& [name, value] : cib::evaluate(state.transient, context_of(n)))
    attributes_[n.at()].insert_or_assign(keep(name), keep(value));
  if (state.remote_in_maintenance && node.kind != sched::node_kind::cluster &&
      !attributes_[n.at()].contains("maintenance"))
    node.maintenance = false;
}

// Orphans that connect remote nodes first: with them their nodes are known, and what was said of those.
void importer::read_left_over() {
  auto is_connection = [&](const cib::resource_history& h) {
    return h.standard == "ocf" && h.provider == "pacemaker" && h.agent == "remote" && !resources_.contains(h.id) &&
           !h.operations.empty();
  };
  for (auto& l : left_over_)
    if (is_connection(l.history)) orphan(l.history, l.history.id);
  for (auto& [position, state] : unknown_states_)
    for (auto& h : state.resources)
      if (is_connection(h)) orphan(h, h.id);
  for (auto& [position, state] : unknown_states_) {
    auto n = node_of(state);
    if (!n.valid()) {
      warn(fmt::format("the status speaks of the node {}, which is not configured: ignored", state.uname));
      continue;
    }
    if (in_.nodes[n].seen) continue;
    reporting_.emplace_back(position, n);
    read_node_state(n, state);
    for (auto& from : state.resources)
      if (!from.operations.empty() || reported_by(from.id).what.valid())
        left_over_.push_back({position, std::string{state.uname}, in_.histories.size(), n, from});
  }
  std::sort(reporting_.begin(), reporting_.end());
  if (left_over_.empty()) return;
  std::vector<std::pair<std::size_t, std::vector<sched::history>>> late; // where they belong
  std::stable_sort(left_over_.begin(), left_over_.end(), [](auto& a, auto& b) { return a.where < b.where; });
  for (auto& l : left_over_) {
    auto whose = reported_by(l.history.id);
    if (whose.what.valid() && !at_home(whose.what, l.where)) whose = {};
    if (whose.unusable)
      warn(fmt::format("the history of {} on {} is ignored: it is no longer a primitive", l.history.id, l.uname));
    if (whose.unusable || (!whose.what.valid() && l.history.operations.empty())) continue;
    if (!whose.what.valid()) whose = {orphan(l.history, l.history.id)};
    late.emplace_back(l.before, std::vector<sched::history>{});
    read_history(l.where, whose, l.history, late.back().second);
  }
  std::stable_sort(late.begin(), late.end(), [](auto& a, auto& b) { return a.first < b.first; });
  std::vector<sched::history> all;
  auto next = late.begin();
  for (std::size_t i = 0; i <= in_.histories.size(); ++i) {
    for (; next != late.end() && next->first == i; ++next)
      for (auto& h : next->second) all.push_back(std::move(h));
    if (i < in_.histories.size()) all.push_back(std::move(in_.histories[i]));
  }
  in_.histories = std::move(all);
}

void importer::read_counts(sched::node_id n, const values& attributes) {
  constexpr cib::text count = "fail-count-", last = "last-failure-", promotion = "master-";
  for (auto& [name, value] : attributes) {
    if (name.starts_with(promotion)) {
      auto who = split(name.substr(promotion.size()));
      auto r = resources_.find(who.base);
      if (r == resources_.end()) continue;
      in_.promotion_scores.push_back({n, r->second, who.number, score_in(value).value()});
    } else if (name.starts_with(count)) {
      auto rest = name.substr(count.size());
      auto hash = rest.rfind('#');
      auto who = split(rest.substr(0, hash));
      auto r = resources_.find(who.base);
      if (r == resources_.end()) continue;
      sched::failure_count f{.where = n, .what = r->second, .number = who.number};
      f.count = score_in(value).value();
      if (hash != cib::text::npos) {
        auto op = rest.substr(hash + 1);
        auto underline = op.rfind('_');
        f.what_failed = task_named(op.substr(0, underline));
        if (underline != cib::text::npos) f.interval_ms = cib::to_number(op.substr(underline + 1)).value_or(0);
      }
      auto when = attributes.find(std::string{last} + std::string{rest});
      if (when != attributes.end()) f.last = cib::to_seconds(when->second).value_or(0);
      in_.failures.push_back(f);
    }
  }
}

// What is inside of a bundle's containers runs nowhere else: what a node reports by that name it had before.
bool importer::at_home(sched::resource_id what, sched::node_id n) const {
  if (in_.bundles.empty()) return true;
  for (auto p = in_.resources[what].parent; p.valid(); p = in_.resources[p].parent)
    for (auto& b : in_.bundles)
      if (b.clone == p) return std::any_of(b.parts.begin(), b.parts.end(), [&](auto& part) { return part.guest == n; });
  return true;
}

// It may have the name of an instance that is configured, but is not that.
sched::resource_id importer::orphan(const cib::resource_history& h, cib::text name) {
  auto found = orphans_.find(name);
  if (found != orphans_.end()) return found->second;
  sched::resource r;
  r.name = name;
  r.agent = h.provider.empty() ? fmt::format("{}:{}", h.standard, h.agent)
                               : fmt::format("{}:{}:{}", h.standard, h.provider, h.agent);
  r.orphan = true;
  r.fence_device = h.standard == "stonith";
  r.remote_connection = h.standard == "ocf" && h.provider == "pacemaker" && h.agent == "remote";
  r.isolated_ok = !r.fence_device && !r.remote_connection;
  if (!h.container.empty())
    if (auto c = resources_.find(h.container); c != resources_.end()) r.container = c->second;
  values defaults;
  for (auto& [k, v] : cib::evaluate(cib_.resource_defaults, context())) defaults.emplace(k, v);
  read_meta(r, defaults);
  r.target = sched::role::unknown;
  cib::resource as_configured;
  as_configured.standard = h.standard;
  as_configured.provider = h.provider;
  as_configured.agent = h.agent;
  add_operation_defaults(r, as_configured);
  bool remote = r.remote_connection;
  auto id = in_.resources.add(std::move(r));
  primitives_.resize(in_.resources.size());
  resources_.emplace(name, id);
  orphans_.emplace(name, id);
  in_.top.push_back(id);
  if (remote && !nodes_.contains(name)) {
    add_remote_node(std::string{name}, sched::node_kind::remote, id, {});
    attributes_.resize(in_.nodes.size());
    permanent_.resize(in_.nodes.size());
  }
  return id;
}

importer::reported importer::reported_by(cib::text name) const {
  auto clone_of = [&](sched::resource_id r) {
    for (auto p = in_.resources[r].parent; p.valid(); p = in_.resources[p].parent)
      if (in_.resources[p].kind == sched::resource_kind::clone) return p;
    return sched::resource_id{};
  };
  if (auto found = resources_.find(name); found != resources_.end()) {
    if (in_.resources[found->second].kind != sched::resource_kind::primitive) return {{}, -1, true};
    auto clone = clone_of(found->second);
    if (!clone.valid() || !in_.resources[clone].unique) return {found->second};
    return {};
  }
  auto who = split(name);
  auto base = who.number >= 0 ? resources_.find(who.base) : resources_.end();
  if (base == resources_.end()) return {};
  auto clone = clone_of(base->second);
  if (!clone.valid()) return {};
  auto max = in_.resources[clone].clone_max.value_or(static_cast<std::uint32_t>(in_.nodes.size()));
  if (!in_.resources[clone].unique || who.number < static_cast<std::int32_t>(max)) return {base->second, who.number};
  return {};
}

// Nodes list the same resources in the same order, as a rule: then none has to be sought.
const importer::reported& importer::reported_like_before(std::size_t entry, cib::text name) {
  if (entry >= listed_.size()) listed_.resize(entry + 1);
  auto& [known, whose] = listed_[entry];
  if (known != name) {
    known = name;
    whose = reported_by(name);
  }
  return whose;
}

} // namespace troupe::simulate
