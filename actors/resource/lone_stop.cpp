#include "actors/resource/lone_stop.hpp"

#include <algorithm>

namespace troupe::resource {

namespace {

using config::action;
using pairs = std::set<std::pair<resource_name, resource_name>>;

// A constraint names a resource or a group; a group stands for its members.
std::vector<resource_name> members_of(const config::cluster& c, const std::string& name) {
  for (auto& g : c.groups)
    if (g.name.text == name) return g.members;
  return {resource_name{name}};
}

void all_before(pairs& out, const std::vector<resource_name>& first, const std::vector<resource_name>& second) {
  for (auto& f : first)
    for (auto& s : second)
      if (f != s) out.insert({f, s});
}

bool brings_up(action a) {
  return a == action::start || a == action::promote;
}

void read_orders(pairs& out, const config::cluster& c) {
  for (auto& o : c.orders) {
    if (o.kind != config::order_kind::mandatory) continue;
    auto first = members_of(c, o.first), then = members_of(c, o.then);
    if (brings_up(o.first_action) && brings_up(o.then_action) && o.symmetrical) all_before(out, then, first);
    if (!brings_up(o.first_action) && !brings_up(o.then_action)) all_before(out, first, then);
  }
}

void read_groups(pairs& out, const config::cluster& c) {
  for (auto& g : c.groups)
    for (std::size_t later = 1; later < g.members.size(); ++later) out.insert({g.members[later], g.members[later - 1]});
}

// Only what is here can be waited for, but what is between two that are here binds them all the same.
pairs closed_over(const pairs& direct, const std::set<resource_name>& here) {
  std::map<resource_name, std::vector<resource_name>> next;
  for (auto& [first, second] : direct) next[first].push_back(second);
  pairs out;
  for (auto& from : here) {
    std::set<resource_name> seen;
    std::vector<resource_name> to_visit{from};
    while (!to_visit.empty()) {
      auto at = to_visit.back();
      to_visit.pop_back();
      for (auto& n : next[at]) {
        if (!seen.insert(n).second) continue;
        to_visit.push_back(n);
        if (n != from && here.contains(n)) out.insert({from, n});
      }
    }
  }
  return out;
}

} // namespace

lone_stop::lone_stop(const std::vector<holding>& here, const config::cluster& order) {
  pairs direct;
  read_orders(direct, order);
  read_groups(direct, order);
  std::set<resource_name> names;
  for (auto& h : here) {
    waiting_.emplace(h.what, h.how);
    names.insert(h.what.resource);
  }
  before_ = closed_over(direct, names);
}

bool lone_stop::may_go(const instance& what) const {
  auto waits_for = [&](const instance& other) { return before_.contains({other.resource, what.resource}); };
  return std::none_of(under_way_.begin(), under_way_.end(), waits_for) &&
         std::none_of(waiting_.begin(), waiting_.end(), [&](auto& w) { return waits_for(w.first); });
}

std::vector<holding> lone_stop::next() {
  std::vector<holding> out;
  for (auto& [what, how] : waiting_)
    if (under_way_.size() + out.size() < max_lone_stops && may_go(what)) out.push_back({what, how});
  if (out.empty() && under_way_.empty() && !waiting_.empty())
    out.push_back({waiting_.begin()->first, waiting_.begin()->second});
  for (auto& h : out) {
    waiting_.erase(h.what);
    under_way_.insert(h.what);
  }
  return out;
}

void lone_stop::ended(const instance& what) {
  under_way_.erase(what);
}

} // namespace troupe::resource
