#include "tools/simulate/important_first.hpp"

#include <algorithm>
#include <tuple>

namespace troupe::simulate {

using namespace scheduler;

namespace {

using units = std::vector<unit_id>;

class collector {
public:
  explicit collector(const outcome& o)
    : o_(o) {}

  // Of several instances, or replicas.
  [[nodiscard]] units best_first(std::vector<units> instances) const {
    std::stable_sort(instances.begin(), instances.end(), [&](auto& a, auto& b) { return rank(a) > rank(b); });
    units all;
    for (auto& i : instances) all.insert(all.end(), i.begin(), i.end());
    return all;
  }

  [[nodiscard]] units primitives_of(unit_id u) const {
    auto& unit = o_.state.units[u];
    if (unit.kind == resource_kind::primitive) return {u};
    if (unit.kind == resource_kind::bundle) return best_first(replicas_of(u));
    if (unit.kind == resource_kind::clone) return best_first(primitives_of_each(unit.children));
    units members;
    for (auto& m : primitives_of_each(unit.children)) members.insert(members.end(), m.begin(), m.end());
    return members;
  }

  [[nodiscard]] std::vector<units> primitives_of_each(const units& list) const {
    std::vector<units> all;
    for (auto u : list) all.push_back(primitives_of(u));
    return all;
  }

private:
  // Is any of it promoted, has the first of it a place, and the best promotion score.
  using importance = std::tuple<bool, bool, std::int32_t>;
  [[nodiscard]] importance rank(const units& instance) const {
    if (instance.empty()) return {};
    auto& first = o_.placement.units[instance.front()];
    bool promoted = false;
    auto score = first.priority;
    for (auto u : instance) {
      promoted = promoted || o_.placement.units[u].next == role::promoted;
      score = std::max(score, o_.placement.units[u].priority);
    }
    return {promoted, first.node.valid(), score};
  }

  [[nodiscard]] std::vector<units> replicas_of(unit_id bundle) const {
    std::vector<units> all;
    for (auto& r : o_.state.replicas) {
      if (r.bundle != bundle) continue;
      units replica;
      for (auto u : {r.container, r.ip, r.connection})
        if (u.valid()) replica.push_back(u);
      if (r.inner.valid())
        for (auto u : primitives_of(r.inner)) replica.push_back(u);
      all.push_back(std::move(replica));
    }
    return all;
  }

  const outcome& o_;
};

// Several: of a primitive in a clone each instance.
units units_named(const input& in, const cluster_state& s, std::string_view name) {
  units found;
  for (auto u : ids_of(s.units))
    if (in.resources[s.units[u].what].name == name) found.push_back(u);
  if (!found.empty()) return found;
  for (auto u : ids_of(s.units))
    if (s.units[u].number >= 0 && unit_name(in, s, u) == name) found.push_back(u);
  return found;
}

} // namespace

units important_first(const input& in, const outcome& o, std::string_view name) {
  collector c{o};
  return c.best_first(c.primitives_of_each(units_named(in, o.state, name)));
}

} // namespace troupe::simulate
