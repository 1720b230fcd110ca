// The plan: actions, what must come before what, and (after propagation) what is required and can run.
//
// An action that may turn out to be needed exists from the start as `optional` (a running resource has an optional stop
// and an optional start: together a restart); orderings then make it required or unable to run, until nothing changes
// any more.
#pragma once

#include "actors/scheduler/assignment.hpp"

#include <string>
#include <vector>

namespace troupe::scheduler {

struct action {
  unit_id unit; // none: of a node
  node_id node; // none: of a collective, or of what goes nowhere
  task what = task::other;
  std::int64_t interval_ms = 0;
  bool optional = true;
  bool runnable = true;
  bool pseudo = false;     // a mark; nothing is executed
  bool always = false;     // carried out though nothing changes: a start that was already under way
  bool migratable = false; // part of a live migration as long as nothing forces a restart
  requirement needs = requirement::nothing;
  std::string reason;
  std::uint32_t needed_before = 0; // one_or_more: how many of its predecessors must be able to run
  constraint_id origin{};          // one_or_more: whose mark it is
};

// What an edge does besides putting `before` before `after`.
enum edge_flag : std::uint32_t {
  sequence = 0,
  implies_then = 1u << 0, // before required -> after required
  holds_up = 1u << 1,     // before is a stop: if it cannot be done after cannot run; no migration if after restarts
  promoted_implies_first = 1u << 2,
  implies_first_migratable = 1u << 3,
  runnable_left = 1u << 4, // before unrunnable -> after unrunnable
  pseudo_left = 1u << 5,
  restart = 1u << 6, // a stop and the start after it
  asymmetrical = 1u << 7,
  one_or_more = 1u << 8,
  same_node = 1u << 9,
  implies_then_on_node = 1u << 10,
};

struct edge {
  action_id before, after;
  std::uint32_t flags = sequence;
  constraint_id origin{};
};

enum class fence_kind : std::uint8_t { reboot, off, on };
struct fencing_action {
  node_id node;
  action_id what;
  fence_kind kind = fence_kind::reboot;
  std::string reason;
};

struct plan {
  table<action_id, action> actions;
  std::vector<edge> edges;
  std::vector<std::vector<action_id>> of_unit;
  std::vector<fencing_action> fencing;
  std::vector<unit_id> inhibited; // without a partner on their node: they are or become inactive, wherever they belong
  std::vector<unit_id> reloads;   // parameters changed that need no restart
  std::vector<std::string> notes;
};

// Stage 4: every action that may be needed.
class action_maker;
// Stage 5: every ordering. Stage 6: propagation. Together:
plan make_plan(const input& in, const cluster_state& s, const assignment& a);

void propagate(const input& in, const cluster_state& s, const assignment& a, plan& p);

// In words: why something else is required, or cannot run, because of this action.
std::string reason_of(const input& in, const cluster_state& s, const action& because, bool required);

action_id find_action(const plan& p, unit_id u, task what, node_id n = {});
bool has_prefix_role(role r);

} // namespace troupe::scheduler
