#include "actors/console/service/summary.hpp"

#include <doctest/doctest.h>

namespace troupe::console_summary_test {

using namespace troupe::console;

std::vector<standing> seen(const char* self, const consensus::replica_status& s) {
  std::vector<voter_line> voters{{node_name{"n1"}}, {node_name{"n2"}}, {node_name{"n3"}}};
  set_standings(voters, node_name{self}, s);
  return {voters[0].as, voters[1].as, voters[2].as};
}

TEST_CASE("who votes, as far as this node can know") {
  consensus::replica_status s;
  s.leader = node_name{"n1"};
  using enum standing;
  s.now = consensus::role::follower;
  CHECK(seen("n2", s) == std::vector{votes, votes, votes});
  s.learners = {node_name{"n3"}};
  CHECK(seen("n2", s) == std::vector{votes, votes, learner});
  s.learners.clear();
  s.now = consensus::role::learner;
  CHECK(seen("n3", s) == std::vector{votes, votes, learner});
  s.now = consensus::role::leader;
  CHECK(seen("n1", s) == std::vector{votes, votes, votes});
  s.learners = {node_name{"n3"}, node_name{"n4"}};
  CHECK(seen("n1", s) == std::vector{votes, votes, learner});
  s = {};
  s.now = consensus::role::candidate;
  CHECK(seen("n2", s) == std::vector{unknown, votes, unknown});
}

TEST_CASE("the replica's line") {
  consensus::replica_status s;
  s.now = consensus::role::candidate;
  s.leader = node_name{"n1"};
  s.chosen = slot_number{5};
  s.newest_known = slot_number{7};
  s.snapshot = slot_number{3};
  CHECK(line_of(s) == replica_line{part::candidate, node_name{"n1"}, slot_number{5}, slot_number{7}, slot_number{3}});
}

} // namespace troupe::console_summary_test
