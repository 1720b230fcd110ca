// What became of a command, and why it was made: codes that live in the log, in the state and in answers to clients.
// Append only: a code's number is for ever.
#pragma once

#include "messages/types/ids.hpp"

#include <cstdint>
#include <string_view>

namespace troupe {

// Why apply() refused. The kernel's rule is in brackets (docs/ARCHITECTURE.md, "The kernel").
enum class refusal : std::uint8_t {
  none = 0,            // applied
  unknown_node = 1,
  unknown_resource = 2,
  stale_if = 3,        // [K5] a record the planner relied on has changed: ordinary, plan again
  stale_session = 4,   // [K4] the act names another session than the node's present one
  not_joined = 5,      // [K4] the node is lost, left, detached, suspected or was never there
  gated = 6,           // [K4, K7] a fence attempt on it is open, or closed less than late-margin ago
  not_inventoried = 7, // [K4] the instance's probe has not reported from there
  act_open = 8,        // [K3] one open act per instance and node
  would_run_twice = 9, // [K1]
  would_promote_twice = 10, // [K2]
  not_held = 11,       // stop, promote or demote of what is not there
  wrong_phase = 12,    // the instance must be stopped first, or is already in that role
  act_closed = 13,     // [K3] the act it names is not open
  stale_join = 14,     // [K9] Join is compare-and-set on the session it replaces
  other_machine = 15,  // the key is known, the machine is another one: replace it by name
  boot_is_dead = 16,   // [K9] a boot once proved dead never joins again
  out_of_order = 17,   // [K9] reports come in session order
  not_its_own = 18,    // [K9] reports and joins come from their own node
  still_holds = 19,    // a node leaves, or is removed, when it holds nothing
  attempt_open = 20,   // [K7] one open fence attempt per target
  attempt_closed = 21, // [K6, K7] proof or failure for an attempt that is not open
  boot_gone = 22,      // [K6] the boot is not the target's present one
  no_need = 23,        // [I9] nothing on the target waits for a proof of death
  proof_not_accepted = 24, // [K6] that kind of proof may not be given this way
  stale_config = 25,   // compare-and-set on the configuration's version
  bad_config = 26,     // references that lead nowhere
  bad_level = 27,      // a level this cluster does not have, or not every member knows
  too_old = 28,        // the client's sequence lies before its last answered one
  no_directive = 29,   // there is nothing to lift
  too_large = 30,      // a named limit of messages/command.hpp is exceeded
  round_open = 31,     // one round of notices per resource
  round_closed = 32,   // the round of notices it names is not open, or in another stage
  not_promotable = 33, // nothing of what it names can be promoted
  nothing_changes = 34, // the configuration is that one already
  key_in_use = 35,     // a member would be cut off, and fenced for its silence
  is_voter = 36,       // a voter leaves the configuration with a change of voters only
};
inline constexpr refusal last_refusal = refusal::is_voter;
std::string_view name_of(refusal r);
// True for refusals that two planners racing produce in the ordinary course; any other is a bug of the planner.
constexpr bool is_ordinary(refusal r) {
  return r == refusal::stale_if || r == refusal::round_open || r == refusal::round_closed;
}

// Why a command was made. Its text lives in one place (explanations), this is the fact.
enum class reason : std::uint8_t {
  none = 0,
  operator_request = 1,
  configuration_changed = 2,
  node_joined = 3,
  node_silent = 4,       // no acknowledgement and suspected by the detector
  daemon_away = 5,       // its host answered, its daemon did not come back within restart-grace
  mass_loss = 6,         // beyond the brake
  placement = 7,         // place() assigned it there
  recovery = 8,          // it failed
  withdrawn = 9,         // its planner changed its mind
  predecessor = 10,      // an order asks for it
  fence_unclean = 11,    // what may run there must be proved dead
  fence_failed_stop = 12,
  fencing_off = 13,      // fencing = "off": assumed dead
  deadline_due = 14,
  drain = 15,            // the node leaves
  result = 16,           // a node reports
  formation = 17,        // genesis
};
std::string_view name_of(reason r);

// What a client learns of its command, exactly once and the same at every retry.
struct outcome {
  log_index index;                    // where the command stands in the log
  refusal refused = refusal::none;
  bool operator==(const outcome&) const = default;
};

} // namespace troupe
