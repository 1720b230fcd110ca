// Notices: a clone with notify = true has its running instances told before something is done to one of them, and
// after.
//
// What ready() has found due is done in rounds, one at a time for a resource: all are told, what the round is about is
// done, all are told again. A round is about one operation, at all its cells at once, so that whoever is told knows
// whom it concerns. Only the acts of the open round go out; the rest waits. Which comes first: demotions, then
// promotions, because the users wait for these, then stops and starts. (The peer starts before it promotes: its users
// wait for the start of a replica after each loss of a primary.) Whoever is lost, or runs nothing after all, is not
// waited for, and a start that is being retried more and more slowly keeps nobody else waiting. What all were told of may have to wait again (its
// node's neighbour has just come back, and nobody has looked there yet): while nothing of a round has been done and
// nothing else is due, it stays open. The round is a record of the state (cluster::notices), so that a new leader goes
// on where the old one was.
//
// Rejected: each node telling its own instance when it sees an act in the log. Nothing could then be told before an
// act.
#pragma once

#include "actors/supervisor/situation.hpp"

namespace troupe::supervisor {

// Puts the round's next step in the place of the acts that are not its own. For a resource without notices it changes
// nothing.
void arrange_notices(situation& sees, advice& due);

} // namespace troupe::supervisor
