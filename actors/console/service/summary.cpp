#include "actors/console/service/summary.hpp"

#include <algorithm>

namespace troupe::console {

replica_line line_of(const consensus::replica_status& s) {
  auto as = part::none;
  switch (s.now) {
  case consensus::role::learner: as = part::learner; break;
  case consensus::role::follower: as = part::follower; break;
  case consensus::role::candidate: as = part::candidate; break;
  case consensus::role::leader: as = part::leader; break;
  }
  return {as, s.leader, s.chosen, s.newest_known, s.snapshot};
}

void set_standings(std::vector<voter_line>& voters, const node_name& self, const consensus::replica_status& s) {
  bool told = s.now == consensus::role::leader || !s.leader.empty();
  for (auto& v : voters) {
    bool learns = std::find(s.learners.begin(), s.learners.end(), v.node) != s.learners.end();
    if (v.node == self)
      v.as = s.now == consensus::role::learner ? standing::learner : standing::votes;
    else if (told)
      v.as = learns ? standing::learner : standing::votes;
    else
      v.as = standing::unknown;
  }
}

} // namespace troupe::console
