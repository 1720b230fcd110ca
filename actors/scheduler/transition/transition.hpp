// The plan, carried out: everything that is done, and every mark that is passed, as whoever follows a transition sees
// it.
//
// A decision needs only the actions that may change something. Carrying them out takes more: a look at what nobody
// knows of, recurring monitors that begin and end, notices to the instances of a clone, failure counts and histories
// that are cleared. None of that changes what is decided, so it is made from the finished plan, and only for those who
// ask for it. The rejected alternative, to plan it all as actions with orderings, makes each decision pay for it.
#pragma once

#include "actors/scheduler/schedule.hpp"
#include "actors/scheduler/transition/passing.hpp"

#include <string>
#include <vector>

namespace troupe::scheduler {

struct step {
  enum class notice : std::uint8_t { none, before, before_done, after, after_done, fenced_done };

  unit_id unit{}; // none: of a node
  node_id node{}; // none: a mark
  task what = task::other;
  std::string name{}; // of what recurs and is no monitor
  std::int64_t interval_ms = 0;
  bool pseudo = false;
  notice about = notice::none; // a mark around the notices that tell of `what`
  action_id act{};             // of the plan; none: it is only here
};

// In an order in which it can be carried out.
std::vector<step> transition(const input& in, const outcome& o);

// The parts. Each adds what it knows of.
using steps = std::vector<step>;
void add_probes(const input& in, const outcome& o, steps& to);
void add_recurring(const input& in, const outcome& o, steps& cancelled, steps& begun);
void add_clean_ups(const input& in, const outcome& o, steps& to);
// What belongs before and after the mark that a clone begins something, or is done with it.
void add_notices(const input& in, const outcome& o, const passing& p, action_id mark, steps& before, steps& after);
// What is told of a stop that a fencing implies.
void add_fencing_notices(const input& in, const outcome& o, action_id stop, steps& to);
void add_load_marks(const input& in, const outcome& o, steps& to);

} // namespace troupe::scheduler
