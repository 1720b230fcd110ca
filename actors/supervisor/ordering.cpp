#include "actors/supervisor/ordering.hpp"

#include <algorithm>
#include <set>

namespace troupe::supervisor {

namespace {

struct instances {
  bool many = false;
  bool interleave = false;
};

// What an order or a colocation names, looked up: there may be as many of them as resources.
class subjects {
public:
  explicit subjects(const config::cluster& c) {
    for (auto& r : c.resources) kinds_[r.name] = {r.clone || r.promotable, r.clone && r.clone->interleave};
    for (auto& g : c.groups) {
      groups_[g.name.text] = &g;
      if (!g.clone) continue;
      for (auto& m : g.members) kinds_[m] = {true, g.clone->interleave};
    }
  }
  // A resource is itself, a group its members in order.
  [[nodiscard]] std::vector<resource_name> members_of(const std::string& name) const {
    auto found = groups_.find(name);
    return found == groups_.end() ? std::vector{resource_name{name}} : found->second->members;
  }
  [[nodiscard]] instances instances_of(const resource_name& name) const {
    auto found = kinds_.find(name);
    return found == kinds_.end() ? instances{} : found->second;
  }

private:
  std::map<std::string, const config::group*> groups_;
  std::map<resource_name, instances> kinds_;
};

} // namespace

ordering::ordering(const config::cluster& c) {
  subjects named(c);
  for (auto& r : c.resources) links_[r.name].notifies = r.clone && r.clone->notify;
  auto link = [&](const resource_name& first, const resource_name& then, edge kind) {
    if (!links_.contains(first) || !links_.contains(then)) return;
    kind.other = first;
    links_[then].before.push_back(kind);
    kind.other = then;
    links_[first].after.push_back(kind);
  };
  for (auto& g : c.groups) {
    edge next_to;
    next_to.same_node = true;
    for (std::size_t i = 0; i < g.members.size(); ++i) {
      links_[g.members[i]].group = g.name.text;
      links_[g.members[i]].notifies = g.clone && g.clone->notify;
      if (i > 0) link(g.members[i - 1], g.members[i], next_to);
    }
  }
  for (auto& o : c.orders)
    for (auto& first : named.members_of(o.first))
      for (auto& then : named.members_of(o.then)) {
        auto one = named.instances_of(first), two = named.instances_of(then);
        bool mandatory = o.kind == config::order_kind::mandatory;
        link(first, then,
             {{}, o.first_action, o.then_action, mandatory, o.symmetrical, one.many && two.many && two.interleave});
      }
  for (auto& k : c.colocations) {
    bool whole = !k.what_role && !k.with_role;
    if (!k.weight.must_not() || !whole) continue;
    for (auto& a : named.members_of(k.what))
      for (auto& b : named.members_of(k.with)) {
        links_[a].apart.push_back(b);
        links_[b].apart.push_back(a);
      }
  }
}

const ordering::links& ordering::at(const resource_name& of) const {
  static const links nothing; // of what is not configured any more
  auto found = links_.find(of);
  return found == links_.end() ? nothing : found->second;
}

std::vector<resource_name> ordering::names() const {
  std::vector<resource_name> out;
  for (auto& [name, found] : links_) out.push_back(name);
  return out;
}

std::vector<resource_name> ordering::concerned(const std::set<resource_name>& changed) const {
  auto seen = changed;
  std::vector<resource_name> out(changed.begin(), changed.end());
  auto add = [&](const resource_name& other) {
    if (seen.insert(other).second) out.push_back(other);
  };
  for (std::size_t i = 0; i < out.size(); ++i)
    for (auto& e : at(out[i]).after) add(e.other);
  auto may_stay_or_not = out.size();
  for (std::size_t i = 0; i < may_stay_or_not; ++i)
    for (auto& e : at(out[i]).before) add(e.other);
  for (auto& each : changed)
    for (auto& other : at(each).apart) add(other);
  return out;
}

} // namespace troupe::supervisor
