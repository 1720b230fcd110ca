// The configuration's orders, resource by resource: what must be up before what, with groups taken apart. Compiled once
// per configuration; whoever asks gets short lists instead of a walk over all constraints.
//
// An order between groups is one between all their members, because a member that is up while its group is not is
// still in the way. Instances: members of one group, and clones of which the second one interleaves, wait for the
// instance on their own node; else whoever comes second waits for the whole of the first.
#pragma once

#include "messages/config.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace troupe::supervisor {

struct edge {
  resource_name other; // of a predecessor's list the first, of a successor's the second
  config::action first_action = config::action::start;
  config::action then_action = config::action::start;
  bool mandatory = true;
  bool symmetrical = true;
  bool same_node = false;
};

class ordering {
public:
  explicit ordering(const config::cluster& c);

  [[nodiscard]] const std::vector<edge>& predecessors(const resource_name& of) const { return at(of).before; }
  [[nodiscard]] const std::vector<edge>& successors(const resource_name& of) const { return at(of).after; }
  // What must never be on the same node.
  [[nodiscard]] const std::vector<resource_name>& apart(const resource_name& of) const { return at(of).apart; }
  // The group that it is in; empty: none.
  [[nodiscard]] const std::string& group_of(const resource_name& of) const { return at(of).group; }
  [[nodiscard]] bool notifies(const resource_name& of) const { return at(of).notifies; } // a clone whose instances are told
  [[nodiscard]] std::vector<resource_name> names() const;
  // Whatever may have to do something else when these change. Whether something stays hangs on all before it, so all
  // that comes after one of them is among it; what may start or stop hangs on whether those right behind it stay, so
  // all that stand right before one of these are. One walk for all of them: along a chain each concerns nearly all
  // others.
  [[nodiscard]] std::vector<resource_name> concerned(const std::set<resource_name>& changed) const;

private:
  struct links {
    std::vector<edge> before, after;
    std::vector<resource_name> apart;
    std::string group;
    bool notifies = false;
  };
  [[nodiscard]] const links& at(const resource_name& of) const;

  std::map<resource_name, links> links_;
};

} // namespace troupe::supervisor
