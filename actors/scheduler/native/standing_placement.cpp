#include "actors/scheduler/native/standing_placement.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace troupe::scheduler {

standing_placement::knowledge::knowledge(const cluster::state& s)
  : version(s.version_of(cluster::configuration_key{}))
  , split(s.config().value)
  , parts(split.size()) {
  auto& c = s.config().value;
  for (std::size_t i = 0; i < c.resources.size(); ++i) part_named.emplace(c.resources[i].name.text, split.part_of(i));
  for (auto& g : c.groups) part_named.emplace(g.name.text, part_named.at(g.members.front().text));
}

void standing_placement::mark(const std::string& name) {
  if (!known_) return;
  if (auto at = known_->part_named.find(name); at != known_->part_named.end()) known_->parts[at->second].stale = true;
}

void standing_placement::mark_all() {
  if (!known_) return;
  for (auto& p : known_->parts) p.stale = true;
}

namespace {

template <class Key, class... Keys>
constexpr bool is_one_of = (std::is_same_v<Key, Keys> || ...);

} // namespace

void standing_placement::note(const cluster::delta& changed) {
  using namespace cluster;
  auto note_one = [&](auto& row) {
    using key = std::decay_t<decltype(row.key)>;
    // What these mean for placing shows in what a node is good for.
    constexpr bool of_nodes = is_one_of<key, member_key, attempt_key>;
    constexpr bool no_input = is_one_of<key, inventory_key, definition_key, client_key, charter_key>;
    if constexpr (is_one_of<key, configuration_key>) {
      forget();
    } else if constexpr (is_one_of<key, assignment_key, holder_key, failure_key>) {
      mark(row.key.resource.text);
    } else if constexpr (is_one_of<key, directive_key>) {
      bool one = known_ && known_->part_named.contains(row.key.subject);
      one ? mark(row.key.subject) : mark_all(); // of a node, or of everything
    } else if constexpr (!of_nodes && !no_input) {
      mark_all(); // whatever else there may be to know
    }
  };
  for (auto& one : changed.changes) std::visit(note_one, one);
}

void standing_placement::judge_nodes(const cluster::state& s) {
  auto nodes_only = known_->split.only(s.config().value, {});
  situation now{s, nodes_only};
  std::vector<node_use> uses;
  for (std::size_t n = 0; n < nodes_only.nodes.size(); ++n) uses.push_back(now.use_of(n));
  if (uses != known_->uses) mark_all();
  known_->uses = std::move(uses);
}

std::vector<command::assignment> standing_placement::place(const cluster::state& s) {
  if (!known_ || known_->version != s.version_of(cluster::configuration_key{})) known_.emplace(s);
  judge_nodes(s);
  std::vector<std::size_t> stale;
  for (std::size_t p = 0; p < known_->parts.size(); ++p)
    if (known_->parts[p].stale) stale.push_back(p);
  last_ = {known_->parts.size(), stale.size()};
  if (stale.empty()) return {};
  auto& whole = s.config().value;
  if (stale.size() == known_->parts.size()) {
    auto result = place_cluster(s);
    learn_turns(result);
    learn(s, whole, result);
    return changed(result.items, s);
  }
  auto less = known_->split.only(whole, stale);
  auto result = place_part(s, less, others_than(stale));
  learn(s, less, result);
  return changed(result.items, s);
}

// Walks through all turns; what stays and has its turn between two that are placed counts from the second on.
std::vector<placed_elsewhere> standing_placement::others_than(const std::vector<std::size_t>& parts) const {
  std::vector<bool> placed(known_->parts.size(), false);
  for (auto p : parts) placed[p] = true;
  std::vector<placed_elsewhere> others;
  std::vector<std::int32_t> count(known_->uses.size(), 0);
  std::size_t position = 0; // among those that are placed
  for (std::size_t turn = 0; turn < known_->whose_turn.size(); ++turn) {
    if (!placed[known_->whose_turn[turn]]) {
      for (auto n : known_->settled_at[turn]) ++count[n.at()];
      continue;
    }
    for (std::size_t n = 0; n < count.size(); ++n)
      if (auto more = std::exchange(count[n], 0); more > 0) others.push_back({position, node_id{n}, more});
    ++position;
  }
  return others;
}

// The order of placing, of the whole.
void standing_placement::learn_turns(const placement_result& r) {
  auto& k = *known_;
  k.turn_named.clear();
  k.whose_turn.clear();
  k.settled_at.assign(r.in.top.size(), {});
  for (auto& p : k.parts) p.turns.clear();
  for (std::size_t turn = 0; turn < r.in.top.size(); ++turn) {
    auto& name = r.in.resources[r.in.top[turn]].name;
    auto p = k.part_named.find(name)->second;
    k.turn_named.emplace(name, turn);
    k.whose_turn.push_back(p);
    k.parts[p].turns.push_back(turn);
  }
}

void standing_placement::learn(const cluster::state& s, const config::cluster& placed, const placement_result& r) {
  auto& k = *known_;
  std::vector<std::size_t> turn_of; // of each position in this run's order
  for (auto top : r.in.top) turn_of.push_back(k.turn_named.find(r.in.resources[top].name)->second);
  std::vector<std::size_t> part_of; // by position in what was placed
  for (auto& resource : placed.resources) {
    part_of.push_back(k.part_named.find(resource.name.text)->second);
    auto& p = k.parts[part_of.back()];
    p.stale = false;
    for (auto turn : p.turns) k.settled_at[turn].clear();
  }
  for (auto& one : r.settlements) {
    if (one.where.valid()) k.settled_at[turn_of[one.turn]].push_back(one.where);
    if (one.by_count) k.parts[part_of[one.resource]].stale = true;
  }
  auto says = [&](const command::assignment& item) {
    auto* a = s.find(cluster::assignment_key{item.resource});
    return a && a->value.places == item.places;
  };
  for (std::size_t i = 0; i < placed.resources.size(); ++i) {
    auto& name = placed.resources[i].name;
    auto item = std::lower_bound(r.items.begin(), r.items.end(), name,
                                 [](auto& one, const resource_name& sought) { return one.resource < sought; });
    if (!r.confirmed[i] || !says(*item)) k.parts[part_of[i]].stale = true;
  }
}

} // namespace troupe::scheduler
