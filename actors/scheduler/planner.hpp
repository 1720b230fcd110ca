// The stages that make the plan, as one object: actions in actions.cpp, orderings in orderings.cpp, fencing and remote
// nodes in fencing.cpp and remote.cpp.
#pragma once

#include "actors/scheduler/plan.hpp"

#include <map>
#include <set>
#include <utility>

namespace troupe::scheduler {

enum class connection_state : std::uint8_t { alive, resting, stopped, failed, unknown };

class planner {
public:
  planner(const input& in, const cluster_state& s, const assignment& a);
  plan run();

private:
  // --- actions.cpp ---
  action_id make(unit_id u, task what, node_id n, bool optional);
  void judge_runnable(action& a);
  void require(action_id a) { plan_.actions[a].optional = false; }
  void make_unit(unit_id u);
  void make_primitive(unit_id u);
  void make_collective(unit_id u);
  void make_group_marks(unit_id u);
  void make_clone_marks(unit_id u);
  void make_migration(unit_id u, node_id from, node_id to);
  void bring_down(unit_id u, role from, role to, bool optional);
  void bring_up(unit_id u, role from, role to, node_id n, bool optional, bool need_promote);
  void stop(unit_id u, bool optional);
  void demote(unit_id u, bool optional);
  void promote(unit_id u, node_id n, bool optional);
  bool may_migrate(unit_id u, node_id from, node_id to) const;
  struct activity {
    bool active = false, starting = false, stopping = false, promoting = false, demoting = false, promoted = false;
  };
  void look_into(unit_id u, activity& found) const;
  action_id mark(unit_id u, task what, bool optional, bool runnable);
  [[nodiscard]] bool unprobed(unit_id u) const;
  [[nodiscard]] bool probe_due(unit_id u, node_id n) const;
  definition definition_of(unit_id u, node_id n) const;

  // --- orderings.cpp ---
  void order(action_id before, action_id after, std::uint32_t flags, constraint_id origin = {});
  void order(unit_id first, task first_task, unit_id then, task then_task, std::uint32_t flags,
             constraint_id origin = {}, bool missing_blocks = false);
  std::vector<action_id> actions_of(unit_id u, task what) const;
  void order_primitives(unit_id u);
  void order_internally(unit_id u);
  void order_primitive(unit_id u);
  void order_group(unit_id u);
  void order_clone(unit_id u);
  void order_bundle(unit_id u);
  void order_constraint(const struct order& o);
  void order_any_of(const any_of_order& o);
  void order_back(unit_id then, task then_task, unit_id first, task first_task, bool holds, constraint_id origin);

  // --- fencing.cpp ---
  void fence_nodes();
  action_id fence(node_id n, fence_kind kind, const std::string& reason);
  void fence_guest(node_id n);
  void order_against_fencing(action_id fence, node_id n);
  void order_shutdowns();
  void unfence_nodes();
  bool waits_for_unfencing(unit_id u) const;
  std::string unfence_reason(node_id n) const;

  // --- remote.cpp ---
  void order_remote();
  void order_after_connection(unit_id link, action_id id, std::uint32_t flags);
  void order_on_remote(action_id id);
  void order_on_guest(action_id id);
  connection_state connection_of(node_id n) const;
  bool is_unknown(node_id n) const;
  void want_fence(node_id n, const std::string& reason);

  const input& in_;
  const cluster_state& s_;
  const assignment& a_;
  plan plan_;
  std::vector<std::string> fence_reason_; // by node; empty: not to be fenced
  std::vector<bool> to_fence_, guest_reset_;
  bool unfencing_;                                            // some resource provides or requires it
  std::vector<requirement> needs_;                            // by resource
  std::map<std::pair<unit_id, node_id>, definition> changed_; // where it runs with other parameters than now
  std::set<std::pair<action_id, action_id>> constrained_;
};

} // namespace troupe::scheduler
