#include "actors/scheduler/native/explain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::scheduler {

namespace {

class explainer {
public:
  explainer(const placement_result& r, resource_id what)
    : r_(r)
    , what_(what) {
    for (auto u : ids_of(r.present.units))
      if (r.present.units[u].what == what) units_.push_back(u);
    TROUPE_ASSERT(!units_.empty(), "each resource has a unit");
    clone_ = enclosing_clone(r.present, units_.front());
  }

  placement_reasons make(const command::assignment& item) {
    placement_reasons why{.resource = item.resource, .places = item.places, .rule = rule(item), .nodes = {}};
    for (auto n : ids_of(r_.in.nodes)) why.nodes.push_back(reasons_of(n, item));
    std::sort(why.nodes.begin(), why.nodes.end(), [](auto& a, auto& b) { return a.node < b.node; });
    return why;
  }

private:
  [[nodiscard]] std::int32_t score_at(unit_id u, node_id n) const {
    return r_.chosen.considered.scores[u.at()][n.at()];
  }
  [[nodiscard]] std::uint32_t avoided_at(unit_id u, node_id n) const {
    auto& row = r_.chosen.considered.avoided[u.at()];
    return row.empty() ? 0u : row[n.at()];
  }
  [[nodiscard]] bool usable(unit_id u, node_id n) const { return r_.chosen.nodes[n].usable() && score_at(u, n) >= 0; }

  // The instance that speaks for a node: the one that is placed there, else one that is placed nowhere.
  [[nodiscard]] unit_id speaker(node_id n) const {
    for (auto u : units_)
      if (r_.chosen.units[u].node == n) return u;
    for (auto u : units_)
      if (!r_.chosen.units[u].node.valid()) return u;
    return units_.front();
  }

  [[nodiscard]] decided_by rule(const command::assignment& item) const {
    if (!r_.in.resources[what_].managed) return decided_by::unmanaged;
    auto u = units_.front();
    if (r_.present.now[u].next == role::stopped) return decided_by::told_to_stop;
    if (item.places.empty()) return decided_by::no_node;
    if (clone_.valid()) return decided_by::instances;
    auto here = r_.chosen.units[u].node;
    if (!usable(u, here)) return decided_by::unmanaged; // its node is in maintenance
    std::vector<node_id> others;
    for (auto n : ids_of(r_.in.nodes))
      if (n != here && usable(u, n)) others.push_back(n);
    if (others.empty()) return decided_by::only_node;
    auto all = [&](auto better) { return std::all_of(others.begin(), others.end(), better); };
    auto as_avoided = [&](node_id n) { return avoided_at(u, n) == avoided_at(u, here); };
    if (all([&](node_id n) { return !as_avoided(n) && avoided_at(u, n) > avoided_at(u, here); }))
      return decided_by::failed_starts;
    if (all([&](node_id n) { return !as_avoided(n) || score_at(u, n) < score_at(u, here); })) return decided_by::score;
    auto& at = r_.present.now[u].running_on;
    return !at.empty() && at.front() == here ? decided_by::staying : decided_by::fewest;
  }

  [[nodiscard]] std::string text_of(constraint_id origin, const char* otherwise) const {
    return origin.valid() ? r_.in.constraint_names[origin.at()] : otherwise;
  }

  node_reasons reasons_of(node_id n, const command::assignment& item) const {
    auto u = speaker(n);
    node_reasons why;
    why.node = node_name{r_.in.nodes[n].name};
    why.use = r_.uses[n.at()];
    why.total = std::max(score_at(u, n), -score::limit);
    why.failed_starts = avoided_at(u, n);
    why.chosen = std::any_of(item.places.begin(), item.places.end(), [&](auto& p) { return p.node == why.node; });
    why.promotable = clone_.valid() && r_.in.resources[r_.present.units[clone_].what].promotable;
    for (auto& p : r_.in.promotion_scores)
      if (p.what == what_ && p.where == n) why.promotion = p.value;
    for (auto& f : r_.in.failed_promotes)
      if (f.what == what_ && f.where == n) why.failed_promotes = f.count;
    if (why.promotion) why.rank = r_.chosen.units[u].rank;
    if (!r_.chosen.nodes[n].usable())
      why.out = ruled_out::by_use;
    else if (score_at(u, n) < 0)
      why.out = ruled_out::by_score;
    score known;
    for (auto& reason : r_.chosen.considered.reasons)
      if (reason.what == u && reason.where == n) {
        why.parts.push_back({text_of(reason.origin, reason.rule), reason.value});
        known += score{reason.value};
      }
    if (why.total != known.value()) add_colocations(u, n, why, why.total - known.value());
    return why;
  }

