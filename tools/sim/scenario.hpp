// What one run is: how many machines, how long, and the plan of faults. Made from a seed, or read from a scenario file;
// `to_toml` writes either down, and what it wrote reads back as the same value.
//
// Plans are drawn the swarm way (Groce, Zhang, Eide, Chen, Regehr, "Swarm Testing", ISSTA 2012): each seed leaves out
// about half of the kinds and has a pace of its own. With everything always on, what hides behind calm is never seen.
// Disks that lie (bit flips, failed syncs) belong to a minority of the machines; beyond that no quorum system keeps
// its word.
#pragma once

#include "messages/types/result.hpp"
#include "tools/sim/fault.hpp"

#include <optional>
#include <string_view>

namespace troupe::sim {

inline constexpr std::size_t max_machines = 128;
inline constexpr std::size_t max_faults = 100'000;
inline constexpr duration longest_run = std::chrono::hours{24};

struct scenario {
  std::vector<node_name> machines; // n1, n2 ...
  duration faults_for = std::chrono::seconds{120};
  duration quiet_for = std::chrono::seconds{60}; // after heal: time to recover in
  duration tick = std::chrono::milliseconds{1};  // to which times are rounded up
  std::vector<fault> plan;                       // by time; the last one is heal, at faults_for
  bool operator==(const scenario&) const = default;
};

// n1 to n<count>.
std::vector<node_name> machine_names(std::size_t count);

// What a plan is made of.
enum class theme : std::uint8_t {
  any,
  storm,    // fast and short: what leaders and voters fall over; the rest would only thin it out
  agents,   // only agents, services and fence devices are bad: all else must be as if nothing were
  machines, // only machines: whatever is told apart by silence, is it told right?
  coups,    // one machine after the other loses its followers, and is back among voters that were started anew
};
std::string_view name_of(theme t);
std::optional<theme> theme_named(std::string_view name);

// The plan of a seed. It draws its theme too, unless that is asked for.
scenario plan_from_seed(std::uint64_t seed, std::size_t machines, duration faults_for = std::chrono::seconds{120},
                        duration quiet_for = std::chrono::seconds{60}, std::optional<theme> asked = {});

std::string to_toml(const scenario& s);

// All that is wrong with it, one a line, as "file:line:column: what, and the way out".
result<scenario> parse_scenario(const std::string& text, const std::string& file);

} // namespace troupe::sim
