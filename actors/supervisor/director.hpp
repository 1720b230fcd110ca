// The director: on the leader, what sees to it that the cluster is as it should be. It lives while this node leads, and
// holds no facts of its own: a copy of the state that follows the log, and what is on its way to the log.
//
//   who is lost            loss_watch     -> NodeLost
//   where everything goes  place(), run by the planner beside it -> Assigned
//   what is due            ready(), through a supervisor per resource -> Act, Withdraw
//   who must be shot       fence_plan     -> FenceAttempt
// Its commands have one client and one sequence, so that each one's outcome is known.
#pragma once

#include "actors/cluster/messages.hpp"
#include "actors/consensus/messages.hpp"
#include "actors/detector/messages.hpp"
#include "actors/env/clock.hpp"
#include "actors/env/env.hpp"
#include "actors/supervisor/fence_plan.hpp"
#include "actors/supervisor/loss_watch.hpp"
#include "actors/supervisor/placing.hpp"
#include "actors/supervisor/supervisor.hpp"
#include "actors/watching/observed.hpp"
#include "conf/timers.hpp"

namespace troupe::supervisor {

struct director_settings {
  node_name self;
  caf::actor ledger, replica, detector;
  bool ignores_orders = false; // plants
  bool ignores_hosts = false;
  bool rings_while_waiting = false;
};

struct director_state {
  env::environment* env = nullptr;
  director_settings set;
  watching::directory_ptr directory;
  std::optional<cluster::mirror> follows;
  readiness ready;
  placing places;
  std::optional<loss_watch> losses;
  fence_plan fences;
  caf::actor planner;
  bool planner_follows = false;             // it has a state, and needs only what has changed since
  std::vector<cluster::delta_ptr> unplaced; // that
  std::map<resource_name, caf::actor> supervisors;

  client_id client;
  std::uint64_t sequence = 0;
  std::map<std::uint64_t, command::cell> acts_on_their_way; // by sequence
  std::optional<std::uint64_t> assigned_on_its_way;         // place() sees no state without it
  std::vector<command::command> outbox;
  std::vector<log_index> placing_causes;
  instant place_at{}; // not before
  bool contacts_asked = false;
  env::alarm alarm;
};
using director_actor = caf::stateful_actor<director_state, watching::observed<caf::event_based_actor>>;

caf::behavior director(director_actor* self, env::environment* env, const watching::directory_ptr& directory,
                       director_settings set);

} // namespace troupe::supervisor
