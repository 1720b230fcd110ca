// What should run, as values: the content of cluster.toml after validation, as it travels in the log (ConfigSet) and
// lives in the state. conf/ makes it from text; the kernel, the scheduler and the resource actors read it.
//
// Lists are sorted by name unless their order means something (group members). Names refer within one value: a
// configuration is whole or refused. All durations are > 0 unless said otherwise.
#pragma once

#include "messages/types/ids.hpp"
#include "messages/types/score.hpp"
#include "messages/types/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::config {

// --- limits: one place, checked by conf and asserted where they matter ---
inline constexpr std::size_t max_nodes = 128;
inline constexpr std::size_t max_voters = 7;
inline constexpr std::size_t max_addresses = 8;   // of one node
inline constexpr std::size_t max_attributes = 64; // of one node
inline constexpr std::size_t max_resources = 20'000;
inline constexpr std::size_t max_groups = 20'000;
inline constexpr std::size_t max_constraints = 50'000; // of each kind
inline constexpr std::size_t max_devices = 512;
inline constexpr std::size_t max_parameters = 256;   // of one resource or device
inline constexpr std::size_t max_monitors = 16;      // of one resource
inline constexpr std::uint32_t max_instances = 128;  // of one clone
inline constexpr std::size_t max_name = 63;          // bytes of a name
inline constexpr std::size_t max_text = 64 * 1024;   // bytes of one parameter's value
inline constexpr std::uint32_t max_failures = 1'000; // tolerated, or before a node is left
inline constexpr std::uint32_t max_fence_level = 9;
inline constexpr std::uint32_t max_fence_retries = 20;

using group_name = label<struct group_name_tag>;
using parameters = std::map<std::string, std::string>;

struct address { // "10.0.0.1:5410" or "[fd00::1]:5410"; literal addresses only: a name server is a dependency
  std::string host;
  std::uint16_t port = 0;
  auto operator<=>(const address&) const = default;
};

struct node {
  node_name name;
  public_key key;
  std::vector<address> addresses; // at least one; tried in order
  std::optional<bool> voter;      // see voters()
  std::map<std::string, std::string> attributes;
  bool operator==(const node&) const = default;
};

// --- resources ---
struct agent_ref { // "ocf:heartbeat:IPaddr2"; "systemd:keystone" has no provider
  std::string standard;
  std::string provider;
  std::string type;
  auto operator<=>(const agent_ref&) const = default;
};

enum class role : std::uint8_t { stopped, started, promoted };

struct monitor {
  duration interval{};
  duration timeout{};
  std::optional<role> only_in;         // unset: whenever it runs
  std::uint32_t tolerate_failures = 0; // in a row, before the service counts as failed
  bool operator==(const monitor&) const = default;
};

struct clone_options {
  std::optional<std::uint32_t> max; // unset: one per node
  std::uint32_t node_max = 1;
  bool interleave = false;
  bool ordered = false;
  bool notify = false;
  bool operator==(const clone_options&) const = default;
};

struct promotable_options { // implies a clone
  std::uint32_t max = 1;
  std::uint32_t node_max = 1;
  bool operator==(const promotable_options&) const = default;
};

// Ways to know that a boot is dead, weakest last. A resource names those it accepts.
enum class proof_kind : std::uint8_t { power, reboot, storage, watchdog, operator_word, assumed };

struct resource {
  resource_name name;
  agent_ref agent;
  parameters params;
  duration start_timeout{};
  duration stop_timeout{};
  duration promote_timeout{};
  duration demote_timeout{};
  std::vector<monitor> monitors; // by interval
  std::optional<clone_options> clone;
  std::optional<promotable_options> promotable;
  role target = role::started; // promotable ones: promoted
  bool managed = true;
  std::int32_t priority = 0;
  std::optional<score> stickiness;         // unset: the cluster's
  std::uint32_t failure_threshold = 0;     // failures on a node before it is left; 0: never
  std::optional<duration> failure_timeout; // after which a failure is forgotten; unset: never
  std::set<proof_kind> accepts;
  bool operator==(const resource&) const = default;
};

struct group { // members run on one node, in this order
  group_name name;
  std::vector<resource_name> members; // at least one; a resource is in one group at most
  std::optional<clone_options> clone;
  bool operator==(const group&) const = default;
};

// --- constraints; `what` names a resource or a group ---
struct location {
  std::string what;
  node_name node;
  score weight;
  bool operator==(const location&) const = default;
};

struct colocation { // `what` goes where `with` is
  std::string what;
  std::optional<role> what_role;
  std::string with;
  std::optional<role> with_role;
  score weight = score::infinity();
  bool operator==(const colocation&) const = default;
};

enum class action : std::uint8_t { start, stop, promote, demote };
enum class order_kind : std::uint8_t { mandatory, optional };

struct order {
  std::string first;
  action first_action = action::start;
  std::string then;
  action then_action = action::start;
  order_kind kind = order_kind::mandatory;
  bool symmetrical = true; // the inverse order for stopping
  bool operator==(const order&) const = default;
};

// --- fencing ---
struct fence_device {
  device_name name;
  std::string agent;                      // "fence_ipmilan"
  std::vector<node_name> targets;         // sorted
  std::map<node_name, std::string> plugs; // where the device names a target otherwise
  parameters params;
  bool reboot = true;      // off then on; false: off and stay off
  std::uint32_t level = 1; // lower levels are tried first
  std::uint32_t retries = 2;
  duration timeout{}; // of one call of the agent
  duration budget{};  // of one attempt: all calls, retries and the read-back
  bool operator==(const fence_device&) const = default;
};

enum class fencing_policy : std::uint8_t {
  devices, // what needs a proof of death gets it from a device
  none,    // no device configured: what needs a proof waits for an operator
  off,     // declared: a lost node is assumed dead, and may not be
};

enum class no_quorum_policy : std::uint8_t { stop, freeze };
enum class mass_loss_policy : std::uint8_t { wait, fence };

struct cluster {
  std::string name;
  duration tolerate = std::chrono::seconds{2}; // the longest silence that costs no membership
  duration restart_grace = std::chrono::seconds{5};
  duration boot_grace = std::chrono::seconds{120};
  duration late_margin = std::chrono::seconds{10}; // after a fence attempt closed, before its target gets acts
  no_quorum_policy no_quorum = no_quorum_policy::stop;
  mass_loss_policy mass_loss = mass_loss_policy::wait;
  fencing_policy fencing = fencing_policy::none;
  score stickiness{1}; // staying put is the default
  std::vector<node> nodes;
  std::vector<resource> resources;
  std::vector<group> groups;
  std::vector<location> locations; // constraints: in file order
  std::vector<colocation> colocations;
  std::vector<order> orders;
  std::vector<fence_device> devices;
  bool operator==(const cluster&) const = default;
};

// Who votes at genesis, sorted by name. Nodes that say voter = true: exactly these. Otherwise chosen among those that
// do not say false: the first ones by name, an odd number up to max_voters, because the last of an even number raises
// the majority without raising the losses that can be borne.
std::vector<node_name> voters(const cluster& c);

std::string_view name_of(action a); // "start" ...
std::string_view name_of(role r);
duration timeout_of(const resource& r, action a);

} // namespace troupe::config
