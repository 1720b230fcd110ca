// Questions about who may run what. Pure readings of the state; the kernel's rules, the planner and `status` ask the
// same ones, so that they cannot disagree.
#pragma once

#include "actors/cluster/state.hpp"

#include <optional>

namespace troupe::cluster {

// nullptr: never configured, or removed and held by nobody.
const member* member_of(const state& s, const node_name& node);

// It is here, or may be back at any moment as it was: not lost, left, down or never seen.
bool is_present(const member& m);
// It has not been here, has left, or is dead: nothing of it talks to the cluster.
bool is_away(const member& m);
// It is here, or away for a planned restart, and nobody has missed it.
bool is_trusted(const member& m);
// It was missed, and has not joined since: what it held is unclean, or free if its boot is proved dead.
bool is_lost_or_dead(const member& m);
// So it is, or it has left: its silence says nothing new.
bool is_written_off(const member& m);

// The session that acts may name: set for a member that is joined (not suspected, detached, lost, left, down).
std::optional<session_id> acting_session(const state& s, const node_name& node);

// The configured resource, or nullptr.
const standing* standing_of(const state& s, const resource_name& resource);

// The role that it is to have: an operator's word for it, or for its group ("": none), else the configuration's.
config::role wanted_role(const state& s, const config::resource& r, const std::string& group);

// The definition a holder was started with, or the configured one when there is no holder; nullptr: neither is there.
const definition* definition_of(const state& s, const resource_name& resource, log_index defined_at);

// True if `resource` was not yet probed on the node's present (or last) boot, so that it may run there.
bool not_inventoried(const state& s, const resource_name& resource, const node_name& node);

// Where a resource may be active, counted as [K1] and [K2] do: each holder is one, an instance not yet inventoried
// counts as many as may be on a node.
struct head_count {
  std::uint32_t active = 0;
  std::uint32_t promoted = 0;
};
head_count may_be_active(const state& s, const resource_name& resource);
head_count may_be_active_on(const state& s, const resource_name& resource, const node_name& node);

// Calls `visit(key, holder)` for each holder on the node, of whatever boot.
template <class Visit>
void for_each_holder_on(const state& s, const node_name& node, Visit visit) {
  for (auto& [key, found] : s.all<holder_key>())
    if (key.node == node) visit(key, found.value);
}

// Calls `visit(key, holder)` for each holder of the resource.
template <class Visit>
void for_each_holder_of(const state& s, const resource_name& resource, Visit visit) {
  auto& all = s.all<holder_key>();
  for (auto at = all.lower_bound({resource, 0, node_name{}, log_index{}}); at != all.end(); ++at) {
    if (at->first.resource != resource) break;
    visit(at->first, at->second.value);
  }
}

// True if it is held on some node, on whatever boot.
bool is_held(const state& s, const resource_name& resource);

// Would this assignment change the state? That a resource is to be nowhere is news of one that was assigned a place, or
// is held somewhere: then nothing stops it before that is decided.
bool is_news(const state& s, const command::assignment& a);

// True if anything may be active on the node, on whatever boot.
bool holds_anything(const state& s, const node_name& node);

// True if something waits for a proof that the node's present boot is dead: it is lost and may hold something, or a
// stop failed there. Not under suspicion: whatever failed there before, nothing is fenced beyond the brake [K8]. Not
// when the boot is proved dead already: what is still held did not accept that proof, and another shot adds nothing.
bool needs_proof(const state& s, const node_name& node);

// The first command after which it could not be stopped there and still is not; nullopt: there is none.
std::optional<log_index> unstopped_since(const state& s, const resource_name& resource, const node_name& node);

// What could not be stopped on the node, if that is only what fencing it does not mend: then not the node is broken but
// the resource. To fence one after the other for it, or one again and again, would take down all else. Just before
// - the node was proved dead when it could not be stopped here, and it has not started here since: what a look finds of
//   it after the boot, if its agent fails at that too, is not what another boot would end; or
// - on another node it could not be started, nor could it be started here; or
// - on another node it could not be stopped, and that node has died with it, or waits to be fenced since before; or so
//   it was with another resource of the same agent, and both times the agent was not there.
enum class breakage : std::uint8_t { stop_again, start_elsewhere, stop_elsewhere };
struct broken_resource {
  resource_name resource;
  breakage how{};
  node_name elsewhere; // or here again
  resource_name other; // which failed there
};
// All that could not be stopped there, if all of it is of that kind; otherwise none of it.
std::vector<broken_resource> broken_beyond_node(const state& s, const node_name& node);
inline constexpr std::chrono::minutes same_breakage{10}; // between the failures here and there, at most
// So long a node's boot may take, and the look that follows, after it has died with something.
inline constexpr std::chrono::hours boot_mends_within{1};

// Its failed stops were cleaned up (their failures are forgotten), so that each is tried once more before anything else
// is done about them: what fails again counts again.
bool failed_stops_are_tried_again(const state& s, const node_name& node);

// The newest boot of the node that is proved dead while something is still held on it: what did not accept that proof.
// Nobody can ask a dead boot, so only a kind of proof that it does accept frees it: the next start, or an operator's word.
std::optional<log_index> dead_but_held(const state& s, const node_name& node);

// Nobody is to touch it on that node: it is not managed, or in maintenance, as its group ("": none), its node or the
// whole cluster may be.
bool left_alone(const state& s, const resource_name& resource, const node_name& node, const std::string& group);
// So it is with all that the node holds, or may hold.
bool holds_only_what_is_left_alone(const state& s, const node_name& node);
// So it is with all that could not be stopped there: whatever comes of it, nobody wants it mended now.
bool failed_stops_are_left_alone(const state& s, const node_name& node);

// The version of what an act may rely on [K5].
log_index version_of(const state& s, const command::relies_on& what);

} // namespace troupe::cluster
