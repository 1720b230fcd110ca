#include "actors/scheduler/native/situation.hpp"

#include "actors/cluster/holdings.hpp"

#include <algorithm>

namespace troupe::scheduler {

using command::directive_kind;

void name_index::sort() {
  std::sort(items_.begin(), items_.end());
}

std::optional<std::size_t> name_index::find(std::string_view name) const {
  auto at = std::lower_bound(items_.begin(), items_.end(), std::pair{name, std::size_t{0}});
  if (at == items_.end() || at->first != name) return {};
  return at->second;
}

situation::situation(const cluster::state& s)
  : situation(s, s.config().value) {}

situation::situation(const cluster::state& s, const config::cluster& part)
  : state_(s)
  , config_(part)
  , directed_(!s.all<cluster::directive_key>().empty()) {
  for (std::size_t i = 0; i < config_.nodes.size(); ++i) nodes_.add(config_.nodes[i].name.text, i);
  for (std::size_t i = 0; i < config_.resources.size(); ++i) resources_.add(config_.resources[i].name.text, i);
  nodes_.sort();
  resources_.sort();
  read_places();
  read_nodes();
  read_groups();
}

const cluster::directive* situation::directive(directive_kind kind, const std::string& subject) const {
  if (!directed_) return nullptr;
  auto* found = state_.find(cluster::directive_key{kind, subject});
  return found ? &found->value : nullptr;
}

namespace {

struct use_by_presence {
  node_use operator()(const cluster::joined&) const { return node_use::candidate; }
  node_use operator()(const cluster::detached&) const { return node_use::keeps_only; }
  node_use operator()(const cluster::under_suspicion&) const { return node_use::keeps_only; }
  node_use operator()(const cluster::never_seen&) const { return node_use::never_seen; }
  node_use operator()(const cluster::lost&) const { return node_use::lost; }
  node_use operator()(const cluster::down&) const { return node_use::down; }
  node_use operator()(const cluster::left&) const { return node_use::left; }
};

// A node that is up and waits to be fenced. Where no device will come for it, what did not stop is stuck there, and the
// rest may as well go on.
bool to_be_fenced(const cluster::state& s, const node_name& node, bool stop_failed) {
  auto* attempt = s.find(cluster::attempt_key{node});
  if (attempt && attempt->value.ended == cluster::attempt::end::open) return true;
  return stop_failed && s.config().value.fencing == config::fencing_policy::devices &&
         cluster::broken_beyond_node(s, node).empty() && !cluster::failed_stops_are_left_alone(s, node) &&
         !cluster::failed_stops_are_tried_again(s, node);
}

} // namespace

void situation::read_nodes() {
  std::vector<bool> stop_failed(config_.nodes.size(), false);
  for (auto& [key, h] : state_.all<cluster::holder_key>())
    if (std::holds_alternative<cluster::stop_failed>(h.value.now))
      if (auto n = node(key.node)) stop_failed[*n] = true;
  for (std::size_t i = 0; i < config_.nodes.size(); ++i) {
    auto& name = config_.nodes[i].name;
    auto* m = cluster::member_of(state_, name);
    auto use = m && m->configured ? std::visit(use_by_presence{}, m->here) : node_use::left;
    bool up = use == node_use::candidate || use == node_use::keeps_only;
    if (use == node_use::candidate && state_.now() < m->acts_from) use = node_use::gated;
    if (up && to_be_fenced(state_, name, stop_failed[i]))
      use = node_use::condemned;
    else if (up && directive(directive_kind::standby, name.text))
      use = node_use::standby;
    if (directive(directive_kind::maintenance, name.text)) use = node_use::maintenance;
    uses_.push_back(use);
  }
}

void situation::read_groups() {
  group_of_.resize(config_.resources.size());
  for (std::size_t g = 0; g < config_.groups.size(); ++g)
    for (auto& member : config_.groups[g].members)
      if (auto r = resource(member)) group_of_[*r] = g;
}

void situation::read_places() {
  assigned_.resize(config_.resources.size());
  held_.resize(config_.resources.size());
  for (std::size_t r = 0; r < config_.resources.size(); ++r) {
    auto& name = config_.resources[r].name;
    if (auto* a = state_.find(cluster::assignment_key{name})) assigned_[r] = &a->value.places;
    cluster::for_each_holder_of(state_, name, [&](const cluster::holder_key& key, const cluster::holder& h) {
      auto n = node(key.node);
      auto& places = held_[r];
      bool known = !n || std::any_of(places.begin(), places.end(), [&](auto& p) { return p.node == *n; });
      if (!known) places.push_back({*n, h.role});
    });
  }
}

void situation::assume(const std::vector<command::assignment>& items) {
  for (auto& item : items)
    if (auto r = resource(item.resource)) assigned_[*r] = &item.places;
}

const config::group* situation::group_of(std::size_t r) const {
  return group_of_[r] ? &config_.groups[*group_of_[r]] : nullptr;
}

bool situation::unmanaged(std::size_t r) const {
  auto kind = directive_kind::maintenance;
  if (!config_.resources[r].managed || directive(kind, "") || directive(kind, config_.resources[r].name.text))
    return true;
  auto* group = group_of(r);
  return group && directive(kind, group->name.text);
}

config::role situation::target(std::size_t r) const {
  auto& resource = config_.resources[r];
  if (auto* said = directive(directive_kind::target_role, resource.name.text)) return said->role;
  auto* group = group_of(r);
  if (auto* said = group ? directive(directive_kind::target_role, group->name.text) : nullptr) return said->role;
  return resource.target;
}

// Of a plain resource that may be active twice: one place, where it is wanted, else on a node that is up.
std::vector<present_place> situation::held(std::size_t r) const {
  auto places = held_[r];
  auto& resource = config_.resources[r];
  auto* group = group_of(r);
  bool many = resource.clone || resource.promotable || (group && group->clone);
  if (many || places.size() < 2) return places;
  auto rank = [&](const present_place& p) {
    auto* wanted = assigned_[r];
    bool here = wanted && std::any_of(wanted->begin(), wanted->end(),
                                      [&](auto& w) { return w.node == config_.nodes[p.node].name; });
    return here ? 0 : uses_[p.node] <= node_use::maintenance ? 1 : 2;
  };
  return {*std::min_element(places.begin(), places.end(), [&](auto& a, auto& b) { return rank(a) < rank(b); })};
}

std::vector<present_place> situation::present(std::size_t r) const {
  if (unmanaged(r)) return held(r);
  if (target(r) == config::role::stopped) return {};
  if (!assigned_[r]) return held(r);
  std::vector<present_place> places;
  for (auto& p : *assigned_[r])
    if (auto n = node(p.node)) places.push_back({*n, p.role});
  return places;
}

} // namespace troupe::scheduler
