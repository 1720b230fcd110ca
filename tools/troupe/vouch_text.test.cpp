#include "tools/troupe/vouch_text.hpp"

#include <doctest/doctest.h>

namespace troupe::vouch_text_test {

using namespace troupe::console;
using namespace std::chrono_literals;

TEST_CASE("the question says what is vouched for, and what it costs if it is wrong") {
  cluster_status c;
  c.proofs = {{node_name{"n1"}, log_index{4}, false, false, false, {}, "", {resource_name{"db"}, resource_name{"vip"}}, 3}};
  member_line m;
  m.node = node_name{"n1"};
  m.here = presence::lost;
  m.since = stamp{1s};
  m.evidence = "no answer for 2.1s";
  m.boot = log_index{4};
  CHECK(cli::vouch_text(c, m, log_index{4}) == R"(n1 is lost since 1970-01-01 00:00:01.000Z (no answer for 2.1s).
It may still run db, vip and 3 more. On your word they are started elsewhere at once: if n1 still runs them, they
run twice, and what both of them write is damaged.
You vouch that n1 is powered off, or was started anew and runs nothing of this cluster: this boot
(4) never comes back. No device checks it.
If that is so, type the node's name: )");
  c.proofs.clear();
  CHECK(cli::vouch_text(c, m, log_index{4}).find("\nNothing that is known runs there.\n") != std::string::npos);
}

} // namespace troupe::vouch_text_test
