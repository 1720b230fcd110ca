// A mark stands for what the members of a collective do: its start, that it is started, and so on. What it is follows
// from theirs.
#pragma once

#include "actors/scheduler/plan.hpp"

#include <vector>

namespace troupe::scheduler {

task begun(task t); // of a mark that all is done, the mark of its beginning

class marks {
public:
  struct flags {
    bool optional = true, runnable = true;
  };

  marks(const cluster_state& s, const plan& p)
    : s_(s)
    , p_(p) {}

  // Of a primitive's action its own; of a mark what it is by its members, on one node if that is named.
  [[nodiscard]] flags of(action_id id, node_id n = {}) const;
  // What does the work of a collective: a bundle's containers start and stop, what is inside is promoted and demoted.
  [[nodiscard]] std::vector<unit_id> members(unit_id u, task what = task::start) const;
  [[nodiscard]] bool is_clone_mark(action_id id) const;

private:
  const cluster_state& s_;
  const plan& p_;
};

} // namespace troupe::scheduler
