// The commands of the log: every fact of the cluster is one of these. Cluster state = fold(apply, log).
//
// A command says who wants it, why and on what grounds, never what it leads to: that is apply()'s (actors/cluster).
// An equal value is no command. A command means what its level says; new bodies come with a new level.
#pragma once

#include "messages/config.hpp"
#include "messages/level.hpp"
#include "messages/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::command {

inline constexpr std::size_t max_causes = 8;
inline constexpr std::size_t max_ifs = 256;
inline constexpr std::size_t max_report_items = 4096;
inline constexpr std::chrono::hours max_detach{1};
inline constexpr std::size_t max_attribute_name = 255;   // bytes
inline constexpr std::size_t max_attribute_value = 4096; // bytes
inline constexpr std::size_t max_attribute_items = 256;  // of one command
inline constexpr std::size_t max_note = 1024; // bytes of an operator's reason, of evidence, of an agent's last words

// Who stands behind a command. A node may speak only for itself; an operator is known by the credentials of the
// caller of the control socket.
struct principal {
  node_name node{};                    // where it came from
  std::optional<std::string> user{};   // an operator: "alice (1000)"; unset: the node itself, or the leader
  bool operator==(const principal&) const = default;
};

struct provenance {
  std::uint32_t level = known_level;
  stamp at{};
  std::vector<log_index> causes{};     // the commands that led to this one; at most max_causes
  reason why = reason::none;
  principal by{};
  client_id client{};                  // 0: nobody waits for an answer
  std::uint64_t sequence = 0;        // of the client, rising
  bool operator==(const provenance&) const = default;
};

// --- membership ---
struct node_joined {
  node_name node{};
  machine_id machine{};
  boot_id boot{};
  session_id replaces{};               // its session before, 0 for none: compare-and-set
  std::uint32_t max_level = known_level; // what its program knows
  bool operator==(const node_joined&) const = default;
};
struct node_left { // it drained and holds nothing
  node_name node{};
  session_id session{};
  bool operator==(const node_left&) const = default;
};
struct detach { // a planned restart of the daemon or of the machine: no suspicion before `until`
  node_name node{};
  session_id session{};
  stamp until{};
  bool operator==(const detach&) const = default;
};
struct suspected { // no acts, no fencing; `lifted` takes it back when the node is heard again
  node_name node{};
  session_id session{};
  bool lifted = false;
  std::string evidence{};
  bool operator==(const suspected&) const = default;
};
struct node_lost {
  node_name node{};
  session_id session{};                // 0: it was configured at formation and never seen
  std::string evidence{};
  bool operator==(const node_lost&) const = default;
};

// --- configuration and operators ---
struct config_set {
  log_index replaces{};                // version of the configuration that this one was made from
  config::cluster configuration{};
  bool operator==(const config_set&) const = default;
};

// Subject: a node, a resource or group, or (maintenance only) the whole cluster, "".
enum class directive_kind : std::uint8_t { standby, maintenance, target_role, move };
struct directive {
  directive_kind kind{};
  std::string subject{};
  bool lifted = false;
  config::role role{};               // target_role
  node_name to{};                      // move
  std::string note{};                  // why, in the operator's words
  std::optional<stamp> expires{};
  bool operator==(const directive&) const = default;
};
struct cleanup { // forgets failures; an empty name means all
  resource_name resource{};
  node_name node{};
  bool operator==(const cleanup&) const = default;
};

// --- what should run where ---
struct placement {
  node_name node{};
  std::uint32_t ordinal = 0;         // of a globally unique clone's instance, else 0
  config::role role = config::role::started;
  auto operator<=>(const placement&) const = default;
};
struct assignment {
  resource_name resource{};
  std::vector<placement> places{};     // sorted; empty: nowhere
  bool operator==(const assignment&) const = default;
};
struct assigned {
  std::vector<assignment> items{};
  bool operator==(const assigned&) const = default;
};

// --- acts ---
// One instance on one node. The ordinal is 0 but for globally unique clones.
struct cell {
  resource_name resource{};
  std::uint32_t ordinal = 0;
  node_name node{};
  auto operator<=>(const cell&) const = default;
};

// What an act may rely on [K5]. Nothing that churns: no attributes, monitor results, clocks.
struct relies_on {
  enum class what : std::uint8_t { assignment, cell, session, standby };
  what kind{};
  resource_name resource{}; // assignment, cell
  std::uint32_t ordinal = 0; // cell
  node_name node{};         // cell, session, standby
  log_index version{};      // 0: there was no such record
  bool operator==(const relies_on&) const = default;
};

struct act {
  cell at{};
  config::action action{};
  session_id session{};
  std::vector<relies_on> ifs{};
  bool operator==(const act&) const = default;
};
struct withdraw { // the node answers `not_run`, or with a result
  cell at{};
  log_index act{};
  bool operator==(const withdraw&) const = default;
};

