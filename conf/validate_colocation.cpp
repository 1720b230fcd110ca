// Colocations that contradict each other, or leave no node: seen without any state.
//
// What must be together (colocations of infinity, members of a group) is joined into sets. Only what runs once is
// joined: of a clone, "with" means with one of its instances. A pair of one set that must be apart is a contradiction;
// a set whose members are together forbidden on every node has no place.
#include "conf/validation.hpp"

#include <numeric>
#include <set>

namespace troupe::conf::validation {

namespace together {

class sets { // disjoint sets with path halving (Tarjan, van Leeuwen, JACM 31(2), 1984)
public:
  explicit sets(std::size_t n)
    : parent_(n) {
    std::iota(parent_.begin(), parent_.end(), entity{0});
  }
  entity of(entity e) {
    while (parent_[e] != e) e = parent_[e] = parent_[parent_[e]];
    return e;
  }
  void join(entity a, entity b) { parent_[of(a)] = of(b); }

private:
  std::vector<entity> parent_;
};

static sets make(const subject& s) {
  sets all(s.entities());
  auto join = [&](entity a, const std::string& name) {
    auto b = s.find(name);
    if (b && !s.many(a) && !s.many(*b)) all.join(a, *b);
  };
  for (entity e = s.c.resources.size(); e < s.entities(); ++e)
    for (const auto& member : s.group_of(e)->members) join(e, member.text);
  for (const auto& c : s.c.colocations)
    if (auto what = s.find(c.what); what && c.weight.must()) join(*what, c.with);
  return all;
}

static void check_apart(subject& s, sets& all) {
  for (std::size_t i = 0; i < s.c.colocations.size(); ++i) {
    const auto& c = s.c.colocations[i];
    auto what = s.find(c.what), with = s.find(c.with);
    if (!c.weight.must_not() || !what || !with || *what == *with) continue;
    if (all.of(*what) == all.of(*with))
      s.error(key_path{"colocation"}[i],
              "'" + c.what + "' must not be with '" + c.with + "', but other rules put them together",
              "remove this one, or the colocation or group that joins them");
  }
}

static void check_some_node_left(subject& s, sets& all) {
  std::map<entity, std::set<node_name>> forbidden;
  for (std::size_t i = 0; i < s.c.locations.size(); ++i) {
    const auto& l = s.c.locations[i];
    auto what = s.find(l.what);
    if (!l.weight.must_not() || !what || !s.has_node(l.node)) continue;
    auto& nodes = forbidden[all.of(*what)];
    if (nodes.insert(l.node).second && nodes.size() == s.c.nodes.size())
      s.error(key_path{"location"}[i], "no node is left for '" + l.what + "' and what must be with it",
              "allow one node at least");
  }
}

} // namespace together

void check_colocation(subject& s) {
  auto all = together::make(s);
  together::check_apart(s, all);
  together::check_some_node_left(s, all);
}

} // namespace troupe::conf::validation
