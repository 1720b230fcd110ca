// Which faults act now, and what that means for each part of the world. Pure: faults go in and out, questions are
// answered. The state of a link is worked out when the list changes, not when a packet asks.
#pragma once

#include "tools/sim/event_queue.hpp"
#include "tools/sim/fault.hpp"

#include <optional>

namespace troupe::sim {

struct link_state { // from one machine to another
  bool cut = false;
  bool one_way = false; // and the other direction was meant to pass
  rate loss;
  rate duplication;
  duration delay{};
  duration reordering{};
};

struct agent_trouble { // what befalls one run of an agent
  duration slower{};
  std::optional<std::int64_t> fails;
  bool hangs = false;
  bool stuck = false;
};

struct fence_trouble {
  bool fails = false;
  bool hangs = false;
  std::optional<duration> late;
};

struct disk_trouble {
  bool sync_fails = false;
  bool full = false;
  duration slower{};
};

class active_faults {
public:
  using ticket = std::uint64_t;

  explicit active_faults(std::vector<node_name> machines);

  ticket begin(const fault& f);
  bool end(ticket which); // false: it had ended before
  void clear();

  [[nodiscard]] const link_state& link(machine_index from, machine_index to) const {
    return links_[from.value * machines_.size() + to.value];
  }
  [[nodiscard]] const disk_trouble& disk(machine_index machine) const { return disks_[machine.value]; }
  [[nodiscard]] agent_trouble agent(machine_index machine, std::string_view slice, std::string_view action) const;
  [[nodiscard]] fence_trouble fence(machine_index target) const;
  [[nodiscard]] bool empty() const { return active_.empty(); }

private:
  struct acting {
    ticket number;
    fault what;
  };
  void work_out();
  [[nodiscard]] bool names(const nodes& list, machine_index machine) const;
  void each_link(const nodes& from, const nodes& to, auto&& change);

  std::vector<node_name> machines_;
  std::vector<acting> active_;
  std::vector<link_state> links_;
  std::vector<disk_trouble> disks_;
  ticket last_ = 0;
};

} // namespace troupe::sim
