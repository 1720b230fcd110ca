// The order in which a node that is alone stops what it holds. Pure.
//
// Nobody plans for it, so the order comes from the configuration as this node last knew it: what must start after
// something else, by a mandatory order or as a later member of its group, stops before it. Only what lives here counts;
// what it needs elsewhere is out of reach. An instance whose stop failed holds up nobody: the others have to go
// all the same. Should the order run in a circle (the configuration refuses that), the circle is cut at its first name.
#pragma once

#include "actors/resource/node_view.hpp"

namespace troupe::resource {

inline constexpr std::size_t max_lone_stops = 32; // at once

class lone_stop {
public:
  lone_stop() = default;
  lone_stop(const std::vector<holding>& here, const config::cluster& order);

  std::vector<holding> next();         // to be stopped now
  void ended(const instance& what);    // stopped, or not to be stopped
  void no_more() { waiting_.clear(); } // a leader is heard again: what was not begun goes on running
  [[nodiscard]] bool finished() const { return waiting_.empty() && under_way_.empty(); }

private:
  [[nodiscard]] bool may_go(const instance& what) const;

  std::map<instance, blueprint> waiting_;
  std::set<instance> under_way_;
  std::set<std::pair<resource_name, resource_name>> before_; // first stops before second
};

} // namespace troupe::resource