// --- reports, from the node itself ---
// What agents answer to a monitor of an instance that is promoted (OCF); the kernel counts it as such [K2].
inline constexpr std::int32_t exit_running_promoted = 8, exit_failed_promoted = 9;
enum class act_end : std::uint8_t {
  ok,
  failed,  // the agent said so
  not_run, // withdrawn before it began
  stuck,   // time-out and KILL did not end it: counts as a failed stop
};
struct act_done {
  resource_name resource{};
  std::uint32_t ordinal = 0;
  log_index act{};
  act_end end{};
  std::int32_t exit_code = 0;
  std::string note{};                  // the agent's exit reason
  bool operator==(const act_done&) const = default;
};
enum class finding : std::uint8_t { not_held, started, promoted, failed };
struct probed { // the inventory: what a session found of one instance
  resource_name resource{};
  std::uint32_t ordinal = 0;
  finding found{};
  std::int32_t exit_code = 0;
  bool operator==(const probed&) const = default;
};
struct monitored { // a recurring monitor's answer has changed
  resource_name resource{};
  std::uint32_t ordinal = 0;
  bool healthy = true;
  std::int32_t exit_code = 0;
  std::string note{};
  bool operator==(const monitored&) const = default;
};
// --- notices: instances of a clone with notify = true are told before something is done to one of them, and after it.
// Rounds: all are told (before), what was told of is done (acting), all are told (after), and the next round may begin ---
enum class notice_stage : std::uint8_t { before, acting, after };
struct notified { // told; what the agent thought of it is nobody's concern
  resource_name resource{};
  std::uint32_t ordinal = 0;
  log_index round{};
  notice_stage stage{};
  bool operator==(const notified&) const = default;
};
using report_item = std::variant<act_done, probed, monitored, notified>;
struct report {
  node_name node{};
  session_id session{};
  std::uint64_t number = 0;          // 1, 2, 3 ... within the session [K9]
  std::vector<report_item> items{};
  bool operator==(const report&) const = default;
};

// --- fencing ---
struct fence_attempt {
  node_name target{};
  log_index boot{};                    // of the target; see member::boot
  node_name executor{};
  session_id session{};                // of the executor
  std::uint32_t level = 1;
  bool operator==(const fence_attempt&) const = default;
};
struct fence_failed {
  node_name target{};
  log_index attempt{};
  std::string note{};
  bool operator==(const fence_failed&) const = default;
};
struct fence_proof {
  node_name target{};
  log_index boot{};                    // this one and all before it are dead
  config::proof_kind kind{};
  log_index attempt{};                 // power: the open attempt that it ends; else 0
  std::string note{};
  bool operator==(const fence_proof&) const = default;
};

// --- attributes: what agents and operators note of a node; promotion scores are such (see actors/cluster/attributes.hpp) ---
enum class lifetime : std::uint8_t {
  reboot,  // until its node is lost, leaves or starts anew
  forever,
};
struct attribute_item {
  node_name node{}; // empty: of the cluster, and then forever
  lifetime lasts{};
  std::string name{};
  std::optional<std::string> value{}; // unset: it is gone
  bool operator==(const attribute_item&) const = default;
};
struct attributes { // what has changed, of all that one node was told meanwhile
  std::vector<attribute_item> items{};
  bool operator==(const attributes&) const = default;
};

// --- rounds of notices; of one resource one at a time ---
struct planned { // what is to be done to its instances, as far as anybody knows when the round begins
  std::vector<placement> starting{}, stopping{}, promoting{}, demoting{}; // roles mean nothing here
  bool operator==(const planned&) const = default;
};
struct notice_begun {
  resource_name resource{};
  config::action operation{}; // which of the four lists is what this round is about
  planned what{};
  bool operator==(const notice_begun&) const = default;
};
struct notice_turned { // to its next stage; after the last one it is over
  resource_name resource{};
  log_index round{};
  notice_stage from{}; // compare-and-set
  bool operator==(const notice_turned&) const = default;
};

// --- the cluster itself ---
struct level_set {
  std::uint32_t level = 1;
  bool operator==(const level_set&) const = default;
};
struct tick { // a deadline in the state is due
  bool operator==(const tick&) const = default;
};

using body = std::variant<node_joined, node_left, detach, suspected, node_lost, config_set, directive, cleanup, assigned,
                          act, withdraw, report, fence_attempt, fence_failed, fence_proof, level_set, tick, attributes,
                          notice_begun, notice_turned>;

struct command {
  provenance from{};
  body what{};
  bool operator==(const command&) const = default;
};

} // namespace troupe::command
