// The assignment stage as one object: its parts are in colocation.cpp (who follows whom), wishes.cpp (who is drawn to
// whom), assign.cpp (primitives and groups), instances.cpp (clones and bundles), promotion.cpp (roles), capacity.cpp
// (utilization).
#pragma once

#include "actors/scheduler/assignment.hpp"

namespace troupe::scheduler {

class placer {
public:
  placer(const input& in, const cluster_state& s);
  assignment run();

private:
  // --- assign.cpp ---
  node_id assign(unit_id u, node_id preferred);
  node_id assign_primitive(unit_id u, node_id preferred);
  node_id assign_group(unit_id u, node_id preferred);
  bool assign_best(unit_id u, node_id preferred);
  void settle(unit_id u, node_id n, bool forced);
  void unassign(unit_id u);
  void connect_remote(unit_id u);
  std::vector<node_id> sorted_nodes(unit_id u, node_id active) const;
  node_id best_node(unit_id u, node_id active) const;
  bool only_best(unit_id u, node_id best) const;
  std::uint8_t avoidance(unit_id u, node_id n) const;
  bool better_node(unit_id u, node_id a, node_id b, node_id active) const;
  std::vector<unit_id> assignment_order() const;
  score_row first_wishes(unit_id u);

  // --- colocation.cpp ---
  void hand_down(unit_id member); // to it, what its group is with and what is with its group
  // What hand_down() left: u is the dependent, u is the primary.
  [[nodiscard]] const std::vector<unit_colocation>& with_others(unit_id u) const { return with_others_[u.at()]; }
  [[nodiscard]] const std::vector<unit_colocation>& others_with(unit_id u) const { return others_with_[u.at()]; }
  void add_with_others(unit_id u, const unit_colocation& c);
  void add_others_with(unit_id u, const unit_colocation& c);
  void inherit(unit_id child, unit_id clone, bool all);
  void follow(unit_id dependent, unit_id primary, const unit_colocation& c);
  void follow_primitive(unit_id dependent, unit_id primary, const unit_colocation& c);
  void follow_clone(unit_id dependent, unit_id clone, const unit_colocation& c);
  void follow_promotable(unit_id dependent, unit_id clone, const unit_colocation& c);
  void apply_to_nodes(unit_id dependent, unit_id primary, const unit_colocation& c);
  void apply_to_priority(unit_id dependent, unit_id primary, const unit_colocation& c);
  void heed_placed_dependents(unit_id primary);
  bool influences(const unit_colocation& c, unit_id primary) const;
  bool of_another_role(const unit_colocation& c, unit_id dependent, unit_id primary) const;
  bool pairs_with(unit_id dependent, unit_id clone) const;
  [[nodiscard]] const std::vector<unit_id>& in_turn(unit_id clone) const;
  unit_id first_primitive(unit_id u) const;
  void sort_colocations();
  unit_id matching_instance(unit_id of, unit_id clone, role in_role);
  unit_id instance_on(unit_id clone, node_id n, role in_role) const;
  std::int32_t attribute_of(node_id n, std::int32_t attribute) const;

  // --- wishes.cpp ---
  void begin_wishes(); // for one unit: how far add_wishes may go
  void add_wishes(unit_id from, score_row& row, std::int32_t attribute, double factor, bool toward_primaries,
                  bool positive_only);
  score_row wishes_of(unit_id u, std::int32_t attribute) const;

  // --- instances.cpp ---
  void assign_clone(unit_id u);
  void assign_bundle(unit_id u);
  void distribute(unit_id parent, std::vector<unit_id> instances, std::uint32_t max, std::uint32_t per_node);
  bool assign_instance(unit_id instance, node_id preferred, bool all, std::uint32_t per_node, unit_id parent);
  struct turn {
    unit_id instance;
    node_id here; // none: it is not active
    std::int32_t number = -1;
    std::size_t active_on = 0;
    bool must_leave = false;
    std::int32_t priority = 0;
    bool on_usable = false, parent_may = false, failed = false; // of one that may stay
    std::int32_t wishes = 0;                                    // for its node, see wishes_sum()
    [[nodiscard]] bool before(const turn& other) const;
  };
  [[nodiscard]] turn turn_of(unit_id instance, unit_id parent);
  std::vector<turn> turns_of(const std::vector<unit_id>& instances, unit_id parent);
  bool failed_below(unit_id u) const;
  std::int32_t wishes_sum(unit_id parent, node_id n);
  void lower_everywhere(unit_id u, node_id n);
  void leave_out(unit_id u);

  // --- promotion.cpp ---
  void add_promotion_scores(unit_id clone);
  std::int32_t promotion_score_of(unit_id u, node_id n, bool* is_default) const;
  bool promotion_score_applies(unit_id u, node_id n) const;
  void choose_roles(unit_id clone);
  [[nodiscard]] std::uint64_t failed_promotes(unit_id i) const; // in a row, where it is to be
  void judge_instance(unit_id clone, unit_id instance);
  std::vector<std::int64_t> promotion_index(unit_id clone);
  void set_role(unit_id u, role r);
  void demote_without_quorum();

  // --- capacity.cpp ---
  node_id limit_by_capacity(unit_id u);
  bool has_capacity(node_id n, const std::vector<std::pair<std::int32_t, std::int32_t>>& need) const;
  int compare_capacity(node_id a, node_id b) const;
  std::vector<std::pair<std::int32_t, std::int32_t>> unassigned_need(unit_id u);
  void consume(unit_id u, node_id n, int sign);

  // --- shared ---
  [[nodiscard]] node_id location(unit_id u, bool present) const; // where it is, or will be, if that is one node
  [[nodiscard]] role next_role(unit_id u) const;
  [[nodiscard]] bool any_usable(const score_row& row) const;
  [[nodiscard]] bool usable(unit_id u, node_id n) const;
  [[nodiscard]] bool blocked_below(unit_id u) const;
  score_row& row(unit_id u) { return out_.considered.scores[u.at()]; }
  [[nodiscard]] const score_row& row(unit_id u) const { return out_.considered.scores[u.at()]; }

  const input& in_;
  const cluster_state& s_;
  assignment out_;
  std::vector<std::vector<unit_colocation>> with_others_, others_with_; // by unit, best first
  std::vector<bool> busy_, merging_, promotion_added_;
  std::size_t wish_steps_ = 0; // left of what begin_wishes allowed
  std::vector<std::vector<unit_id>> turns_;             // by unit (clone, bundle): its instances, see in_turn()
  std::vector<std::vector<std::int32_t>> instances_on_; // by unit (clone, bundle), by node
  std::vector<std::size_t> alphabetical_;               // by node: its place in the order of names
  std::vector<node_id> guest_of_;                       // by unit: of what is in a bundle's container, the only node
  std::uint32_t step_ = 0;                              // position in the order of assignment
  bool has_fence_device_ = false;
  bool has_capacity_limits_ = false;
};

} // namespace troupe::scheduler
