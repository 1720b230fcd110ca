#include "actors/scheduler/native/parts.hpp"

#include "messages/types/assert.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>

namespace troupe::scheduler {

namespace {

// Disjoint sets of resources and groups, under the names by which constraints know them.
class ties {
public:
  explicit ties(const config::cluster& c)
    : parent_(c.resources.size() + c.groups.size()) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
    for (std::size_t i = 0; i < c.resources.size(); ++i) known_.emplace(c.resources[i].name.text, i);
    for (std::size_t i = 0; i < c.groups.size(); ++i) {
      known_.emplace(c.groups[i].name.text, c.resources.size() + i);
      for (auto& m : c.groups[i].members) join(c.resources.size() + i, find(m.text));
    }
    for (auto& l : c.colocations) join(find(l.what), find(l.with));
  }

  [[nodiscard]] std::size_t find(std::string_view name) const {
    auto at = known_.find(name);
    TROUPE_ASSERT(at != known_.end(), "a configuration in the log is whole");
    return at->second;
  }
  std::size_t set_of(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }

private:
  void join(std::size_t a, std::size_t b) { parent_[set_of(a)] = set_of(b); }
  std::vector<std::size_t> parent_;
  std::map<std::string_view, std::size_t> known_;
};

} // namespace

configuration_parts::configuration_parts(const config::cluster& c)
  : part_of_(c.resources.size()) {
  ties tied(c);
  std::map<std::size_t, std::size_t> number; // of each set
  for (std::size_t i = 0; i < c.resources.size(); ++i) {
    auto [at, fresh] = number.emplace(tied.set_of(i), members_.size());
    if (fresh) members_.emplace_back();
    part_of_[i] = at->second;
    members_[at->second].resources.push_back(i);
  }
  auto part = [&](std::string_view name) -> positions& { return members_[number.at(tied.set_of(tied.find(name)))]; };
  for (std::size_t i = 0; i < c.groups.size(); ++i) part(c.groups[i].name.text).groups.push_back(i);
  for (std::size_t i = 0; i < c.locations.size(); ++i) part(c.locations[i].what).locations.push_back(i);
  for (std::size_t i = 0; i < c.colocations.size(); ++i) part(c.colocations[i].what).colocations.push_back(i);
}

config::cluster configuration_parts::only(const config::cluster& whole, const std::vector<std::size_t>& parts) const {
  config::cluster c;
  c.name = whole.name;
  c.fencing = whole.fencing;
  c.stickiness = whole.stickiness;
  for (auto& n : whole.nodes)
    c.nodes.push_back({.name = n.name, .key = {}, .addresses = {}, .voter = {}, .attributes = n.attributes});
  auto pick = [&](auto& to, auto& from, std::vector<std::size_t> positions::*which) {
    std::vector<std::size_t> all;
    for (auto p : parts) all.insert(all.end(), (members_[p].*which).begin(), (members_[p].*which).end());
    std::sort(all.begin(), all.end()); // the configuration's order means something
    for (auto i : all) to.push_back(from[i]);
  };
  pick(c.resources, whole.resources, &positions::resources);
  pick(c.groups, whole.groups, &positions::groups);
  pick(c.locations, whole.locations, &positions::locations);
  pick(c.colocations, whole.colocations, &positions::colocations);
  return c;
}

} // namespace troupe::scheduler
