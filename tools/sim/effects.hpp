// What faults really did, counted where it happened: a loss counts when a datagram was dropped by it, a fence that
// lands late when the power went. A fault that never has an effect tests nothing; a sweep with a zero here fails.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::sim {

enum class effect : std::uint8_t {
  power_lost,
  booted,
  daemon_restarted,
  daemon_left,
  machine_paused,
  machine_and_clock_paused,
  clock_drifted,
  calendar_jumped,
  partitioned,
  partitioned_one_way,
  packet_lost,
  packet_duplicated,
  packet_delayed,
  packet_reordered,
  write_lost,
  write_torn,
  name_change_lost,
  sync_failed,
  disk_was_full,
  disk_was_slow,
  bit_flipped,
  disk_replaced,
  agent_was_slow,
  agent_failed,
  agent_hung,
  agent_stuck,
  service_died,
  fence_failed,
  fence_hung,
  fence_landed_late,
  count_,
};
inline constexpr std::size_t effect_count = static_cast<std::size_t>(effect::count_);

// What a node must do before an effect can be seen: write to its disk all the time, run agents, fence.
enum class reach : std::uint8_t { always, journal, agents, fencing };

std::string_view name_of(effect e);
reach reach_of(effect e);

class tally {
public:
  void add(effect e) { ++counts_[static_cast<std::size_t>(e)]; }
  [[nodiscard]] std::uint64_t of(effect e) const { return counts_[static_cast<std::size_t>(e)]; }
  void add(const tally& other) {
    for (std::size_t i = 0; i < effect_count; ++i) counts_[i] += other.counts_[i];
  }

private:
  std::array<std::uint64_t, effect_count> counts_{};
};

} // namespace troupe::sim
