// The kernel's rules, each shown to refuse: K1 to K9 in docs/ARCHITECTURE.md.
#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::kernel_test {

using namespace test;
using config::action;
using command::act_end;
using command::finding;

TEST_CASE("K1: a plain resource has one holder: not a second start, wherever the first stands") {
  script c;
  c.assemble();
  CHECK(c.start("db", "n1") == refusal::none);
  CHECK(c.start("db", "n2") == refusal::would_run_twice); // while the start is open
  c.done("db", "n1");
  CHECK(c.start("db", "n2") == refusal::would_run_twice); // while it runs
  CHECK(c.stop("db", "n1") == refusal::none);
  CHECK(c.start("db", "n2") == refusal::would_run_twice); // while the stop is open
  c.done("db", "n1");
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("K1: a start that failed holds until a stop has ended well") {
  script c;
  c.assemble();
  c.start("db", "n1");
  c.done("db", "n1", act_end::failed, 1);
  CHECK(std::holds_alternative<failed>(c.held("db", "n1")->now));
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  CHECK(c.start("db", "n1") == refusal::wrong_phase);
  c.stop("db", "n1");
  c.done("db", "n1", act_end::failed, 1);
  CHECK(std::get<stop_failed>(c.held("db", "n1")->now).exit_code == 1);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  CHECK(c.stop("db", "n1") == refusal::none); // it may be tried again
  c.done("db", "n1");
  CHECK(c.held("db", "n1") == nullptr);
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("K1: a clone runs once a node, up to its max") {
  auto configuration = three_nodes();
  configuration.resources[1].clone = config::clone_options{.max = 2};
  script c(configuration);
  c.assemble();
  CHECK(c.start("redis", "n1") == refusal::none);
  CHECK(c.start("redis", "n2") == refusal::none);
  CHECK(c.start("redis", "n3") == refusal::would_run_twice);
}

TEST_CASE("K1: who was configured at formation and was never seen may run everything") {
  script c;
  c.join("n1");
  c.probe("n1", "db");
  CHECK(c.start("db", "n1") == refusal::would_run_twice); // n2 and n3 have not looked
  c.join("n2");
  c.probe("n2", "db");
  CHECK(c.start("db", "n1") == refusal::would_run_twice);
  CHECK(c.lose("n3") == refusal::none);
  CHECK(c.attempt("n3") == refusal::none);
  CHECK(c.prove("n3") == refusal::none);
  CHECK(c.start("db", "n1") == refusal::none);
}

TEST_CASE("K1: a node that is configured later holds nothing before it joins, and everything until it has looked") {
  script c;
  c.assemble();
  auto more = three_nodes();
  auto n4 = more.nodes[0];
  n4.name = node_name{"n4"};
  more.nodes.push_back(n4);
  CHECK(c.operator_says(command::config_set{c.s.version_of(configuration_key{}), more}) == refusal::none);
  CHECK(may_be_active(c.s, resource_name{"db"}).active == 0);
  c.join("n4");
  CHECK(may_be_active(c.s, resource_name{"db"}).active == 1);
  CHECK(c.start("db", "n1") == refusal::would_run_twice);
  c.probe("n4", "db");
  CHECK(c.start("db", "n1") == refusal::none);
}

TEST_CASE("K2: one is promoted at most, counting who may be") {
  script c;
  c.assemble();
  c.run("redis", "n1");
  c.run("redis", "n2");
  CHECK(c.act(action::promote, "redis", "n3") == refusal::not_held);
  CHECK(c.act(action::promote, "redis", "n1") == refusal::none);
  CHECK(c.act(action::promote, "redis", "n2") == refusal::would_promote_twice); // while it is open
  c.done("redis", "n1", act_end::failed, 1);
  CHECK(c.act(action::promote, "redis", "n2") == refusal::would_promote_twice); // it may be promoted
  CHECK(c.act(action::demote, "redis", "n1") == refusal::none);
  CHECK(c.act(action::promote, "redis", "n2") == refusal::would_promote_twice);
  c.done("redis", "n1");
  CHECK(c.act(action::promote, "redis", "n2") == refusal::none);
}

TEST_CASE("K2: a withdrawn promotion that did not run leaves it started") {
  script c;
  c.assemble();
  c.run("redis", "n1");
  c.act(action::promote, "redis", "n1");
  CHECK(c.say(command::withdraw{script::cell("redis", "n1"), c.open_act("redis", "n1")}) == refusal::none);
  c.done("redis", "n1", act_end::not_run);
  CHECK(c.held("redis", "n1")->role == config::role::started);
}

TEST_CASE("K3: one open act per instance and node, and no time that passes closes it") {
  script c;
  c.assemble();
  auto opened = c.clock;
  c.start("db", "n1");
  CHECK(c.stop("db", "n1") == refusal::act_open);
  c.clock += 100h;
  c.say(command::tick{});
  CHECK(c.stop("db", "n1") == refusal::act_open);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  auto id = c.open_act("db", "n1");
  CHECK(c.say(command::withdraw{script::cell("db", "n1"), id.next()}) == refusal::act_closed);
  CHECK(c.say(command::withdraw{script::cell("db", "n1"), id}) == refusal::none);
  CHECK(c.held("db", "n1")->open->withdrawn);
  CHECK(c.held("db", "n1")->open->since == opened); // its age is told, and frees nothing
  CHECK(c.start("db", "n2") == refusal::would_run_twice); // withdrawn is not answered
  c.done("db", "n1", act_end::not_run);
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("K3: what is stuck counts as a failed stop") {
  script c;
  c.assemble();
  c.start("db", "n1");
  c.done("db", "n1", act_end::stuck);
  CHECK(std::get<stop_failed>(c.held("db", "n1")->now).stuck);
  CHECK(needs_proof(c.s, node_name{"n1"}));
}

TEST_CASE("K4: acts only in the present session of a joined node") {
  script c;
  c.assemble();
  auto old = c.session("n1");
  c.join("n1"); // its daemon was restarted
  auto to_old = command::act{script::cell("db", "n1"), action::start, old, {}};
  CHECK(c.say(to_old) == refusal::stale_session);
  CHECK(c.start("db", "n1") == refusal::not_inventoried);
  c.probe("n1", "db");
  CHECK(c.start("db", "n1") == refusal::none);
  c.lose("n2");
  CHECK(c.start("redis", "n2") == refusal::not_joined);
  CHECK(c.say(command::act{script::cell("redis", "n9"), action::start, {}, {}}) == refusal::unknown_node);
}

TEST_CASE("K4: a new session proves nothing: what ran may run, until its probe says otherwise") {
  script c;
  c.assemble();
  c.start("db", "n1");
  c.join("n1");
  CHECK(std::holds_alternative<unknown>(c.held("db", "n1")->now)); // the open start was ended, its effect is not known
  CHECK_FALSE(c.held("db", "n1")->open);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  SUBCASE("it runs") {
    c.probe("n1", "db", finding::started);
    CHECK(c.held("db", "n1")->now == phase{running{}});
    CHECK(c.start("db", "n2") == refusal::would_run_twice);
  }
  SUBCASE("it does not") {
    c.probe("n1", "db");
    CHECK(c.held("db", "n1") == nullptr);
    CHECK(c.start("db", "n2") == refusal::none);
  }
  SUBCASE("it failed") {
    c.probe("n1", "db", finding::failed);
    CHECK(std::holds_alternative<failed>(c.held("db", "n1")->now));
    CHECK(c.stop("db", "n1") == refusal::none);
  }
}

TEST_CASE("K5: an act holds only while what it relies on does") {
  script c;
  c.assemble();
  using what = command::relies_on::what;
  auto on_cell = [&](const char* node) {
    command::relies_on r{what::cell, resource_name{"db"}, 0, node_name{node}, {}};
    r.version = version_of(c.s, r);
    return r;
  };
  command::relies_on standby{what::standby, {}, 0, node_name{"n1"}, log_index{}};
  auto free = on_cell("n1");
  CHECK(c.act(action::start, "redis", "n1", {free, standby}) == refusal::none);
  c.done("redis", "n1");
  c.run("db", "n1");
  CHECK(c.act(action::start, "redis", "n2", {free}) == refusal::stale_if);
  CHECK(c.act(action::start, "redis", "n2", {on_cell("n1")}) == refusal::none);
  CHECK(is_ordinary(refusal::stale_if));

  c.operator_says(command::directive{.kind = command::directive_kind::standby, .subject = "n1"});
  CHECK(c.act(action::stop, "redis", "n1", {standby}) == refusal::stale_if);

  command::relies_on session{what::session, {}, 0, node_name{"n3"}, log_index{c.session("n3").value}};
  CHECK(c.act(action::start, "redis", "n3", {session}) == refusal::none);
  c.done("redis", "n3"); // a report is no new session
  CHECK(c.act(action::stop, "redis", "n3", {session}) == refusal::none);
}

TEST_CASE("K6: a power proof counts for the open attempt it ends, from its executor, for its boot") {
  script c;
  c.assemble();
  c.run("db", "n1");
  c.lose("n1");
  auto boot = c.node("n1").boot;
  auto proof = [&](log_index attempt, log_index of) {
    return command::fence_proof{node_name{"n1"}, of, config::proof_kind::power, attempt, ""};
  };
  CHECK(c.say(proof(log_index{}, boot), "n2") == refusal::attempt_closed); // nobody tried
  CHECK(c.attempt("n1") == refusal::none);
  auto id = c.attempt_id("n1");
  CHECK(c.say(proof(id.next(), boot), "n2") == refusal::attempt_closed);
  CHECK(c.say(proof(id, boot), "n3") == refusal::not_its_own);
  CHECK(c.say(proof(id, boot.next()), "n2") == refusal::boot_gone);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  CHECK(c.say(proof(id, boot), "n2") == refusal::none);
  CHECK(std::holds_alternative<down>(c.node("n1").here));
  CHECK(c.start("db", "n2") == refusal::none);
  CHECK(c.say(proof(id, boot), "n2") == refusal::boot_gone); // once
}

TEST_CASE("K6: a proof frees only what accepts its kind") {
  auto configuration = three_nodes();
  configuration.resources[0].accepts = {config::proof_kind::power};
  script c(configuration);
  c.assemble();
  c.run("db", "n1");
  c.run("redis", "n1");
  c.lose("n1");
  auto boot = c.node("n1").boot;
  CHECK(c.operator_says(command::fence_proof{node_name{"n1"}, boot, config::proof_kind::operator_word, {}, "pulled"}) ==
        refusal::none);
  CHECK(may_be_active(c.s, resource_name{"redis"}).active == 0);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
}

TEST_CASE("K6: what did not accept the proof of its boot is freed by an operator's word for it, also when that boot is gone") {
  auto configuration = three_nodes();
  configuration.resources[0].accepts = {config::proof_kind::operator_word};
  script c(configuration);
  c.assemble();
  c.run("db", "n1");
  auto boot = c.node("n1").boot;
  REQUIRE(c.join("n1", 7) == refusal::none); // started anew
  for (auto* r : {"db", "redis"}) c.probe("n1", r);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  CHECK(dead_but_held(c.s, node_name{"n1"}) == boot);
  auto word = [&](log_index of) {
    return command::fence_proof{node_name{"n1"}, of, config::proof_kind::operator_word, {}, "seen"};
  };
  CHECK(c.operator_says(word(c.node("n1").boot)) == refusal::proof_not_accepted); // that one talks to us
  CHECK(c.say(word(boot)) == refusal::proof_not_accepted);                        // no operator
  CHECK(c.operator_says(word(boot)) == refusal::none);
  CHECK(!dead_but_held(c.s, node_name{"n1"}));
  CHECK(c.start("db", "n2") == refusal::none);
  CHECK(c.operator_says(word(boot)) == refusal::boot_gone); // nothing is left on it
}

TEST_CASE("K6: kinds of proof that may not be claimed") {
  script c;
  c.assemble();
  c.run("db", "n1");
  auto boot = c.node("n1").boot;
  auto claim = [&](config::proof_kind kind) {
    return command::fence_proof{node_name{"n1"}, boot, kind, {}, ""};
  };
  CHECK(c.operator_says(claim(config::proof_kind::operator_word)) == refusal::proof_not_accepted); // it talks to us
  c.lose("n1");
  CHECK(c.say(claim(config::proof_kind::operator_word)) == refusal::proof_not_accepted); // no operator
  CHECK(c.say(claim(config::proof_kind::reboot)) == refusal::proof_not_accepted);
  CHECK(c.say(claim(config::proof_kind::watchdog)) == refusal::proof_not_accepted);
  CHECK(c.say(claim(config::proof_kind::assumed)) == refusal::proof_not_accepted); // fencing is on
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
}

TEST_CASE("K6: fencing off: a lost node is assumed dead, for what accepts that") {
  auto configuration = three_nodes();
  configuration.fencing = config::fencing_policy::off;
  configuration.resources[0].accepts.insert(config::proof_kind::assumed);
  script c(configuration);
  c.assemble();
  c.run("db", "n1");
  c.lose("n1");
  CHECK(c.say(command::fence_proof{node_name{"n1"}, c.node("n1").boot, config::proof_kind::assumed, {}, ""}) ==
        refusal::none);
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("K7: one open attempt a target; no acts there before late-margin after it closed") {
  script c;
  c.assemble();
  c.run("db", "n1");
  CHECK(c.attempt("n1") == refusal::no_need); // it is well
  c.lose("n1");
  CHECK(c.attempt("n1", "n1") == refusal::not_joined);
  CHECK(c.attempt("n1") == refusal::none);
  CHECK(c.attempt("n1", "n3") == refusal::attempt_open);
  c.join("n1"); // the same boot: it was only cut off
  c.probe("n1", "db", finding::started);
  c.probe("n1", "redis");
  CHECK(c.start("redis", "n1") == refusal::gated); // the device may still strike
  CHECK(c.say(command::fence_failed{node_name{"n1"}, c.attempt_id("n1"), "no route"}) == refusal::none);
  CHECK(c.start("redis", "n1") == refusal::gated);
  CHECK(next_deadline(c.s) == c.s.now() + 10s);
  c.clock += 10s;
  c.say(command::tick{});
  CHECK(c.start("redis", "n1") == refusal::none);
  CHECK(c.attempt("n1") == refusal::no_need);
}

TEST_CASE("K7: the attempt ends with its executor's session") {
  script c;
  c.assemble();
  c.run("db", "n1");
  c.lose("n1");
  c.attempt("n1", "n2");
  auto id = c.attempt_id("n1");
  c.join("n2");
  CHECK(c.s.find(attempt_key{node_name{"n1"}})->value.ended == attempt::end::executor_lost);
  CHECK(c.say(command::fence_proof{node_name{"n1"}, c.node("n1").boot, config::proof_kind::power, id, ""}, "n2") ==
        refusal::attempt_closed);
  CHECK(c.attempt("n1", "n3") == refusal::none);
}

TEST_CASE("K7: a new boot ends the attempt on the old one, and is not fenced for it") {
  script c;
  c.assemble();
  c.run("db", "n1");
  c.lose("n1");
  auto old = c.node("n1").boot;
  c.attempt("n1");
  CHECK(c.join("n1", 2) == refusal::none);
  CHECK(c.s.find(attempt_key{node_name{"n1"}})->value.ended == attempt::end::proved);
  CHECK(may_be_active_on(c.s, resource_name{"db"}, node_name{"n2"}).active == 0);
  CHECK(c.say(command::fence_attempt{node_name{"n1"}, old, node_name{"n2"}, c.session("n2"), 1}) ==
        refusal::boot_gone);
  c.probe("n1", "db");
  c.probe("n1", "redis");
  CHECK(c.start("db", "n1") == refusal::gated); // the shot may land late
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("K8: losses beyond the brake are suspected: no acts, no fencing, holders stay") {
  script c;
  c.assemble();
  c.run("db", "n3");
  CHECK(c.lose("n1") == refusal::none);
  CHECK(c.lose("n2") == refusal::none);
  CHECK(std::holds_alternative<lost>(c.node("n2").here));
  CHECK(c.lose("n3") == refusal::none);
  CHECK(std::holds_alternative<under_suspicion>(c.node("n3").here));
  CHECK(c.held("db", "n3") != nullptr);
  CHECK_FALSE(needs_proof(c.s, node_name{"n3"}));
  CHECK(c.stop("db", "n3") == refusal::not_joined);
  SUBCASE("an operator speaks") {
    CHECK(c.operator_says(command::node_lost{node_name{"n3"}, c.session("n3"), "the rack is off"}) == refusal::none);
    CHECK(needs_proof(c.s, node_name{"n3"}));
  }
  SUBCASE("it is heard again") {
    CHECK(c.say(command::suspected{node_name{"n3"}, c.session("n3"), true, "acknowledged"}) == refusal::none);
    CHECK(c.stop("db", "n3") == refusal::none);
  }
  SUBCASE("the window is 10 x tolerate") {
    c.say(command::suspected{node_name{"n3"}, c.session("n3"), true, ""});
    c.clock += 10 * 2s + 1ms;
    CHECK(c.lose("n3") == refusal::none);
    CHECK(std::holds_alternative<lost>(c.node("n3").here));
  }
}

TEST_CASE("K8: under suspicion nothing is fenced, not for a failed stop either") {
  script c;
  c.assemble();
  c.run("db", "n3");
  c.stop("db", "n3");
  c.done("db", "n3", command::act_end::failed, 1);
  CHECK(needs_proof(c.s, node_name{"n3"}));
  c.say(command::suspected{node_name{"n3"}, c.session("n3"), false, "beyond the brake"});
  CHECK_FALSE(needs_proof(c.s, node_name{"n3"}));
  CHECK(c.attempt("n3") == refusal::no_need);
  c.say(command::suspected{node_name{"n3"}, c.session("n3"), true, "acknowledged"});
  CHECK(c.attempt("n3") == refusal::none);
}

TEST_CASE("I9: what did not accept the proof of a boot asks for no second one") {
  auto picky = three_nodes();
  picky.resources[0].accepts = {config::proof_kind::reboot};
  script c(picky);
  c.assemble();
  c.run("db", "n1");
  c.stop("db", "n1");
  c.done("db", "n1", command::act_end::failed, 1);
  c.attempt("n1");
  CHECK(c.prove("n1") == refusal::none);
  CHECK(c.held("db", "n1") != nullptr);
  CHECK_FALSE(needs_proof(c.s, node_name{"n1"}));
  CHECK(c.attempt("n1") == refusal::boot_gone);
}

TEST_CASE("K9: reports come in order, from their own node, in their own session") {
  script c;
  c.assemble();
  auto numbered = [&](std::uint64_t number, session_id session) {
    return command::report{node_name{"n1"}, session, number, {}};
  };
  auto next = c.node("n1").reports + 1;
  CHECK(c.say(numbered(next, c.session("n1")), "n2") == refusal::not_its_own);
  CHECK(c.say(numbered(next + 1, c.session("n1"))) == refusal::out_of_order);
  CHECK(c.say(numbered(next - 1, c.session("n1"))) == refusal::out_of_order);
  CHECK(c.say(numbered(next, session_id{99})) == refusal::stale_session);
  CHECK(c.say(numbered(next, c.session("n1"))) == refusal::none);
  c.lose("n1");
  CHECK(c.say(numbered(next + 1, c.session("n1"))) == refusal::not_joined);
}

TEST_CASE("K9: Join is compare-and-set on the session it replaces; a dead boot never joins again") {
  script c;
  c.assemble();
  auto join = [&](session_id replaces, unsigned boot, unsigned machine = '1') {
    return command::node_joined{node_name{"n1"}, machine_id{mark(machine)}, boot_id{mark(boot)}, replaces, 1};
  };
  CHECK(c.say(join(session_id{}, 1)) == refusal::stale_join); // a delayed one
  CHECK(c.say(join(c.session("n1"), 1), "n2") == refusal::not_its_own);
  CHECK(c.say(join(c.session("n1"), 1, '2')) == refusal::other_machine);
  c.run("db", "n1");
  c.lose("n1");
  c.attempt("n1");
  c.prove("n1");
  CHECK(c.say(join(c.session("n1"), 1)) == refusal::boot_is_dead);
  CHECK(c.say(join(c.session("n1"), 2)) == refusal::none);
}

TEST_CASE("starts that fail are counted until one succeeds; a monitor's failure is no failed start") {
  script c;
  c.assemble();
  auto counted = [&] { return c.s.find(failure_key{resource_name{"db"}, node_name{"n1"}})->value; };
  auto starts_badly = [&] {
    c.start("db", "n1");
    c.done("db", "n1", command::act_end::failed, 1);
    c.stop("db", "n1");
    c.done("db", "n1");
  };
  starts_badly();
  starts_badly();
  CHECK(counted().count == 2);
  CHECK(counted().failed_starts == 2);
  c.run("db", "n1");
  CHECK(counted().count == 2);
  CHECK(counted().failed_starts == 0);
  c.report("n1", {command::monitored{resource_name{"db"}, 0, false, 7, "gone"}});
  CHECK(counted().count == 3);
  CHECK(counted().failed_starts == 0);
}

TEST_CASE("a monitor that finds nothing frees nothing") {
  script c;
  c.assemble();
  c.run("db", "n1");
  CHECK(c.report("n1", {command::monitored{resource_name{"db"}, 0, false, 7, "not running"}}) == refusal::none);
  CHECK(c.held("db", "n1")->now == phase{running{false, 7}});
  CHECK(c.s.find(failure_key{resource_name{"db"}, node_name{"n1"}})->value.count == 1);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
}

TEST_CASE("a removed resource is held until it is stopped, under the definition it was started with") {
  script c;
  c.assemble();
  c.run("db", "n1");
  auto started_with = c.held("db", "n1")->definition;
  auto less = three_nodes();
  less.resources.erase(less.resources.begin());
  CHECK(c.operator_says(command::config_set{c.s.version_of(configuration_key{}), less}) == refusal::none);
  CHECK(definition_of(c.s, resource_name{"db"}, started_with)->agent.type == "pgsql");
  CHECK(c.start("db", "n2") == refusal::unknown_resource);
  CHECK(c.stop("db", "n1") == refusal::none);
  c.done("db", "n1");
  CHECK(c.s.find(definition_key{resource_name{"db"}, started_with}) == nullptr);
}

TEST_CASE("a node leaves, and is removed, when it holds nothing") {
  script c;
  c.assemble();
  c.run("db", "n1");
  CHECK(c.say(command::node_left{node_name{"n1"}, c.session("n1")}) == refusal::still_holds);
  c.stop("db", "n1");
  c.done("db", "n1");
  CHECK(c.say(command::node_left{node_name{"n1"}, c.session("n1")}) == refusal::none);
  CHECK(c.start("db", "n1") == refusal::not_joined);
  auto less = three_nodes();
  less.nodes.erase(less.nodes.begin());
  auto now = [&] { return c.s.version_of(configuration_key{}); };
  CHECK(c.operator_says(command::config_set{now(), less}) == refusal::is_voter); // n1 is a voter
  less = three_nodes();
  less.nodes.pop_back();
  CHECK(c.operator_says(command::config_set{now(), less}) == refusal::still_holds); // n3 is there
}

TEST_CASE("the configuration is compare-and-set, and refused when it leads nowhere") {
  script c;
  auto next = three_nodes();
  next.locations.push_back({"nowhere", node_name{"n1"}, score{5}});
  auto version = c.s.version_of(configuration_key{});
  CHECK(c.operator_says(command::config_set{version.next(), three_nodes()}) == refusal::stale_config);
  CHECK(c.operator_says(command::config_set{version, next}) == refusal::bad_config);
  next.locations.back().what = "db";
  CHECK(c.operator_says(command::config_set{version, next}) == refusal::none);
  CHECK(c.operator_says(command::config_set{version, next}) == refusal::stale_config);
}

TEST_CASE("a running instance takes a new time-out over, and keeps the parameters that it was started with") {
  script c;
  c.assemble();
  c.run("db", "n1");
  auto first = c.held("db", "n1")->definition;
  auto next = c.s.config().value;
  next.resources[0].stop_timeout = 77s;
  c.operator_says(command::config_set{c.s.version_of(configuration_key{}), next});
  auto second = c.held("db", "n1")->definition;
  CHECK(second > first);
  CHECK(definition_of(c.s, resource_name{"db"}, second)->stop_timeout == 77s);
  CHECK(c.s.find(definition_key{resource_name{"db"}, first}) == nullptr);
  next.resources[0].params["port"] = "5433";
  c.operator_says(command::config_set{c.s.version_of(configuration_key{}), next});
  CHECK(c.held("db", "n1")->definition == second);
  CHECK(c.s.find(definition_key{resource_name{"db"}, second})->value.params.empty());
}

} // namespace troupe::cluster::kernel_test
