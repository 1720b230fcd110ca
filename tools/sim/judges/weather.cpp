#include "tools/sim/judges/weather.hpp"

#include <algorithm>

namespace troupe::sim {

void weather::begins(const scenario& s) {
  for (std::uint32_t i = 0; i < s.machines.size(); ++i) machines_[machine_index{i}];
}

void weather::see(const truth_event& event) {
  auto found = machines_.find(event.machine);
  if (found == machines_.end() || event.kind > truth_kind::resumed) return;
  auto& m = found->second;
  bool before = m.answers();
  switch (event.kind) {
  case truth_kind::daemon_up: m.on = m.daemon = true; break; // the machine has booted
  case truth_kind::daemon_down: m.daemon = false; break;
  case truth_kind::power_off: m.on = m.daemon = m.paused = false; break;
  case truth_kind::paused: m.paused = true; break;
  case truth_kind::resumed: m.paused = false; break;
  default: return;
  }
  m.changed = event.at;
  if (before && !m.answers()) {
    m.silent_from = event.at;
    m.silent_to = instant::max();
  } else if (!before && m.answers()) {
    m.silent_to = event.at;
    m.silences.emplace_back(m.silent_from, m.silent_to);
  }
}

void weather::struck(instant at, const fault& f) {
  using namespace faults;
  auto until = f.lasts == duration{} ? at : at + f.lasts;
  auto last = [&](instant& which) { which = std::max(which, until); };
  std::visit(
      [&]<class K>(const K& kind) {
        if constexpr (std::is_same_v<K, partition> || std::is_same_v<K, loss> || std::is_same_v<K, delay> ||
                      std::is_same_v<K, duplication> || std::is_same_v<K, reordering>)
          last(network_until_);
        if constexpr (std::is_same_v<K, disk_sync_fails> || std::is_same_v<K, disk_full> ||
                      std::is_same_v<K, disk_slow> || std::is_same_v<K, disk_bit_flip> ||
                      std::is_same_v<K, disk_replaced> || std::is_same_v<K, calendar_jump> ||
                      std::is_same_v<K, clock_drift>)
          last(disks_until_);
        if constexpr (requires { kind.slice; } && !std::is_same_v<K, service_dies>)
          last(kind.slice.empty() ? all_agents_until_ : agents_until_[kind.slice]);
      },
      f.what);
}

bool weather::agents_calm(const std::string& slice, instant now, duration since) const {
  auto own = agents_until_.find(slice);
  return all_agents_until_ + since <= now && (own == agents_until_.end() || own->second + since <= now);
}

std::vector<machine_index> weather::troubled(instant now, duration since) const {
  std::vector<machine_index> all;
  for (auto& [who, m] : machines_)
    if (!m.answers() || !m.daemon || m.changed + since > now) all.push_back(who);
  return all;
}

bool weather::others_well(std::optional<machine_index> but, instant now, duration since) const {
  auto all = troubled(now, since);
  return std::all_of(all.begin(), all.end(), [&](auto& who) { return who == but; });
}

duration weather::silent_within(machine_index m, instant now, duration since) const {
  auto& it = machines_.at(m);
  duration sum{};
  for (auto& [from, to] : it.silences)
    if (to > now - since) sum += to - std::max(from, now - since);
  return it.answers() ? sum : sum + (now - std::max(it.silent_from, now - since));
}

std::pair<instant, instant> weather::last_silence(machine_index m) const {
  auto& it = machines_.at(m);
  return {it.silent_from, it.silent_to};
}

} // namespace troupe::sim
