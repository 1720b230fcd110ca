// Which machines are as they should be, and since when: for judges whose verdict holds only while nothing else is
// wrong.
#pragma once

#include "tools/sim/judges/log_observer.hpp"

#include <map>
#include <set>

namespace troupe::sim {

class weather {
public:
  void begins(const scenario& s);
  void see(const truth_event& event);
  void struck(instant at, const fault& f);

  // No fault of links, and none for so long.
  [[nodiscard]] bool network_calm(instant now, duration since) const { return network_until_ + since <= now; }
  // No fault of disks or calendars.
  [[nodiscard]] bool disks_calm(instant now, duration since) const { return disks_until_ + since <= now; }
  // Agents that fail, hang or are slow in this slice; empty: in each.
  [[nodiscard]] bool agents_calm(const std::string& slice, instant now, duration since) const;
  // All but perhaps one machine answer, have a daemon, and have had for so long.
  [[nodiscard]] bool others_well(std::optional<machine_index> but, instant now, duration since) const;
  // Who does not answer, has no daemon, or has had either only for less than so long.
  [[nodiscard]] std::vector<machine_index> troubled(instant now, duration since) const;
  // How long it did not answer, all in all, of the last so long.
  [[nodiscard]] duration silent_within(machine_index m, instant now, duration since) const;
  [[nodiscard]] instant changed(machine_index m) const { return machines_.at(m).changed; }
  // The last stretch in which it did not answer: [from, to); `to` is far away while it lasts.
  [[nodiscard]] std::pair<instant, instant> last_silence(machine_index m) const;

private:
  struct machine {
    bool on = false, daemon = false, paused = false;
    instant changed{}; // any of these
    instant silent_from{}, silent_to{};
    std::vector<std::pair<instant, instant>> silences; // that have ended
    [[nodiscard]] bool answers() const { return on && !paused; }
  };
  std::map<machine_index, machine> machines_;
  instant network_until_{}, disks_until_{}, all_agents_until_{};
  std::map<std::string, instant> agents_until_;
};

} // namespace troupe::sim
