#include "tools/troupe/status_text.hpp"

#include <doctest/doctest.h>

namespace troupe::status_text_test {

using namespace troupe::console;
using cli::concerns, cli::status_json, cli::status_text;
using namespace std::chrono_literals;
using config::action;
using config::role;

service_line service(const char* name, std::vector<const char*> nodes, service_state now, const char* group = "") {
  service_line s;
  s.resource = resource_name{name};
  s.group = group;
  s.wanted = role::started;
  s.assigned = log_index{7};
  for (auto n : nodes) s.places.push_back({node_name{n}, 0, role::started});
  s.now = now;
  return s;
}
holder_line held(const char* r, const char* n, phase now = phase::running, std::optional<action> open = {}) {
  return {resource_name{r}, 0, node_name{n}, now, role::started, 0, open};
}
member_line member(const char* name, presence here) {
  member_line m;
  m.node = node_name{name};
  m.here = here;
  m.session = session_id{4};
  m.boot = log_index{4};
  if (here == presence::lost) m.since = stamp{20s}, m.evidence = "no answer for 2.1s";
  return m;
}

node_status healthy() {
  cluster_status c;
  c.name = "shop";
  c.index = log_index{40};
  c.configuration = log_index{12};
  c.fencing = config::fencing_policy::devices;
  c.members = {member("n1", presence::joined), member("n2", presence::joined), member("n3", presence::joined)};
  for (auto n : {"n1", "n2", "n3"}) c.voters.push_back({node_name{n}, standing::votes});
  c.services = {service("db", {"n2"}, service_state::good), service("vip", {"n1"}, service_state::good, "front"),
                service("haproxy", {"n1"}, service_state::good, "front"),
                service("redis", {"n1", "n2"}, service_state::good)};
  c.services[3].cloned = true;
  c.holders = {held("db", "n2"), held("haproxy", "n1"), held("redis", "n1"), held("redis", "n2"), held("vip", "n1")};
  c.holders[3].role = role::promoted;
  return {node_name{"n1"},
          session_id{4},
          "",
          c,
          {part::leader, node_name{"n1"}, slot_number{30}, slot_number{30}, {}},
          {},
          {},
          {}};
}

TEST_CASE("all is well") {
  CHECK(status_text(healthy()) == R"(cluster shop, lineage 00000000, level 1, configuration version 12
as n1 sees it (leader), at command 40 of 1970-01-01 00:00:00.000Z; leader: n1

members
  NODE  STATE   TAKES PART AS  SESSION  BOOT
  n1    joined  voter, leads   4        4
  n2    joined  voter          4        4
  n3    joined  voter          4        4

services
  RESOURCE       RUNS ON            STATE
  db             n2                 running
  front (group)
    vip          n1                 running
    haproxy      n1                 running
  redis          n1, n2 (promoted)  2 running

nothing is pending
)");
  CHECK(concerns(healthy()).empty());
  CHECK(status_json(healthy())["pending"].empty());
}

// n2 is gone, db was on it; n1 has taken over the group, and its start takes its time.
node_status troubled() {
  auto s = healthy();
  auto& c = *s.cluster;
  c.members[1] = member("n2", presence::lost);
  c.services[0] = service("db", {"n3"}, service_state::waits);
  c.services[1].now = service_state::under_way;
  c.services[2].now = service_state::nowhere;
  c.services[2].managed = false;
  c.holders = {held("db", "n2"), held("haproxy", "n3", phase::stop_failed),
               held("vip", "n1", phase::starting, action::start)};
  c.holders[1].exit_code = 6;
  c.waits = {{resource_name{"db"}, 0, node_name{"n3"}, "unclean", "db on n3 waits: for n2"},
             {resource_name{"vip"}, 0, node_name{"n1"}, "act-open", "vip on n1: its operation is under way"}};
  c.overdue = {
      {resource_name{"vip"}, 0, node_name{"n1"}, action::start, log_index{38}, stamp{1s}, 20s, 25s + 700ms, true}};
  c.proofs = {{node_name{"n2"},
               log_index{4},
               false,
               false,
               false,
               {device_name{"ipmi-n2"}},
               "no route",
               {resource_name{"db"}},
               2}};
  return s;
}

TEST_CASE("what is wrong stands in the table, and at the end with what frees it") {
  auto text = status_text(troubled());
  auto tail = text.substr(text.find("\nservices"));
  CHECK(tail == R"(
services
  RESOURCE       RUNS ON  STATE
  db             n2       waits
  front (group)
    vip          -        start on n1 under way
    haproxy      -        no node may run it, stop failed on n3 (exit code 6, not configured), left alone
  redis          -        0 running

pending
  n2 is lost (no answer for 2.1s): what ran there waits for a proof of its death, or for its return
  n2 is not proved dead, and may still run db and 2 more; fencing it by ipmi-n2 failed (no route): if you know that it is off: `troupe fence n2 --confirmed-off --reason TEXT`
  vip on n1: start is under way
  vip on n1: its start (act 38) is under way for 25s, and may take 20s; n1 reports when it has ended it. If it does not: `troupe fence n1`
  haproxy runs nowhere: no node may run it; `troupe why haproxy` tells for each
  db on n3 waits: for n2
)");
}

std::string about_proof(config::fencing_policy policy, proof_line p) {
  auto s = healthy();
  s.cluster->fencing = policy;
  s.cluster->proofs = {std::move(p)};
  auto said = concerns(s);
  REQUIRE(said.size() == 1);
  return said[0];
}

TEST_CASE("a node that must be proved dead: each way out") {
  using enum config::fencing_policy;
  proof_line p{node_name{"n2"}, log_index{4}, false, false, false, {}, "", {resource_name{"db"}}, 0};
  CHECK(about_proof(none, p) ==
        "n2 is not proved dead, and may still run db; no fence device has it as a target: if you "
        "know that it is off: `troupe fence n2 --confirmed-off --reason TEXT`");
  CHECK(about_proof(off, p) == "n2 is not proved dead, and may still run db; fencing is off, so it is taken for dead");
  p.here = true;
  CHECK(about_proof(none, p) ==
        "a stop failed on n2, which runs db; no fence device has it as a target: `troupe cleanup` "
        "stops it once more; or switch n2 off, and vouch for it then");
  p.devices = {device_name{"ipmi"}, device_name{"pdu"}};
  CHECK(about_proof(devices, p) ==
        "a stop failed on n2, which runs db; ipmi, pdu can fence it: `troupe fence n2` if nothing does");
  auto spared = p;
  spared.spared = "db is broken";
  CHECK(about_proof(devices, spared) == "db is broken");
  p.left_over = true;
  CHECK(about_proof(devices, p) == "n2 is proved dead, but db accepts no such proof and is not started elsewhere: its "
                                   "next start may free it, or your "
                                   "word that it was off: `troupe fence n2 --confirmed-off --reason TEXT`");
}

TEST_CASE("a fencing that failed is noted for an hour, and is a concern as long as something waits for it") {
  auto s = healthy();
  auto& c = *s.cluster;
  c.attempts = {{node_name{"n2"}, node_name{"n1"}, stamp{40s}, "no route", true, 1h - 1ms}};
  CHECK(concerns(s).empty());
  CHECK(cli::notices(s) ==
        std::vector<std::string>{
            "the fencing of n2 by n1, 1970-01-01 00:00:40.000Z, failed (no route). Nothing waits for it"});
  c.proofs = {{node_name{"n2"},
               log_index{4},
               false,
               false,
               false,
               {device_name{"ipmi"}},
               "no route",
               {resource_name{"db"}},
               0}};
  REQUIRE(concerns(s).size() == 1);
  CHECK(concerns(s)[0].starts_with("n2 is not proved dead"));
  CHECK(cli::notices(s).empty());
  c.proofs.clear();
  c.attempts[0].age = 1h;
  CHECK(cli::notices(s).empty());
  CHECK(status_json(s)["cluster"]["fence_attempts"][0]["failed"] == true);
}

TEST_CASE("the price of no fencing is stated every time, and is no fault") {
  auto s = healthy();
  for (auto [policy, words] :
       {std::pair{config::fencing_policy::off, "\nFENCING IS OFF: a lost node is taken for dead, and "
                                               "what it still runs may run twice\n"},
        std::pair{config::fencing_policy::none, "\nNO FENCING is configured: what may still run on a "
                                                "lost node waits for an operator\n"}}) {
    s.cluster->fencing = policy;
    CHECK(status_text(s).find(words) != std::string::npos);
    CHECK(status_json(s)["notices"].size() == 1);
    CHECK(concerns(s).empty());
  }
}

TEST_CASE("who was turned away is shown, but for what every crash leaves behind") {
  auto s = healthy();
  s.refused = {{"wrong key", 2, "10.0.0.9:1", "n3"}, {"truncated", 1, "10.0.0.2:1"}, {"unexpected", 1, "10.0.0.2:1"}};
  CHECK(status_text(s).find("\nturned away at the door of " + s.node.text +
                            "\n  wrong key  2 times  last at 1970-01-01 00:00:00.000Z  from 10.0.0.9:1, as n3\n") !=
        std::string::npos);
  CHECK(status_text(s).find("truncated") == std::string::npos);
  CHECK(status_text(s).find("unexpected") == std::string::npos);
  CHECK(status_json(s)["refused"].size() == 3);
  CHECK(concerns(s).empty()); // n3 is here
  s.cluster->members[2].here = console::presence::never_seen;
  CHECK(concerns(s) ==
        std::vector<std::string>{
            "n3 was never seen: start trouped there, with a member among its seeds",
            "who called itself n3 was turned away by n1, last at 1970-01-01 00:00:00.000Z from 10.0.0.9:1: "
            "wrong key"});
  s.refused[0].age = 60s;
  CHECK(concerns(s).size() == 2);
  s.refused[0].age = 61s; // it has given up, or has been mended: no longer pending, and still shown
  CHECK(concerns(s).size() == 1);
  CHECK(status_text(s).find("wrong key  2 times") != std::string::npos);
  s.refused = {{"unexpected", 2000, "10.0.0.2:1"}};
  CHECK(status_text(s).find("unexpected  2000 times") != std::string::npos);
}

TEST_CASE("what keeps this node out, broken fencing, and that nobody leads") {
  auto s = healthy();
  s.session.reset();
  CHECK(concerns(s) == std::vector<std::string>{"this node has not joined yet"});
  s.kept_out = "its boot was proved dead";
  s.fence_troubles = {"fence device rack cannot be used from n1: no route"};
  CHECK(concerns(s) == std::vector<std::string>{"this node has not joined: its boot was proved dead",
                                                "fence device rack cannot be used from n1: no route"});
  s.history_trouble = "No space left on device";
  CHECK(concerns(s).back() ==
        "the history of n1 is not written any more: No space left on device; mend that, then restart "
        "trouped there");
  CHECK(status_json(s)["history-trouble"] == "No space left on device");
  CHECK(status_json(s)["kept-out"] == "its boot was proved dead");
  CHECK(status_json(s)["fence-troubles"].size() == 1);
  CHECK(status_text(s).find("NO LEADER") == std::string::npos);
  s.replica.leader = node_name{};
  CHECK(status_text(s).find("NO LEADER IS HEARD: what follows is the state of ") != std::string::npos);
}

TEST_CASE("without a leader what is shown as running may be stopped already") {
  auto s = healthy();
  s.cluster->limits.tolerate = 3s;
  CHECK(status_text(s).find("no-contact-stop") == std::string::npos);
  s.replica.leader = {};
  CHECK(status_text(s).find("NO LEADER IS HEARD: what follows is the state of 1970-01-01 00:00:00.000Z, not what is so "
                            "now\nWith no-quorum = \"stop\" a node that hears no leader for 6s (no-contact-stop) stops "
                            "what it holds: what is shown as running may be stopped already\n") != std::string::npos);
}

TEST_CASE("whether an act goes on is not claimed of a node that is away") {
  auto s = healthy();
  s.cluster->holders = {held("vip", "n1", phase::starting, action::start)};
  CHECK(concerns(s) == std::vector<std::string>{"vip on n1: start is under way"});
  s.cluster->members[0].here = presence::detached;
  s.cluster->members[0].since = stamp{60s};
  CHECK(concerns(s).back() == "vip on n1: start was under way when it was last heard of");
}

TEST_CASE("a node that hears nobody says that it may be turned away") {
  auto s = healthy();
  s.replica.leader = {};
  s.links = {{node_name{"n2"}, false, false}, {node_name{"n3"}, false, false}};
  auto said = concerns(s);
  REQUIRE(said.size() == 2);
  CHECK(said[1] ==
        "no answer from n2, n3: down, out of reach, or turning this node away (its name is not known there, or has "
        "another key); if so, `troupe status` there says it");
  s.links[1].datagrams = true;
  said = concerns(s);
  REQUIRE(said.size() == 2);
  CHECK(said[1].starts_with("n2 is not heard by this node"));
}

TEST_CASE("a member whose daemon is away counts as joined for a while, and is not heard") {
  auto s = healthy();
  s.links = {{node_name{"n2"}, false, false}, {node_name{"n3"}, true, false}};
  CHECK(concerns(s) == std::vector<std::string>{
                           "n2 is not heard by this node: its trouped may be away, or the path to it is broken. It "
                           "counts as joined until a leader finds it lost"});
  CHECK(status_text(s).find("nothing is pending") == std::string::npos);
  s.cluster->members[1].here = presence::left;
  CHECK(concerns(s).empty());
  s.cluster->members[1] = member("n2", presence::lost);
  REQUIRE(concerns(s).size() == 1);
  CHECK(concerns(s)[0].starts_with("n2 is lost"));
  s.cluster->members[1].here = presence::joined;
  s.links[0].stream = true;
  CHECK(concerns(s).empty());
}

TEST_CASE("what fails again and again is not just due") {
  auto s = healthy();
  s.cluster->services[0].now = service_state::due;
  CHECK(concerns(s).front() == "db: the next step is due, and the leader takes it");
  s.cluster->failures = {{resource_name{"db"}, node_name{"n1"}, 3, stamp{}, 1, "no disk"}};
  s.cluster->services[0].again = stamp{8s};
  CHECK(concerns(s).front() ==
        "db has failed on n1 3 times (exit code 1), and is tried again at 1970-01-01 00:00:08.000Z; "
        "what was mended is tried at once after `troupe cleanup db`");
}

TEST_CASE("what outlives its place in the configuration stands there with what forgets it") {
  using enum command::directive_kind;
  auto s = healthy();
  auto& c = *s.cluster;
  c.failures = {{resource_name{"db"}, node_name{"n1"}, 3, stamp{}, 1, "no disk"},
                {resource_name{"old"}, node_name{"n1"}, 2, stamp{}, 1, "no net"}};
  c.directives = {{standby, "n3", role::stopped, {}, "root", "", {}},
                  {maintenance, "", role::stopped, {}, "root", "", {}},
                  {maintenance, "old", role::stopped, {}, "root", "", {}},
                  {target_role, "old", role::stopped, {}, "root", "too slow", {}},
                  {move, "front", role::stopped, node_name{"n2"}, "root", "", {}},
                  {move, "back", role::stopped, node_name{"n2"}, "root", "", {}}};
  auto text = status_text(s);
  auto from = text.find("\ndirectives");
  CHECK(text.substr(from, text.find("\npending") - from) == R"(
directives
  n3                 standby           by root
  the whole cluster  maintenance       by root
  old                maintenance       by root  (no longer configured; `troupe maintenance off old` lifts it)
  old                is to be stopped  by root  too slow (no longer configured; `troupe start old --as-configured` lifts it)
  front              moved to n2       by root
  back               moved to n2       by root  (no longer configured; `troupe unmove back` lifts it)

failures
  db   n1  3 times, exit code 1 at last  1970-01-01 00:00:00.000Z  no disk
  old  n1  2 times, exit code 1 at last  1970-01-01 00:00:00.000Z  no net (no longer configured; `troupe cleanup old` forgets it)
)");
  auto still_held = service("old", {}, service_state::removed);
  c.services.push_back(still_held);
  CHECK(status_text(s).find("`troupe cleanup old` forgets it") != std::string::npos);
  c.left_out = 1; // it may be among these
  CHECK(status_text(s).find("no longer configured; ") == std::string::npos);
}

TEST_CASE("a move that is outweighed says so") {
  auto s = healthy();
  auto& c = *s.cluster;
  c.services = {service("db", {"n1"}, console::service_state::good)};
  c.directives = {{command::directive_kind::move, "db", config::role::stopped, node_name{"n1"}, "root", "", {}}};
  CHECK(concerns(s).empty());
  c.directives[0].to = node_name{"n2"};
  CHECK(concerns(s) == std::vector<std::string>{
                           "db was moved to n2, and is to be elsewhere all the same: `troupe why db` "
                           "tells what speaks against n2, and if that is failures `troupe cleanup db` forgets them"});
  c.services[0].promotable = true; // no primary anywhere: another sentence's
  CHECK(concerns(s).empty());
  c.services[0].places[0].role = config::role::promoted;
  CHECK(concerns(s).size() == 1);
}

TEST_CASE("who leaves, and who is away in maintenance, says so") {
  using enum command::directive_kind;
  auto s = healthy();
  auto& c = *s.cluster;
  c.directives = {{standby, "n2", role::stopped, {}, "n2", "this daemon was asked to end", {}},
                  {standby, "n3", role::stopped, {}, "root", "", {}}};
  CHECK(concerns(s) ==
        std::vector<std::string>{
            "n2 leaves: what runs there goes first. After five minutes its daemon ends all the same, and "
            "the node is lost with what still runs there"});
  c.members[1].here = console::presence::detached;
  c.members[1].since = stamp{};
  CHECK(concerns(s) == std::vector<std::string>{
                           "n2 is away for a planned restart, until 1970-01-01 00:00:00.000Z at most, or the end of "
                           "maintenance: what runs there goes on meanwhile, and nobody watches it"});
}

TEST_CASE("a thousand sentences are cut, not in JSON") {
  auto s = healthy();
  for (int i = 0; i < 1000; ++i)
    s.cluster->waits.push_back({resource_name{"db"}, 0, node_name{"n2"}, "gated", "db waits"});
  CHECK(concerns(s).size() == 51);
  CHECK(concerns(s).back() == "and 950 more such lines; --json has them");
  CHECK(status_json(s)["cluster"]["waits"].size() == 1000);
}

} // namespace troupe::status_text_test
