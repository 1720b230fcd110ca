#include "actors/console/inquiry/services.hpp"

#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace troupe::console_services_test {

using namespace troupe::console;
using cluster::test::script;
using command::directive_kind;
using config::action;
using namespace std::chrono_literals;

struct shop : script {
  shop() { assemble(); }

  void place(const char* r, std::vector<const char*> nodes) {
    command::assignment a{resource_name{r}, {}};
    for (auto n : nodes) a.places.push_back({node_name{n}, 0, config::role::started});
    REQUIRE(say(command::assigned{{a}}) == refusal::none);
  }
  cluster_status status() {
    cluster_status out;
    add_services(out, s, clock);
    return out;
  }
  // "db good", and a line for each wait: "db n2 unclean"
  std::vector<std::string> text() {
    static constexpr const char* states[] = {"good",  "stopped", "under way",  "due",    "waits",
                                             "alone", "nowhere", "not placed", "removed", "not promoted"};
    auto told = status();
    std::vector<std::string> out;
    for (auto& l : told.services) out.push_back(l.resource.text + " " + states[static_cast<std::size_t>(l.now)]);
    for (auto& w : told.waits) out.push_back(w.resource.text + " " + w.node.text + " " + w.why);
    return out;
  }
};
using lines = std::vector<std::string>;

TEST_CASE("a service from its configuration to where it runs") {
  shop c;
  CHECK(c.text() == lines{"db not placed", "redis not placed"});
  c.place("db", {"n1"});
  CHECK(c.text() == lines{"db due", "redis not placed"});
  c.start("db", "n1");
  CHECK(c.text() == lines{"db under way", "redis not placed", "db n1 act-open"});
  c.done("db", "n1");
  CHECK(c.text() == lines{"db good", "redis not placed"});
  c.place("db", {});
  CHECK(c.text() == lines{"db due", "redis not placed"}); // its stop
  c.stop("db", "n1");
  c.done("db", "n1");
  CHECK(c.text() == lines{"db nowhere", "redis not placed"});
  c.operator_says(command::directive{.kind = directive_kind::target_role, .subject = "db"});
  CHECK(c.text() == lines{"db stopped", "redis not placed"});
}

TEST_CASE("what no node may run says so, also if it never had a place") {
  shop c;
  CHECK(c.text() == lines{"db not placed", "redis not placed"});
  for (auto n : {"n1", "n2", "n3"})
    c.operator_says(command::directive{.kind = directive_kind::standby, .subject = n});
  CHECK(c.text() == lines{"db nowhere", "redis nowhere"});
  c.join("n3", 2); // it has to look first
  CHECK(c.text() == lines{"db not placed", "redis not placed"});
}

TEST_CASE("what waits for its failures says until when") {
  shop c;
  c.place("db", {"n1"});
  for (int i = 0; i < 3; ++i) {
    CHECK(c.status().services[0].again ==
          (i < 2 ? std::optional<stamp>{} : c.clock + 500ms)); // the first retry is at once
    c.start("db", "n1");
    c.done("db", "n1", command::act_end::failed, 1);
    c.stop("db", "n1");
    c.done("db", "n1");
  }
  auto failed = c.clock;
  c.clock += 300ms;
  CHECK(c.text()[0] == "db due");
  CHECK(c.status().services[0].again == failed + 1s);
  c.clock += 700ms;
  CHECK_FALSE(c.status().services[0].again);
}

TEST_CASE("what is left alone says so only when it is not as it should be") {
  shop c;
  c.place("db", {"n1"});
  c.run("db", "n1");
  c.operator_says(command::directive{.kind = directive_kind::maintenance, .subject = "db"});
  auto told = c.status();
  CHECK(told.services[0].now == service_state::good);
  CHECK_FALSE(told.services[0].managed);
  CHECK(told.services[1].managed);
  c.report("n1", {command::monitored{resource_name{"db"}, 0, false, 7, ""}});
  CHECK(c.text() == lines{"db alone", "redis not placed", "db n1 unmanaged"});
}

