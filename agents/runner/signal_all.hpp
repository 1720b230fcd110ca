// A signal to everyone in a place, while its processes go on forking.
//
// Who is forked between the look and the signal is in nobody's list; sent TERM once, it would live until KILL, a whole
// grace later. A process that has a fatal signal pending forks no more (fork(2) is restarted after its delivery), so
// each look after a signal finds fewer new ones, and one that finds none has told all. Bounded, because who catches TERM
// may fork for ever: whoever is left then is found by KILL.
#pragma once

#include "agents/runner/proc_stat.hpp"

#include <set>

namespace troupe::agents {

inline constexpr int max_signal_looks = 8;

// `members()` gives the processes of the present moment, `send(pid)` signals one. Nobody is signalled twice.
template <class Members, class Send>
void signal_all(const Members& members, const Send& send) {
  std::set<int> told;
  for (int look = 0; look < max_signal_looks; ++look) {
    bool fresh = false;
    for (const auto& each : members()) {
      if (!told.insert(each.pid).second) continue;
      send(each.pid);
      fresh = true;
    }
    if (!fresh) return;
  }
}

} // namespace troupe::agents
