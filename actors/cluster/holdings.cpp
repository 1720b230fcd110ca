#include "actors/cluster/holdings.hpp"

#include "agents/ocf/exit_codes.hpp"

#include <algorithm>

namespace troupe::cluster {

const member* member_of(const state& s, const node_name& node) {
  auto* found = s.find(member_key{node});
  return found ? &found->value : nullptr;
}

bool is_present(const member& m) {
  return is_trusted(m) || std::holds_alternative<under_suspicion>(m.here);
}

bool is_away(const member& m) {
  return std::holds_alternative<left>(m.here) || std::holds_alternative<down>(m.here) ||
         std::holds_alternative<never_seen>(m.here);
}

bool is_trusted(const member& m) {
  return std::holds_alternative<joined>(m.here) || std::holds_alternative<detached>(m.here);
}

bool is_lost_or_dead(const member& m) {
  return std::holds_alternative<lost>(m.here) || std::holds_alternative<down>(m.here);
}

bool is_written_off(const member& m) {
  return is_lost_or_dead(m) || std::holds_alternative<left>(m.here);
}

std::optional<session_id> acting_session(const state& s, const node_name& node) {
  auto* m = member_of(s, node);
  if (!m || !std::holds_alternative<joined>(m->here)) return std::nullopt;
  return m->session;
}

const standing* standing_of(const state& s, const resource_name& resource) {
  auto& resources = s.config().resources;
  auto found = resources.find(resource);
  return found == resources.end() ? nullptr : &found->second;
}

config::role wanted_role(const state& s, const config::resource& r, const std::string& group) {
  for (auto& subject : {r.name.text, group}) {
    if (subject.empty()) continue;
    if (auto* said = s.find(directive_key{command::directive_kind::target_role, subject})) return said->value.role;
  }
  return r.target;
}

const definition* definition_of(const state& s, const resource_name& resource, log_index defined_at) {
  auto* found = s.find(definition_key{resource, defined_at});
  if (found) return &found->value;
  auto* configured = standing_of(s, resource);
  found = configured ? s.find(definition_key{resource, configured->defined_at}) : nullptr;
  return found ? &found->value : nullptr;
}

bool not_inventoried(const state& s, const resource_name& resource, const node_name& node) {
  auto* found = s.find(inventory_key{node});
  return found && std::binary_search(found->value.pending.begin(), found->value.pending.end(), resource);
}

namespace {

// What an uninventoried node may hold of the resource beside its known holders.
head_count unseen_on(const state& s, const resource_name& resource, const node_name& node, std::uint32_t known) {
  auto* configured = standing_of(s, resource);
  auto most = configured ? configured->may.node_max : 1;
  if (known >= most) return {};
  auto promoted = configured ? configured->may.promoted_node_max : 0;
  return not_inventoried(s, resource, node) ? head_count{most - known, promoted} : head_count{};
}

} // namespace

head_count may_be_active_on(const state& s, const resource_name& resource, const node_name& node) {
  head_count sum;
  for_each_holder_of(s, resource, [&](const holder_key& key, const holder& h) {
    if (key.node != node) return;
    ++sum.active;
    if (h.role == config::role::promoted) ++sum.promoted;
  });
  auto unseen = unseen_on(s, resource, node, sum.active);
  return {sum.active + unseen.active, sum.promoted + unseen.promoted};
}

head_count may_be_active(const state& s, const resource_name& resource) {
  head_count sum;
  std::map<node_name, std::uint32_t> known;
  for_each_holder_of(s, resource, [&](const holder_key& key, const holder& h) {
    ++known[key.node];
    ++sum.active;
    if (h.role == config::role::promoted) ++sum.promoted;
  });
  for (auto& [key, found] : s.all<inventory_key>()) {
    auto unseen = unseen_on(s, resource, key.node, known.contains(key.node) ? known.at(key.node) : 0);
    sum.active += unseen.active;
    sum.promoted += unseen.promoted;
  }
  return sum;
}

bool is_held(const state& s, const resource_name& resource) {
  auto at = s.all<holder_key>().lower_bound({resource, 0, node_name{}, log_index{}});
  return at != s.all<holder_key>().end() && at->first.resource == resource;
}

bool is_news(const state& s, const command::assignment& a) {
  if (auto* before = s.find(assignment_key{a.resource})) return before->value.places != a.places;
  return !a.places.empty() || is_held(s, a.resource);
}

bool holds_anything(const state& s, const node_name& node) {
  if (s.find(inventory_key{node})) return true;
  bool any = false;
  for_each_holder_on(s, node, [&](const holder_key&, const holder&) { any = true; });
  return any;
}

bool needs_proof(const state& s, const node_name& node) {
  auto* m = member_of(s, node);
  if (!m || std::holds_alternative<under_suspicion>(m->here)) return false;
  if (m->dead_up_to && m->boot <= *m->dead_up_to) return false;
  if (std::holds_alternative<lost>(m->here)) return holds_anything(s, node);
  bool stuck = false;
  for_each_holder_on(s, node, [&](const holder_key& key, const holder& h) {
    stuck = stuck || (key.boot == m->boot && std::holds_alternative<stop_failed>(h.now));
  });
  return stuck;
}

std::optional<log_index> unstopped_since(const state& s, const resource_name& r, const node_name& node) {
  std::optional<log_index> first;
  auto& all = s.all<holder_key>();
  for (auto at = all.lower_bound({r, 0, node_name{}, log_index{}}); at != all.end(); ++at) {
    auto& [key, found] = *at;
    if (key.resource != r) break;
    bool failed_there = key.node == node && std::holds_alternative<stop_failed>(found.value.now);
    if (failed_there) first = std::min(first.value_or(found.version), found.version);
  }
  return first;
}

namespace {

constexpr auto not_installed = static_cast<std::int32_t>(agents::ocf::code::installed);

bool same_agent(const state& s, const resource_name& a, const resource_name& b) {
  auto *one = definition_of(s, a, {}), *other = definition_of(s, b, {});
  return one && other && one->agent == other->agent;
}

bool within_breakage(stamp a, stamp b) {
  return std::chrono::abs(a - b) <= same_breakage;
}

std::optional<broken_resource> failed_to_start_elsewhere(const state& s, const resource_name& r, const node_name& node,
                                                         const failures& here) {
  if (here.failed_starts == 0) return std::nullopt;
  auto& all = s.all<failure_key>();
  for (auto at = all.lower_bound({r, node_name{}}); at != all.end() && at->first.resource == r; ++at) {
    auto& there = at->second.value;
    if (at->first.node != node && there.failed_starts > 0 && within_breakage(there.last, here.last))
      return broken_resource{r, breakage::start_elsewhere, at->first.node, r};
  }
  return std::nullopt;
}

std::optional<broken_resource> failed_to_stop_elsewhere(const state& s, const resource_name& r, const node_name& node,
                                                        const failures& here) {
  auto since = unstopped_since(s, r, node);
  for (auto& [key, found] : s.all<failure_key>()) {
    auto& there = found.value;
    if (key.node == node) continue;
    bool agent_gone = there.exit_code == not_installed && here.exit_code == not_installed;
    if (key.resource != r && !(agent_gone && same_agent(s, key.resource, r))) continue;
    // One of them is the first, by the log: stamps may be equal, and the later one is seen when that is being fenced.
    auto first = unstopped_since(s, key.resource, key.node);
    bool waits = first && since && *first < *since && within_breakage(there.last, here.last);
    if (waits || (there.died_with_it && within_breakage(*there.died_with_it, here.last)))
      return broken_resource{r, breakage::stop_elsewhere, key.node, key.resource};
  }
  return std::nullopt;
}

std::optional<broken_resource> broken(const state& s, const resource_name& r, const node_name& node,
                                      const failures& here) {
  if (here.died_with_it && here.last - *here.died_with_it <= boot_mends_within)
    return broken_resource{r, breakage::stop_again, node, r};
  auto start = failed_to_start_elsewhere(s, r, node, here);
  return start ? start : failed_to_stop_elsewhere(s, r, node, here);
}

} // namespace

// Calls `visit(resource)` for each stop that failed on the node's present boot, if it is here. True: there is one, and
// visit() was true of all.
template <class Visit>
static bool all_failed_stops(const state& s, const node_name& node, Visit visit) {
  auto* m = member_of(s, node);
  if (!m || !std::holds_alternative<joined>(m->here)) return false;
  bool any = false, all = true;
  for_each_holder_on(s, node, [&](const holder_key& key, const holder& h) {
    if (!all || key.boot != m->boot || !std::holds_alternative<stop_failed>(h.now)) return;
    any = true;
    all = visit(key.resource);
  });
  return any && all;
}

std::vector<broken_resource> broken_beyond_node(const state& s, const node_name& node) {
  std::vector<broken_resource> found;
  bool all = all_failed_stops(s, node, [&](const resource_name& r) {
    auto* here = s.find(failure_key{r, node});
    if (!here) return true; // is tried again
    auto why = broken(s, r, node, here->value);
    if (why && std::ranges::find(found, r, &broken_resource::resource) == found.end()) found.push_back(*why);
    return why.has_value();
  });
  if (!all) found.clear();
  return found;
}

bool failed_stops_are_tried_again(const state& s, const node_name& node) {
  return all_failed_stops(s, node, [&](const resource_name& r) { return s.find(failure_key{r, node}) == nullptr; });
}

std::optional<log_index> dead_but_held(const state& s, const node_name& node) {
  auto* m = member_of(s, node);
  if (!m || !m->dead_up_to) return std::nullopt;
  std::optional<log_index> newest;
  for_each_holder_on(s, node, [&](const holder_key& key, const holder&) {
    if (key.boot <= *m->dead_up_to) newest = std::max(newest.value_or(log_index{}), key.boot);
  });
  return newest;
}

bool left_alone(const state& s, const resource_name& resource, const node_name& node, const std::string& group) {
  auto* configured = standing_of(s, resource);
  auto* d = configured ? definition_of(s, resource, configured->defined_at) : nullptr;
  if (d && !d->managed) return true;
  if (s.all<directive_key>().empty()) return false;
  for (auto& subject : {std::string{}, node.text, resource.text, group})
    if (s.find(directive_key{command::directive_kind::maintenance, subject})) return true;
  return false;
}

static std::string group_of(const state& s, const resource_name& r) {
  auto& groups = s.config().value.groups;
  auto at = std::ranges::find_if(groups, [&](auto& g) { return std::ranges::find(g.members, r) != g.members.end(); });
  return at == groups.end() ? std::string{} : at->name.text;
}

bool holds_only_what_is_left_alone(const state& s, const node_name& node) {
  bool all = true;
  auto consider = [&](const resource_name& r) { all = all && left_alone(s, r, node, group_of(s, r)); };
  if (auto* looked = s.find(inventory_key{node}))
    for (auto& r : looked->value.pending) consider(r);
  for_each_holder_on(s, node, [&](const holder_key& key, const holder&) { consider(key.resource); });
  return all;
}

bool failed_stops_are_left_alone(const state& s, const node_name& node) {
  return all_failed_stops(s, node, [&](const resource_name& r) { return left_alone(s, r, node, group_of(s, r)); });
}

log_index version_of(const state& s, const command::relies_on& what) {
  using kind = command::relies_on::what;
  switch (what.kind) {
  case kind::assignment: return s.version_of(assignment_key{what.resource});
  case kind::standby: return s.version_of(directive_key{command::directive_kind::standby, what.node.text});
  case kind::session: {
    // The member's record also counts its reports, on which nobody relies: the session itself is the version.
    auto session = acting_session(s, what.node);
    return session ? log_index{session->value} : log_index{};
  }
  case kind::cell: {
    log_index newest;
    auto& all = s.all<holder_key>();
    for (auto at = all.lower_bound({what.resource, what.ordinal, what.node, log_index{}}); at != all.end(); ++at) {
      auto& key = at->first;
      if (key.resource != what.resource || key.ordinal != what.ordinal || key.node != what.node) break;
      newest = std::max(newest, at->second.version);
    }
    return newest;
  }
  }
  return log_index{};
}

} // namespace troupe::cluster