TEST_CASE("a node that is lost: what waits for it, and what would prove it dead") {
  shop c;
  c.place("db", {"n1"});
  c.run("db", "n1");
  c.lose("n1");
  c.place("db", {"n2"});
  CHECK(c.text() == lines{"db waits", "redis not placed", "db n1 unclean", "db n2 unclean"});
  auto told = c.status();
  REQUIRE(told.proofs.size() == 1);
  auto& p = told.proofs[0];
  CHECK(p == proof_line{node_name{"n1"}, c.node("n1").boot, false, false, false, {}, "", {resource_name{"db"}}, 0});

  c.attempt("n1");
  CHECK(c.status().proofs[0].attempt);
  c.say(command::fence_failed{node_name{"n1"}, c.attempt_id("n1"), "no route"}, "n2");
  CHECK(c.status().proofs[0].last_failure == "no route");
  CHECK_FALSE(c.status().proofs[0].attempt);
  CHECK(c.operator_says(command::fence_proof{
            node_name{"n1"}, p.boot, config::proof_kind::operator_word, {}, "unplugged"}) == refusal::none);
  CHECK(c.status().proofs.empty());
  CHECK(c.text() == lines{"db due", "redis not placed"});
}

TEST_CASE("devices are named, and no more of what is held than fits a line") {
  auto many = cluster::test::three_nodes();
  config::fence_device d;
  d.name = device_name{"ipmi-n1"};
  d.targets = {node_name{"n1"}};
  many.devices = {d};
  for (int i = 0; i < 12; ++i) {
    auto r = many.resources[0];
    r.name = resource_name{fmt::format("r{:02}", i)};
    many.resources.push_back(r);
  }
  std::sort(many.resources.begin(), many.resources.end(), [](auto& a, auto& b) { return a.name < b.name; });
  script c(many);
  c.join("n1"); // and nobody has looked yet
  c.lose("n1");
  cluster_status told;
  add_services(told, c.s, c.clock);
  REQUIRE(told.proofs.size() == 1);
  CHECK(told.proofs[0].devices == std::vector{device_name{"ipmi-n1"}});
  CHECK(told.proofs[0].held.size() == max_held_shown);
  CHECK(told.proofs[0].more == 14 - max_held_shown);
}

TEST_CASE("an act that takes longer than it may") {
  shop c;
  c.place("db", {"n1"});
  c.start("db", "n1");
  auto since = c.clock;
  c.clock += 20s;
  CHECK(c.status().overdue.empty());
  c.clock += 1ms;
  overdue_line late{resource_name{"db"}, 0,   node_name{"n1"}, action::start, c.open_act("db", "n1"), since, 20s,
                    20s + 1ms,           true};
  CHECK(c.status().overdue == std::vector{late});
  c.lose("n1");
  late.reachable = false;
  CHECK(c.status().overdue == std::vector{late});
}

TEST_CASE("a fence attempt ages by the clock, also when nothing is said in the log") {
  shop c;
  cluster_status out;
  out.attempts = {{node_name{"n2"}, node_name{"n1"}, c.s.now(), "no route", true}};
  add_services(out, c.s, c.s.now() + 2h);
  CHECK(out.attempts[0].age == 2h);
}

TEST_CASE("what is no longer configured shows as long as it is there") {
  shop c;
  c.place("db", {"n1"});
  c.run("db", "n1");
  auto without = cluster::test::three_nodes();
  without.resources.erase(without.resources.begin());
  CHECK(c.operator_says(command::config_set{c.s.version_of(cluster::configuration_key{}), without}) == refusal::none);
  CHECK(c.text() == lines{"redis not placed", "db removed"});
  c.stop("db", "n1");
  c.done("db", "n1");
  CHECK(c.text() == lines{"redis not placed"});
}

TEST_CASE("what runs and is promoted nowhere is told as such") {
  shop c;
  auto promotable = cluster::test::three_nodes();
  promotable.resources[1].target = config::role::promoted;
  c.say(command::config_set{c.s.version_of(cluster::configuration_key{}), promotable});
  auto place = [&](config::role as) {
    c.say(command::assigned{{{resource_name{"redis"}, {{node_name{"n1"}, 0, as}}}}});
  };
  place(config::role::started);
  c.run("redis", "n1");
  CHECK(c.text() == lines{"db not placed", "redis not promoted"});
  place(config::role::promoted);
  CHECK(c.text() == lines{"db not placed", "redis due"});
  c.act(action::promote, "redis", "n1");
  c.done("redis", "n1");
  CHECK(c.text() == lines{"db not placed", "redis good"});
}

} // namespace troupe::console_services_test
