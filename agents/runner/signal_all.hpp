// A signal to everyone in a place, while its processes go on forking.
//
// Who is forked between the look and the signal is in nobody's list; sent TERM once, it would live until KILL, a whole
// grace later. A process that has a fatal signal pending forks no more (fork(2) is restarted after its delivery), so
// each look after a signal finds fewer new ones, and one that finds none has told all. Bounded, because who catches TERM
// may fork for ever: whoever is left then is found by KILL.
#pragma once

#include "agents/runner/proc_stat.hpp"
#include "messages/types/result.hpp"

#include <set>

namespace troupe::agents {

inline constexpr int max_signal_looks = 8;

// `members()` gives the processes of the present moment, or an error; `send(pid)` signals one. Nobody is signalled
// twice. False: it could not be looked for all of them.
template <class Members, class Send>
bool signal_all(const Members& members, const Send& send) {
  std::set<int> told;
  for (int look = 0; look < max_signal_looks; ++look) {
    bool fresh = false;
    auto now = members();
    if (!now) return false;
    for (const auto& each : *now) {
      if (!told.insert(each.pid).second) continue;
      send(each.pid);
      fresh = true;
    }
    if (!fresh) break;
  }
  return true;
}

} // namespace troupe::agents
