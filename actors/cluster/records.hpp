// What the cluster remembers: the records of its state, each under a key of its own type. The log is the source; these
// are its fold. A record changes only through the door (state.hpp), which gives it a version: the index of the
// command that wrote it.
#pragma once

#include "messages/command.hpp"
#include "messages/genesis.hpp"

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::cluster {

inline constexpr std::size_t max_dead_boots = 16; // fingerprints kept a member; older ones cannot come back by reboot
inline constexpr std::size_t max_clients = 1024;  // whose last outcome is kept
inline constexpr std::size_t forgotten_clients = 128; // at once, when there are more: those that were silent longest

// --- configuration ---
struct configuration_key {
  auto operator<=>(const configuration_key&) const = default;
};
// How often a resource may be active: in all, and on one node; a plain one once.
struct allowance {
  std::uint32_t max = 1;
  std::uint32_t node_max = 1;
  std::uint32_t promoted_max = 0;
  std::uint32_t promoted_node_max = 0;
  bool operator==(const allowance&) const = default;
};
struct standing { // of a configured resource
  log_index defined_at{}; // when it got its present definition
  allowance may;
  bool operator==(const standing&) const = default;
};
struct configuration {
  config::cluster value;
  std::map<resource_name, standing> resources;
  bool operator==(const configuration&) const = default;
};

// A definition lives as long as the configuration or a holder refers to it: a stop uses the parameters of its start.
struct definition_key {
  resource_name resource;
  log_index defined_at{};
  auto operator<=>(const definition_key&) const = default;
};
using definition = config::resource;

// --- members ---
struct member_key {
  node_name node{};
  auto operator<=>(const member_key&) const = default;
};

struct never_seen { // configured; what was configured at formation may run there, until it joins or is proved dead
  bool operator==(const never_seen&) const = default;
};
struct joined {
  bool operator==(const joined&) const = default;
};
struct detached { // a planned restart; silence counts from `until` on
  stamp until{};
  bool operator==(const detached&) const = default;
};
struct under_suspicion { // beyond the brake [K8]: no acts, no fencing
  stamp since{};
  std::string evidence{};
  bool operator==(const under_suspicion&) const = default;
};
struct lost { // what it holds is unclean until its boot is proved dead or it joins again
  stamp since{};
  std::string evidence{};
  bool operator==(const lost&) const = default;
};
struct down { // proved dead
  stamp since{};
  bool operator==(const down&) const = default;
};
struct left { // drained and gone
  stamp since{};
  bool operator==(const left&) const = default;
};
using presence = std::variant<never_seen, joined, detached, under_suspicion, lost, down, left>;

struct member {
  bool configured = true;             // false: removed from the configuration, kept while it may hold something
  machine_id machine;                 // none until it first joins
  boot_id boot_mark;                  // fingerprint of the present boot
  log_index boot{};                     // its number: index of the join that brought it; 0 before the first
  session_id session;                 // the latest; index of its join
  presence here;
  std::optional<log_index> dead_up_to; // boots up to this number are proved dead
  std::vector<boot_id> dead_marks{};    // their fingerprints, newest last, at most max_dead_boots
  std::uint64_t reports = 0;          // number of the last report of this session [K9]
  stamp acts_from{};                  // the gate: no acts before [K7]
  std::uint32_t max_level = 1;
  bool operator==(const member&) const = default;
};

// Instances of these resources were not yet probed on this boot: they may run there.
struct inventory_key {
  node_name node{};
  auto operator<=>(const inventory_key&) const = default;
};
struct inventory {
  log_index boot{};
  std::vector<resource_name> pending{}; // sorted, not empty
  bool operator==(const inventory&) const = default;
};

// --- holders: where an instance may be active ---
struct holder_key {
  resource_name resource;
  std::uint32_t ordinal = 0;
  node_name node{};
  log_index boot{};
  auto operator<=>(const holder_key&) const = default;
};

struct starting { // may run already
  bool operator==(const starting&) const = default;
};
struct running {
  bool healthy = true;                // by its monitors
  std::int32_t exit_code = 0;
  bool operator==(const running&) const = default;
};
struct failed { // its start, promote or demote failed, or its probe found it so: it has to be stopped
  std::int32_t exit_code = 0;
  bool demote = false; // its demote failed: it may still be promoted, and only a stop is left
  bool operator==(const failed&) const = default;
};
struct stop_failed { // only a proof of death, or a later good stop, helps
  std::int32_t exit_code = 0;
  bool stuck = false;
  bool operator==(const stop_failed&) const = default;
};
struct unknown { // left over from a boot or session that nobody could ask
  bool operator==(const unknown&) const = default;
};
using phase = std::variant<starting, running, failed, stop_failed, unknown>;

struct open_act {
  log_index id{};
  config::action action{};
  bool withdrawn = false;
  stamp since{}; // for people, and for who waits for its report: nothing in the kernel ends an act by time [K3]
  bool operator==(const open_act&) const = default;
};

struct holder {
  phase now;
  config::role role = config::role::started; // promoted: may be promoted
  std::optional<open_act> open;              // [K3]
  log_index definition{};                      // under which it was started
  bool operator==(const holder&) const = default;
};

// --- decisions and acts ---
struct assignment_key {
  resource_name resource;
  auto operator<=>(const assignment_key&) const = default;
};
struct assignment {
  std::vector<command::placement> places{};
  bool operator==(const assignment&) const = default;
};

struct attempt_key { // the newest attempt on this target
  node_name target{};
  auto operator<=>(const attempt_key&) const = default;
};
struct attempt {
  log_index id{};
  log_index boot{};
  node_name executor{};
  session_id session;
  std::uint32_t level = 1;
  stamp opened_at{};
  enum class end : std::uint8_t { open, proved, failed, executor_lost } ended = end::open;
  std::string note{};
  bool operator==(const attempt&) const = default;
};

struct failure_key {
  resource_name resource;
  node_name node{};
  auto operator<=>(const failure_key&) const = default;
};
inline constexpr std::uint32_t max_in_a_row = 65535; // of failed starts, of failed promotes: more are not counted
struct failures {
  std::uint32_t count = 0;
  stamp last{};
  std::int32_t exit_code = 0;
  std::string note{};
  std::uint32_t failed_starts = 0; // since the last one that succeeded here
  // When the node was last proved dead with this: as it could not be stopped there, or had failed and was to be. Unset:
  // it did not, or it has started there since.
  std::optional<std::chrono::sys_seconds> died_with_it{};
  std::uint32_t failed_promotes = 0; // since the last one that succeeded here; also after a start that did
  bool operator==(const failures&) const = default;
};

struct directive_key {
  command::directive_kind kind{};
  std::string subject{};
  auto operator<=>(const directive_key&) const = default;
};
struct directive {
  config::role role{};
  node_name to{};
  std::string owner{};
  std::string note{};
  std::optional<stamp> expires{};
  bool operator==(const directive&) const = default;
};

// --- attributes ---
struct attribute_key {
  node_name node{}; // empty: of the cluster
  command::lifetime lasts{};
  std::string name{};
  auto operator<=>(const attribute_key&) const = default;
};
struct attribute {
  std::string value{};
  bool operator==(const attribute&) const = default;
};

// --- notices: the open round of a resource ---
struct notices_key {
  resource_name resource;
  auto operator<=>(const notices_key&) const = default;
};
struct notices {
  log_index id{}; // the command that began it
  config::action operation{};
  command::planned what{};
  std::vector<command::placement> active{}; // where it ran when the round began, with the roles of then
  command::notice_stage stage{};
  std::map<node_name, session_id> asked{}; // who has still to be told in this stage, in this session
  bool operator==(const notices&) const = default;
};

// --- the cluster itself ---
struct client_key {
  client_id client;
  auto operator<=>(const client_key&) const = default;
};
struct last_answer {
  std::uint64_t sequence = 0;
  outcome answer;
  bool operator==(const last_answer&) const = default;
};

struct loss {
  node_name node{};
  stamp at{};
  bool operator==(const loss&) const = default;
};
struct charter_key {
  auto operator<=>(const charter_key&) const = default;
};
struct charter { // what makes it this cluster
  lineage_id lineage;
  std::uint32_t level = 1;
  std::vector<voter> voters{};          // sorted
  std::vector<loss> recent_losses{};    // within the brake's window [K8]
  bool operator==(const charter&) const = default;
};

using record_key = std::variant<configuration_key, definition_key, member_key, inventory_key, holder_key, assignment_key,
                                attempt_key, failure_key, directive_key, client_key, charter_key, attribute_key, notices_key>;
using record = std::variant<configuration, definition, member, inventory, holder, assignment, attempt, failures,
                            directive, last_answer, charter, attribute, notices>;

} // namespace troupe::cluster
