// The fault plan is data: what goes wrong, where, when and for how long. A seed and a scenario file expand to the same
// list, so that a failure which a sweep found can be written down, shortened by hand and kept.
//
// Each kind names itself and its parameters once; printing and parsing both walk `visit`. `at` counts from the start
// of the run. `lasts` is 0 for what happens at one moment or stays until heal; else the fault ends by itself.
#pragma once

#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::sim {

struct rate { // parts in a million
  std::uint32_t ppm = 0;
  auto operator<=>(const rate&) const = default;
};

using nodes = std::vector<node_name>; // empty: all of them

namespace faults {
// --- machines ---
struct power_loss { // off at once, unsynced writes at the mercy of the disk; boots after `lasts`
  static constexpr std::string_view name = "power-loss";
  node_name node;
  bool operator==(const power_loss&) const = default;
  void visit(auto&& field) { field("node", node); }
};
struct daemon_restart { // SIGKILL of the daemon alone: its children live on; it is back after `lasts`
  static constexpr std::string_view name = "daemon-restart";
  node_name node;
  bool operator==(const daemon_restart&) const = default;
  void visit(auto&& field) { field("node", node); }
};
struct daemon_leaves { // told to leave in order (SIGTERM); it is started again `lasts` after it has ended
  static constexpr std::string_view name = "daemon-leaves";
  node_name node;
  bool operator==(const daemon_leaves&) const = default;
  void visit(auto&& field) { field("node", node); }
};
struct pause { // the machine stands still, services included; `clock_stops`: and so does its monotonic clock
  static constexpr std::string_view name = "pause";
  node_name node;
  bool clock_stops = false;
  bool operator==(const pause&) const = default;
  void visit(auto&& field) {
    field("node", node);
    field("clock-stops", clock_stops);
  }
};
struct clock_drift { // the monotonic clock runs faster by `by` parts in a million (slower: negative)
  static constexpr std::string_view name = "clock-drift";
  node_name node;
  std::int64_t by = 0;
  bool operator==(const clock_drift&) const = default;
  void visit(auto&& field) {
    field("node", node);
    field("by", by);
  }
};
struct calendar_jump { // the calendar is set forward by this much (back: negative), and back again after `lasts`
  static constexpr std::string_view name = "calendar-jump";
  node_name node;
  duration by{};
  bool operator==(const calendar_jump&) const = default;
  void visit(auto&& field) {
    field("node", node);
    field("by", by);
  }
};
// --- network: from each of `from` to each of `to`; streams are slowed where datagrams are lost ---
struct partition { // nothing passes between the two sides; one_way: nothing from `from` to `to`, the rest passes
  static constexpr std::string_view name = "partition";
  nodes from;
  nodes to;
  bool one_way = false;
  bool operator==(const partition&) const = default;
  void visit(auto&& field) {
    field("from", from);
    field("to", to);
    field("one-way", one_way);
  }
};
struct loss {
  static constexpr std::string_view name = "loss";
  nodes from;
  nodes to;
  rate of;
  bool operator==(const loss&) const = default;
  void visit(auto&& field) {
    field("from", from);
    field("to", to);
    field("of", of);
  }
};
struct duplication {
  static constexpr std::string_view name = "duplication";
  nodes from;
  nodes to;
  rate of;
  bool operator==(const duplication&) const = default;
  void visit(auto&& field) {
    field("from", from);
    field("to", to);
    field("of", of);
  }
};
struct delay { // each packet is late by this much
  static constexpr std::string_view name = "delay";
  nodes from;
  nodes to;
  duration by{};
  bool operator==(const delay&) const = default;
  void visit(auto&& field) {
    field("from", from);
    field("to", to);
    field("by", by);
  }
};
struct reordering { // each datagram is late by a random time up to this: they overtake one another
  static constexpr std::string_view name = "reordering";
  nodes from;
  nodes to;
  duration up_to{};
  bool operator==(const reordering&) const = default;
  void visit(auto&& field) {
    field("from", from);
    field("to", to);
    field("up-to", up_to);
  }
};
// --- agents: any node, slice or action where the field is empty ---
struct agent_slow {
  static constexpr std::string_view name = "agent-slow";
  nodes on;
  std::string slice;
  std::string action;
  duration by{};
  bool operator==(const agent_slow&) const = default;
  void visit(auto&& field) {
    field("on", on);
    field("slice", slice);
    field("action", action);
    field("by", by);
  }
};
struct agent_fails { // ends with this exit code; whether its work was done is the seed's choice
  static constexpr std::string_view name = "agent-fails";
  nodes on;
  std::string slice;
  std::string action;
  std::int64_t status = 1;
  bool operator==(const agent_fails&) const = default;
  void visit(auto&& field) {
    field("on", on);
    field("slice", slice);
    field("action", action);
    field("status", status);
  }
};
struct agent_hangs { // never ends by itself; TERM or KILL end it
  static constexpr std::string_view name = "agent-hangs";
  nodes on;
  std::string slice;
  std::string action;
  bool operator==(const agent_hangs&) const = default;
  void visit(auto&& field) {
    field("on", on);
    field("slice", slice);
    field("action", action);
  }
};
struct agent_stuck { // not even KILL ends it: uninterruptible sleep, until the machine goes down
  static constexpr std::string_view name = "agent-stuck";
  nodes on;
  std::string slice;
  std::string action;
  bool operator==(const agent_stuck&) const = default;
  void visit(auto&& field) {
    field("on", on);
    field("slice", slice);
    field("action", action);
  }
};
struct service_dies { // the service itself ends, unasked; an empty slice: one of those that run there
  static constexpr std::string_view name = "service-dies";
  node_name node;
  std::string slice;
  bool operator==(const service_dies&) const = default;
  void visit(auto&& field) {
    field("node", node);
    field("slice", slice);
  }
};
// --- fence devices, by the machine they act upon ---
struct fence_fails { // says so, and nothing happens
  static constexpr std::string_view name = "fence-fails";
  nodes target;
  bool operator==(const fence_fails&) const = default;
  void visit(auto&& field) { field("target", target); }
};
struct fence_hangs { // the agent never answers, and nothing happens
  static constexpr std::string_view name = "fence-hangs";
  nodes target;
  bool operator==(const fence_hangs&) const = default;
  void visit(auto&& field) { field("target", target); }
};
struct fence_late { // says that it failed, and the power goes `by` later
  static constexpr std::string_view name = "fence-late";
  nodes target;
  duration by{};
  bool operator==(const fence_late&) const = default;
  void visit(auto&& field) {
    field("target", target);
    field("by", by);
  }
};
// --- disks ---
struct disk_sync_fails { // EIO from each sync; what was to be written may be gone for good
  static constexpr std::string_view name = "disk-sync-fails";
  node_name node;
  bool operator==(const disk_sync_fails&) const = default;
  void visit(auto&& field) { field("node", node); }
};
struct disk_full { // ENOSPC from whatever would make a file longer
  static constexpr std::string_view name = "disk-full";
  node_name node;
  bool operator==(const disk_full&) const = default;
  void visit(auto&& field) { field("node", node); }
};
struct disk_slow { // each request takes this much longer
  static constexpr std::string_view name = "disk-slow";
  node_name node;
  duration by{};
  bool operator==(const disk_slow&) const = default;
  void visit(auto&& field) {
    field("node", node);
    field("by", by);
  }
};
struct disk_replaced { // power goes, and comes back after `lasts` with an empty disk
  static constexpr std::string_view name = "disk-replaced";
  node_name node;
  bool operator==(const disk_replaced&) const = default;
  void visit(auto&& field) { field("node", node); }
};
struct disk_bit_flip { // one bit of one file changes, on the platter
  static constexpr std::string_view name = "disk-bit-flip";
  node_name node;
  bool operator==(const disk_bit_flip&) const = default;
  void visit(auto&& field) { field("node", node); }
};
struct heal { // all of the above ends, and every machine that is off boots
  static constexpr std::string_view name = "heal";
  bool operator==(const heal&) const = default;
  void visit(auto&&) {}
};

} // namespace faults

using fault_kind =
    std::variant<faults::power_loss, faults::daemon_restart, faults::daemon_leaves, faults::pause, faults::clock_drift, faults::calendar_jump,
                 faults::partition, faults::loss, faults::duplication, faults::delay, faults::reordering,
                 faults::agent_slow, faults::agent_fails, faults::agent_hangs, faults::agent_stuck,
                 faults::service_dies, faults::fence_fails, faults::fence_hangs, faults::fence_late,
                 faults::disk_sync_fails, faults::disk_full, faults::disk_slow, faults::disk_bit_flip, faults::disk_replaced, faults::heal>;

struct fault {
  duration at{};
  duration lasts{};
  fault_kind what;
  bool operator==(const fault&) const = default;
};

std::string_view name_of(const fault& f);

// One fault as a table of a scenario file.
std::string to_toml(const fault& f);
// The same in one line, for a story: "power-loss node=n1 lasts=5s".
std::string describe(const fault& f);
std::string show(duration d); // "250ms", "5s": the largest unit that divides it

} // namespace troupe::sim
