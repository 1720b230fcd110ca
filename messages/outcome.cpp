#include "messages/outcome.hpp"

namespace troupe {

std::string_view name_of(refusal r) {
  switch (r) {
  case refusal::none: return "applied";
  case refusal::unknown_node: return "unknown node";
  case refusal::unknown_resource: return "unknown resource";
  case refusal::stale_if: return "a record it relied on has changed";
  case refusal::stale_session: return "names another session of the node";
  case refusal::not_joined: return "the node has not joined";
  case refusal::gated: return "a fence attempt on the node is open or closed too recently";
  case refusal::not_inventoried: return "not yet probed on that node";
  case refusal::act_open: return "another act on it is open there";
  case refusal::would_run_twice: return "it would run more often than it may";
  case refusal::would_promote_twice: return "it would be promoted more often than it may";
  case refusal::not_held: return "it is not there";
  case refusal::wrong_phase: return "it is not in a state for that";
  case refusal::act_closed: return "the act is not open";
  case refusal::stale_join: return "the session to replace is not the present one";
  case refusal::other_machine: return "another machine under the same key";
  case refusal::boot_is_dead: return "that boot was proved dead";
  case refusal::out_of_order: return "reports are missing before this one";
  case refusal::not_its_own: return "only the node itself may say that";
  case refusal::still_holds:
    return "the node may still run resources: let it leave (SIGTERM), or prove that it is dead (`troupe fence`)";
  case refusal::attempt_open: return "a fence attempt on the node is open";
  case refusal::attempt_closed: return "the fence attempt is not open";
  case refusal::boot_gone: return "that boot is not the present one";
  case refusal::no_need: return "nothing there waits for a proof of death";
  case refusal::proof_not_accepted: return "that kind of proof may not be given this way";
  case refusal::stale_config: return "the configuration has changed since";
  case refusal::bad_config: return "the configuration refers to what it does not define";
  case refusal::bad_level: return "not every member knows that level";
  case refusal::too_old: return "a later command of this client was answered already";
  case refusal::no_directive: return "there is no such directive";
  case refusal::too_large: return "a limit is exceeded";
  case refusal::round_open: return "a round of notices of it is open";
  case refusal::round_closed: return "that round of notices is over, or in another stage";
  case refusal::not_promotable: return "it is not promotable";
  case refusal::nothing_changes: return "the configuration is that one already";
  case refusal::key_in_use:
    return "it changes the key of a node that is a member, which would cut it off: let it leave first (SIGTERM)";
  case refusal::is_voter: return "it leaves out a node that votes, and this version changes no voters";
  }
  return "unknown refusal";
}

std::string_view name_of(reason r) {
  switch (r) {
  case reason::none: return "none";
  case reason::operator_request: return "operator request";
  case reason::configuration_changed: return "configuration changed";
  case reason::node_joined: return "node joined";
  case reason::node_silent: return "node silent";
  case reason::daemon_away: return "daemon away";
  case reason::mass_loss: return "mass loss";
  case reason::placement: return "placement";
  case reason::recovery: return "recovery";
  case reason::withdrawn: return "withdrawn";
  case reason::predecessor: return "predecessor";
  case reason::fence_unclean: return "may still run there";
  case reason::fence_failed_stop: return "stop failed there";
  case reason::fencing_off: return "fencing is off";
  case reason::deadline_due: return "deadline due";
  case reason::drain: return "node leaves";
  case reason::result: return "result";
  case reason::formation: return "formation";
  }
  return "unknown reason";
}

} // namespace troupe
