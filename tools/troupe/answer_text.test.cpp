#include "tools/troupe/plan_text.hpp"
#include "tools/troupe/why_text.hpp"

#include <doctest/doctest.h>

namespace troupe::answer_text_test {

using namespace troupe::console;
using namespace std::chrono_literals;

event numbered(std::uint64_t n, reason why, const char* what, std::vector<std::uint64_t> led_to_it,
               const char* user = "") {
  event e;
  e.index = log_index{n};
  e.at = stamp{std::chrono::seconds{n}};
  e.node = "n2";
  e.user = user;
  e.why = why;
  e.what = what;
  for (auto c : led_to_it) e.causes.push_back(log_index{c});
  return e;
}

TEST_CASE("why: of a long chain the newest are shown, JSON has all") {
  console::explanation e;
  for (std::uint64_t i = 0; i < 50; ++i) e.chain.push_back(numbered(100 - i, reason::recovery, "start db on n2", {}));
  auto text = cli::why_text(e);
  CHECK(text.find("#81 ") != std::string::npos);
  CHECK(text.find("#80 ") == std::string::npos);
  CHECK(text.find("\n  and 30 more before these; `--json` has them\n") != std::string::npos);
  CHECK(cli::why_json(e)["chain"].size() == 50);
}

TEST_CASE("why: how it stands, the chain, the place, what waits") {
  explanation e;
  e.subject = "db";
  e.now = {"db runs on n2", "it belongs on n2"};
  e.chain = {numbered(71, reason::recovery, "start db on n2", {69, 70}),
             numbered(70, reason::result, "boot 4 of n1 is dead (power)", {}),
             numbered(7, reason::operator_request, "standby n3", {}, "alice (1000)")};
  e.chain[2].refused = refusal::unknown_node;
  e.forgotten = {log_index{69}, log_index{3}};
  e.placement = {"db: on n2: the highest score", "* n2: 101 (stickiness 1)", "  n3: standby"};
  e.waits = {{resource_name{"db"}, 0, node_name{"n2"}, "gated", "db on n2 waits: for a gate"}};
  e.others = {"n1: no device"};
  CHECK(cli::why_text(e) == R"(db runs on n2
it belongs on n2

because
  1970-01-01 00:01:11.000Z  #71  start db on n2 (recovery)  <- #69, #70
  1970-01-01 00:01:10.000Z  #70  boot 4 of n1 is dead (power) (result)
  1970-01-01 00:00:07.000Z  #7   standby n3 -- alice (1000) at n2 -- refused: unknown node
  #69, #3 are older than the history of this node; another node's may have more

place
  db: on n2: the highest score
  * n2: 101 (stickiness 1)
    n3: standby

waits
  db on n2 waits: for a gate
  n1: no device
)");
  auto json = cli::why_json(e);
  CHECK(json["chain"][0]["causes"] == nlohmann::ordered_json{69, 70});
  CHECK(json["chain"][2]["user"] == "alice (1000)");
  CHECK(json["forgotten"].size() == 2);
  CHECK(json["placement"]["text"].size() == 3);
}

plan_answer small_plan() {
  plan_answer p;
  p.version = log_index{12};
  p.fencing = config::fencing_policy::devices;
  p.steps = {{0, "act", resource_name{"redis"}, node_name{"n3"}, "stop redis on n3", "under way"},
             {1, "fence", {}, node_name{"n1"}, "fence n1 with ipmi-n1, done by n2", "may still run there"},
             {1, "place", resource_name{"db"}, {}, "db: n1 -> n2", "the highest score"},
             {2, "act", resource_name{"db"}, node_name{"n2"}, "start db on n2", "placement"}};
  return p;
}

TEST_CASE("plan: what changes, what would be done, what would not") {
  auto p = small_plan();
  CHECK(cli::ends_well(p));
  CHECK(cli::plan_text(p) == R"(what would be done, in this order
  -  stop redis on n3                   under way
  1  fence n1 with ipmi-n1, done by n2  may still run there
     db: n1 -> n2                       the highest score
  2  start db on n2                     placement
)");
  p.fencing = config::fencing_policy::none;
  p.changes = {{change_kind::added, "resource zed", {}, false},
               {change_kind::changed, "resource db", {"params.port: 1 -> 2"}, true}};
  p.steps.clear();
  p.waits = {{resource_name{"db"}, 0, node_name{"n2"}, "unclean", "db on n2 waits"}};
  p.others = {"n1: no fence device"};
  p.left_out = 3;
  CHECK_FALSE(cli::ends_well(p));
  CHECK(cli::plan_text(p) == R"(NO FENCING is configured: what may still run on a lost node waits for an operator

changes of configuration version 12
  + resource zed
  ~ resource db: it is restarted where it runs
      params.port: 1 -> 2

what would stay undone
  db on n2 waits
  n1: no fence device

3 lines are left out
)");
  CHECK(cli::plan_json(p)["notices"].size() == 1);
  CHECK(cli::plan_json(p)["changes"][1]["restarts"] == true);
}

TEST_CASE("plan: nothing to do, and what cannot be") {
  plan_answer p;
  p.fencing = config::fencing_policy::devices;
  CHECK(cli::plan_text(p) == "nothing is to be done\n");
  p.refused = "n9 cannot be lost: unknown node";
  CHECK(cli::plan_text(p) == "n9 cannot be lost: unknown node\n");
  CHECK_FALSE(cli::ends_well(p));
  p.refused.clear();
  p.cut = true;
  CHECK(cli::plan_text(p) == "the plan is longer than what is worked out of it\n");
  CHECK_FALSE(cli::ends_well(p));
}

} // namespace troupe::answer_text_test
