// The scheduler as its users see it.
//
//   place()     where each unit belongs and in which role (assignment.hpp)
//   schedule()  the present state, the assignment, the plan, and one decision per unit that changes
//   execute()   the input as it would be after the plan: every action that is required and can run has succeeded
#pragma once

#include "actors/scheduler/plan.hpp"

#include <string>
#include <vector>

namespace troupe::scheduler {

enum class verb : std::uint8_t { start, stop, move, recover, restart, reload, migrate, promote, demote, re_promote };

// What happens to one unit, as one line.
struct decision {
  verb what = verb::start;
  unit_id unit;
  role from_role = role::unknown, to_role = role::unknown;
  node_id from, to;
  std::string reason;
  bool blocked = false;
};

struct outcome {
  cluster_state state;
  assignment placement;
  plan steps;
  std::vector<decision> decisions;
};

outcome schedule(const input& in);
std::vector<decision> decide(const input& in, const cluster_state& s, const assignment& a, const plan& p);

// All actions, in an order that respects the plan.
std::vector<action_id> in_order(const plan& p);
// Is it required and can it run? A start is not itself carried out if a live migration stands for it.
bool carried_out(const plan& p, const action& a);
bool stands_for_migration(const plan& p, const action& a);
// Those that are carried out, in order.
std::vector<action_id> executable(const plan& p);
input execute(input in, const outcome& o);

} // namespace troupe::scheduler
