// The people of the world: they form the cluster, and from then on say something now and then at the console of some
// node: standby, maintenance, a target role, a move, a cleanup, a changed configuration, the word that a machine is off
// (only when it is: whoever lies to the cluster is outside of the fault model). Each is an actor on the node where it
// speaks, as a console's connection is, and goes with its daemon; what it was told before is remembered, for the
// observers: an outcome once told must stay true.
//
// They know what the log has come to (its newest index, whoever applied it first). When the faults have stopped they
// take back what stands in the way of the services, and from then on ask only for what changes nothing.
#pragma once

#include "actors/node/node_main.hpp"
#include "tools/sim/drawn_cluster.hpp"
#include "tools/sim/kernel.hpp"
#include "tools/sim/observer.hpp"

#include <functional>
#include <memory>
#include <set>
#include <vector>

namespace troupe::sim {

inline constexpr duration forming_begins = std::chrono::seconds{1};
inline constexpr duration forming_again = std::chrono::seconds{5};
inline constexpr duration speak_seldom = std::chrono::seconds{10};
inline constexpr duration until_somebody_looks = std::chrono::seconds{5}; // at a machine that is off

class operators {
public:
  struct view {
    kernel& k;
    // The root of the machine's daemon; null: it has none just now.
    std::function<caf::actor(machine_index)> root_of;
    std::function<void(const told_outcome&)> told;
    std::function<void(machine_index)> power_on; // by hand
    instant calm_from;                           // when the faults stop
    bool seldom = false;                         // they speak
  };
  operators(view sees, config::cluster configuration);

  void begin(); // schedules the first of it
  void applied(const node::applied_command& what);

  [[nodiscard]] std::uint64_t asked() const { return asked_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }

private:
  void form();
  void speak();
  void say_something();
  void calm_down();
  void switch_on();
  void say_direction();
  void say_service_direction();
  void vouch_for_the_dead();
  void change_configuration();
  void say_score();
  machine_index somebody();
  void say(machine_index where, command::body what);

  view sees_;
  config::cluster configuration_; // the newest
  log_index configured_at_;
  log_index newest_;
  std::vector<cluster::directive_key> directives_; // in the end without those that a node gave itself
  std::map<node_name, cluster::member> members_;
  std::map<node_name, instant> off_since_; // seen without power
  bool failures_ = false; // are counted
  random_source random_, scores_;
  std::uint64_t longest_pause_ms_; // between two who speak
  std::uint64_t lanes_;            // a console's connection each; one that is not used again is forgotten some day
  std::uint64_t disruptive_;       // so many of 16 who speak want something changed
  bool formed_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
};

} // namespace troupe::sim
