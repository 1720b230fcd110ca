#include "actors/supervisor/ordering.hpp"

#include <algorithm>
#include <set>

namespace troupe::supervisor {

namespace {

// A resource is itself, a group its members in order.
std::vector<resource_name> members_of(const config::cluster& c, const std::string& name) {
  for (auto& g : c.groups)
    if (g.name.text == name) return g.members;
  return {resource_name{name}};
}

struct instances {
  bool many = false;
  bool interleave = false;
};
instances instances_of(const config::cluster& c, const resource_name& name) {
  for (auto& g : c.groups)
    if (g.clone && std::find(g.members.begin(), g.members.end(), name) != g.members.end())
      return {true, g.clone->interleave};
  for (auto& r : c.resources)
    if (r.name == name) return {r.clone || r.promotable, r.clone && r.clone->interleave};
  return {};
}

} // namespace

ordering::ordering(const config::cluster& c) {
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
    for (auto& first : members_of(c, o.first))
      for (auto& then : members_of(c, o.then)) {
        auto one = instances_of(c, first), two = instances_of(c, then);
        bool mandatory = o.kind == config::order_kind::mandatory;
        link(first, then,
             {{}, o.first_action, o.then_action, mandatory, o.symmetrical, one.many && two.many && two.interleave});
      }
  for (auto& k : c.colocations) {
    bool whole = !k.what_role && !k.with_role;
    if (!k.weight.must_not() || !whole) continue;
    for (auto& a : members_of(c, k.what))
      for (auto& b : members_of(c, k.with)) {
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

std::vector<resource_name> ordering::concerned(const resource_name& changed) const {
  std::set<resource_name> seen{changed};
  std::vector<resource_name> out{changed};
  auto add = [&](const resource_name& other) {
    if (seen.insert(other).second) out.push_back(other);
  };
  for (std::size_t i = 0; i < out.size(); ++i)
    for (auto& e : at(out[i]).after) add(e.other);
  auto may_stay_or_not = out.size();
  for (std::size_t i = 0; i < may_stay_or_not; ++i)
    for (auto& e : at(out[i]).before) add(e.other);
  for (auto& other : at(changed).apart) add(other);
  return out;
}

} // namespace troupe::supervisor
