#include "tools/sim/plants.hpp"

#include <algorithm>
#include <array>

namespace troupe::sim {

static constexpr std::array all{
    plant{"answer-before-sync", "I1", "acceptors and proposers speak before the record they speak of is durable", 3,
          theme::storm},
    plant{"forget-promise", "I1", "a restart reads accepted values, but not what was promised", 3, theme::coups},
    plant{"count-minority", "I1", "half of the voters, rounded down, is called a quorum", 3},
    plant{"adopt-lowest-ballot", "I1", "of several accepted values phase 1 takes the oldest", 4, theme::coups},
    plant{"skip-phase-one-values", "I1", "phase 1 counts promises and ignores the values in them", 3},
    plant{"let-refetched-voter-vote", "I1", "a voter is known by its node, whatever journal it has", 3, theme::storm},
    plant{"accept-below-promise", "I1", "an acceptor takes values of ballots lower than it promised"},
    plant{"choose-any-ballot", "I1", "a follower takes what it accepted for chosen, whatever ballot it is from", 3},
    plant{"ignore-failed-sync", "I11", "a failed sync is taken for a good one", 3},
    plant{"own-clock-in-apply", "I1", "apply() uses the node's calendar instead of the command's stamp", 3},
    plant{"skip-fence-wait", "I4", "what runs on a lost node is taken for stopped"},
    plant{"session-for-boot", "I3", "a new session of a daemon is taken for a new boot: nothing is held or looked for",
          5, theme::machines},
    plant{"free-by-deadline", "I3", "an act that has been open for too long is taken for done"},
    plant{"proof-by-name", "I7", "a proof frees whatever boot its node is in by then", 3},
    plant{"monitor-frees", "I3", "a monitor that finds nothing frees its holder", 3, theme::agents},
    plant{"withdraw-frees", "I3", "a withdrawn start is taken for not run before its node has answered"},
    plant{"acts-from-log", "I5", "a node carries out what an earlier life of it was told", 3},
    plant{"ignore-orders", "I6", "ready() knows no orders"},
    plant{"needless-fence", "I9", "a daemon that is away is taken for a machine that is", 5, theme::machines},
    plant{"failed-is-off", "I4", "a fence call that failed is taken for done"},
    plant{"skip-probe", "I3", "whatever a probe finds is told as nothing"},
    plant{"tell-first-finding", "I8", "of what an instance's monitors find only the first word is told", 3},
    plant{"ring-while-waiting", "I10",
          "the director's alarm rings for a placement that waits for the last one's outcome"},
    plant{"demote-frees", "I3", "what is being demoted is taken for demoted"},
};

std::span<const plant> plants() {
  return all;
}

const plant* plant_named(std::string_view name) {
  auto found = std::find_if(all.begin(), all.end(), [&](const plant& p) { return p.name == name; });
  return found == all.end() ? nullptr : &*found;
}

} // namespace troupe::sim
