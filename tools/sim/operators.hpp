// The people of the world: they form the cluster, and from then on say something now and then at the console of some
// node: standby, its lifting, a cleanup. Each is an actor on the node where it speaks, as a console's connection is, and
// goes with its daemon; what it was told before is remembered, for the observers: an outcome once told must stay true.
#pragma once

#include "actors/node/node_main.hpp"
#include "tools/sim/kernel.hpp"
#include "tools/sim/observer.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace troupe::sim {

inline constexpr duration forming_begins = std::chrono::seconds{1};
inline constexpr duration forming_again = std::chrono::seconds{5};

class operators {
public:
  struct view {
    kernel& k;
    // The root of the machine's daemon; null: it has none just now.
    std::function<caf::actor(machine_index)> root_of;
    std::function<void(const told_outcome&)> told;
  };
  operators(view sees, config::cluster configuration);

  void begin(); // schedules the first of it

  [[nodiscard]] std::uint64_t asked() const { return asked_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }

private:
  void form();
  void speak();
  machine_index somebody();
  void say(machine_index where, command::body what);

  view sees_;
  config::cluster configuration_;
  random_source random_;
  std::uint64_t longest_pause_ms_; // between two who speak
  bool formed_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t answered_ = 0;
};

// The cluster that the simulated machines form: a node each, a plain service, a clone and a promotable one.
struct machine_identity {
  node_name name;
  std::array<std::byte, 32> seed{};
  public_key key;
  transport::endpoint where;
};
std::vector<machine_identity> identities(const kernel& k);
config::cluster configuration_of(const std::vector<machine_identity>& machines);

} // namespace troupe::sim