  // What is left of the total comes from colocations. Of one that says "must", where the other is; of several, their
  // sum: what each adds depends on the order in which they were followed.
  void add_colocations(unit_id u, node_id n, node_reasons& why, std::int32_t rest) const {
    bool told = false;
    auto tell = [&](const unit_colocation& c, unit_id other) {
      auto& there = r_.chosen.units[other];
      bool apart = c.weight >= score::limit && there.node != n;
      bool together = c.weight <= -score::limit && there.node == n;
      if (!apart && !together) return;
      auto name = r_.in.resources[r_.present.units[other].what].name;
      auto place = there.node.valid() ? "on " + r_.in.nodes[there.node].name : std::string("nowhere");
      why.parts.push_back(
          {fmt::format("{} {}, which is {}", apart ? "with" : "apart from", name, place), -score::limit});
      told = true;
    };
    for (auto& c : r_.chosen.colocations) {
      bool follows = c.dependent == u || below(r_.present, u, c.dependent);
      if (follows && !is_clone_like(r_.present.units[c.primary].kind)) tell(c, c.primary);
    }
    for (auto& c : r_.chosen.binding_primaries)
      if (c.primary == u) tell(c, c.dependent);
    bool stopped = r_.present.now[u].next == role::stopped;
    bool promotion = why.promotion && rest == *why.promotion; // it draws instances, too
    auto what = stopped ? "it is to be stopped" : promotion ? "promotion score" : "colocations";
    if (!told) why.parts.push_back({what, rest});
  }

  const placement_result& r_;
  resource_id what_;
  std::vector<unit_id> units_; // one, or the instances of a clone
  unit_id clone_;
};

std::string score_text(std::int64_t value) {
  if (value >= score::limit) return "infinity";
  if (value <= -score::limit) return "-infinity";
  return std::to_string(value);
}

std::string line_of(const node_reasons& n) {
  std::string text = fmt::format("{} {}: ", n.chosen ? "*" : " ", n.node.text);
  text += n.out == ruled_out::by_use ? std::string(name_of(n.use)) : score_text(n.total);
  bool nothing_new = n.use == node_use::keeps_only || n.use == node_use::gated;
  if (nothing_new && n.out != ruled_out::by_use) text += ", " + std::string(name_of(n.use));
  if (n.failed_starts > 0) text += ", starts failed";
  if (n.failed_promotes > 0) text += ", promotions failed";
  if (n.promotable) text += n.promotion ? ", promotion score " + score_text(*n.promotion) : ", no promotion score";
  // Of a node where nothing else counts the rank says nothing new.
  if (n.promotion && n.rank != *n.promotion && n.rank >= 0) text += ", in all " + score_text(n.rank);
  std::string parts;
  for (auto& p : n.parts) parts += (parts.empty() ? "" : ", ") + p.rule + " " + score_text(p.value);
  return parts.empty() ? text : text + " (" + parts + ")";
}

} // namespace

std::optional<placement_reasons> explain(const placement_result& r, const resource_name& resource) {
  auto item = std::lower_bound(r.items.begin(), r.items.end(), resource,
                               [](auto& i, const resource_name& name) { return i.resource < name; });
  if (item == r.items.end() || item->resource != resource) return {};
  for (auto id : ids_of(r.in.resources)) {
    auto& what = r.in.resources[id];
    if (what.kind == resource_kind::primitive && what.name == resource.text) return explainer{r, id}.make(*item);
  }
  return {};
}

std::string_view name_of(decided_by d) {
  switch (d) {
  case decided_by::unmanaged: return "unmanaged: it stays as it is";
  case decided_by::told_to_stop: return "it is told to stop";
  case decided_by::no_node: return "no node may run it";
  case decided_by::only_node: return "the only node that may run it";
  case decided_by::failed_starts: return "fewer starts failed there";
  case decided_by::score: return "the highest score";
  case decided_by::staying: return "as good as elsewhere, and it is there";
  case decided_by::fewest: return "as good as elsewhere; the node with fewer resources, then the first by name";
  case decided_by::instances: return "one instance a node, as many as it may have";
  }
  return "";
}

std::string_view name_of(node_use u) {
  switch (u) {
  case node_use::candidate: return "joined";
  case node_use::keeps_only: return "expected back, gets nothing new";
  case node_use::gated: return "gets nothing new yet: a fencing of it may still land";
  case node_use::standby: return "standby";
  case node_use::maintenance: return "in maintenance";
  case node_use::condemned: return "to be fenced";
  case node_use::never_seen: return "never seen";
  case node_use::lost: return "lost";
  case node_use::down: return "down";
  case node_use::left: return "has left";
  }
  return "";
}

std::vector<std::string> lines_of(const placement_reasons& why) {
  std::string where;
  for (auto& p : why.places)
    where += (where.empty() ? "" : ", ") + p.node.text + (p.role == config::role::promoted ? " (promoted)" : "");
  std::vector<std::string> lines{
      fmt::format("{}: {}: {}", why.resource.text, where.empty() ? "nowhere" : "on " + where, name_of(why.rule))};
  for (auto& n : why.nodes) lines.push_back(line_of(n));
  return lines;
}

} // namespace troupe::scheduler
