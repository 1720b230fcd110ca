#include "actors/history/describe.hpp"

#include <doctest/doctest.h>

namespace troupe::describe_test {

using namespace troupe::history;
using namespace troupe::console;
using namespace troupe::command;

TEST_CASE("what a command says, in one line") {
  node_name n1{"n1"}, n2{"n2"};
  resource_name vip{"vip"};
  CHECK(describe(node_lost{n1, {}, "silent for 2s"}) == "n1 is lost: silent for 2s");
  CHECK(describe(directive{.subject = "n2", .note = "disk"}) == "standby n2: disk");
  CHECK(describe(directive{.subject = "n2", .lifted = true}) == "unstandby n2");
  CHECK(describe(directive{.kind = directive_kind::maintenance}) == "maintenance on for the whole cluster");
  CHECK(describe(directive{.kind = directive_kind::target_role, .subject = "vip"}) == "vip is to be stopped");
  CHECK(describe(troupe::command::cleanup{vip, n1}) == "cleanup of vip on n1");
  CHECK(describe(assigned{{{vip, {{n1}}}, {resource_name{"db"}, {}}}}) == "assigned: vip -> n1; db -> nowhere");
  CHECK(describe(assigned{}) == "assigned");
  CHECK(describe(act{{vip, 2, n1}, config::action::promote, {}, {}}) == "promote vip:2 on n1");
  CHECK(describe(report{n1, {}, 1, {act_done{vip, 0, log_index{7}, act_end::failed, 1, "no route"}}}) ==
        "n1 reports: vip act 7 failed: no route");
  CHECK(describe(attributes{{{n1, lifetime::reboot, "master-vip", "5"}, {{}, lifetime::forever, "a", {}}}}) ==
        "attributes: master-vip of n1 = 5; a of the cluster is gone");
  CHECK(describe(notice_begun{vip, config::action::promote, {}}) == "notices of vip: promote");
  CHECK(describe(notice_turned{vip, log_index{7}, notice_stage::before}) == "notices of vip: told before");
  CHECK(describe(report{n1, {}, 1, {notified{vip, 0, log_index{7}, notice_stage::after}}}) == "n1 reports: vip told");
  CHECK(describe(fence_proof{n1, log_index{3}, config::proof_kind::power, {}, ""}) == "boot 3 of n1 is dead (power)");
}

TEST_CASE("it stays within its limit") {
  assigned many;
  for (int i = 0; i < 500; ++i) many.items.push_back({resource_name{"resource-" + std::to_string(i)}, {}});
  auto text = describe(many);
  CHECK(text.size() == max_shown);
  CHECK(text.ends_with("..."));
  auto e = event_of(log_index{4}, {{}, many}, refusal::none);
  CHECK(e.parts.size() == max_event_parts);
  CHECK(text_of(e, "resource-7") == "assigned: resource-7 -> nowhere");
  CHECK(text_of(e, "n1") ==
        "assigned: resource-0 -> nowhere; resource-1 -> nowhere; resource-2 -> nowhere and 253 more");
}

TEST_CASE("what led to it: as its author says, and what it answers") {
  node_name n1{"n1"};
  resource_name vip{"vip"}, db{"db"};
  troupe::command::command c{
      {.causes = {log_index{9}, log_index{7}}},
      report{n1, {}, 1, {act_done{vip, 0, log_index{7}}, act_done{db, 0, log_index{5}}, probed{db}}}};
  auto e = event_of(log_index{10}, c, refusal::none);
  CHECK(e.causes == std::vector{log_index{5}, log_index{7}, log_index{9}});
  CHECK(e.what == "n1 reports");
  CHECK(e.parts == std::vector<event_part>{{"vip", log_index{7}, "vip act 7 done"},
                                           {"db", log_index{5}, "db act 5 done"},
                                           {"db", {}, "db not there"}});
  CHECK(text_of(e, "db") == "n1 reports: db act 5 done; db not there");
  CHECK(event_of({}, {{}, fence_proof{n1, {}, {}, log_index{3}, ""}}, {}).causes == std::vector{log_index{3}});
  CHECK(event_of({}, {{}, fence_failed{n1, log_index{3}, ""}}, {}).causes == std::vector{log_index{3}});
  CHECK(event_of({}, {{}, withdraw{{}, log_index{3}}}, {}).causes == std::vector{log_index{3}});
}

TEST_CASE("who stands behind it") {
  troupe::command::command c;
  c.from.by = {node_name{"n1"}, "root (0)"};
  c.from.why = reason::operator_request;
  c.what = troupe::command::cleanup{};
  auto e = event_of(log_index{4}, c, refusal::unknown_node);
  CHECK(e == event{log_index{4},
                   {},
                   "n1",
                   "root (0)",
                   reason::operator_request,
                   "cleanup of all resources",
                   refusal::unknown_node,
                   {},
                   {}});
}

} // namespace troupe::describe_test
