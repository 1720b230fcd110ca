// Every way to be refused that kernel.test.cpp, which tells the rules, does not come by.
#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::refusals_test {

using namespace test;
using config::action;
using command::directive_kind;

const std::string overlong(command::max_note + 1, 'x');

TEST_CASE("start: no more on a node than may be there, in whatever instances") {
  auto configuration = three_nodes();
  configuration.resources[1].clone = config::clone_options{.max = 4, .node_max = 2};
  script c(configuration);
  c.assemble();
  auto start = [&](std::uint32_t ordinal) {
    return c.say(command::act{{resource_name{"redis"}, ordinal, node_name{"n1"}}, action::start, c.session("n1"), {}});
  };
  CHECK(start(0) == refusal::none);
  CHECK(start(0) == refusal::act_open);
  CHECK(start(1) == refusal::none);
  CHECK(start(2) == refusal::would_run_twice);
  CHECK(c.start("redis", "n2") == refusal::none);
}

TEST_CASE("promote: not beyond the node's share, and only what is known to run unpromoted") {
  auto configuration = three_nodes();
  configuration.resources[1].clone = config::clone_options{.max = 4, .node_max = 2};
  configuration.resources[1].promotable = config::promotable_options{.max = 2, .node_max = 1};
  script c(configuration);
  c.assemble();
  auto act = [&](std::uint32_t ordinal, action what) {
    return c.say(command::act{{resource_name{"redis"}, ordinal, node_name{"n1"}}, what, c.session("n1"), {}});
  };
  auto done = [&](std::uint32_t ordinal, command::act_end end = command::act_end::ok) {
    auto id = c.s.find(holder_key{resource_name{"redis"}, ordinal, node_name{"n1"}, c.node("n1").boot})->value.open->id;
    return c.report("n1", {command::act_done{resource_name{"redis"}, ordinal, id, end, 0, ""}});
  };
  for (std::uint32_t i : {0u, 1u}) act(i, action::start), done(i);
  CHECK(act(0, action::demote) == refusal::wrong_phase);
  CHECK(act(0, action::promote) == refusal::none);
  CHECK(done(0) == refusal::none);
  CHECK(act(0, action::promote) == refusal::wrong_phase);
  CHECK(act(1, action::promote) == refusal::would_promote_twice);
  CHECK(act(1, action::stop) == refusal::none);
  done(1, command::act_end::failed);
  CHECK(act(1, action::promote) == refusal::wrong_phase); // its stop failed
  CHECK(act(1, action::demote) == refusal::wrong_phase);
  CHECK(c.act(action::demote, "redis", "n2") == refusal::not_held);
  CHECK(c.stop("redis", "n2") == refusal::not_held);
}

TEST_CASE("promote: not what is not configured any more") {
  script c;
  c.assemble();
  c.run("redis", "n1");
  auto less = three_nodes();
  less.resources.pop_back();
  c.operator_says(command::config_set{c.s.version_of(configuration_key{}), less});
  CHECK(c.act(action::promote, "redis", "n1") == refusal::unknown_resource);
}

TEST_CASE("target role: not promoted what cannot be") {
  auto configuration = three_nodes();
  configuration.resources[1].promotable = config::promotable_options{};
  configuration.resources[1].clone = config::clone_options{};
  script c(configuration);
  auto wanted = [&](const char* what, config::role as) {
    return c.operator_says(command::directive{.kind = directive_kind::target_role, .subject = what, .role = as});
  };
  CHECK(wanted("db", config::role::promoted) == refusal::not_promotable);
  CHECK(wanted("db", config::role::started) == refusal::none);
  CHECK(wanted("redis", config::role::promoted) == refusal::none);
}

TEST_CASE("a configuration: not another key for who is here, and not without a voter") {
  script c;
  c.assemble();
  c.run("redis", "n2");
  auto apply = [&](const config::cluster& next) {
    return c.operator_says(command::config_set{c.s.version_of(configuration_key{}), next});
  };
  auto other_key = three_nodes();
  other_key.nodes[1].key.bytes[0] = std::byte{7};
  CHECK(apply(other_key) == refusal::key_in_use);
  c.lose("n2");
  CHECK(apply(other_key) == refusal::key_in_use); // it may be back at any moment
  c.attempt("n2", "n1");
  c.prove("n2", "n1");
  CHECK(apply(other_key) == refusal::none);
  auto without = other_key;
  without.nodes.erase(without.nodes.begin() + 1);
  CHECK(apply(without) == refusal::is_voter);
}

TEST_CASE("act: so many conditions at most") {
  script c;
  c.assemble();
  std::vector<command::relies_on> ifs(command::max_ifs + 1, {command::relies_on::what::standby, {}, 0, node_name{"n1"}});
  CHECK(c.act(action::start, "db", "n1", ifs) == refusal::too_large);
  ifs.pop_back();
  CHECK(c.act(action::start, "db", "n1", ifs) == refusal::none);
}

TEST_CASE("directives name what there is") {
  script c;
  auto say = [&](directive_kind kind, const char* subject, const char* to = "") {
    return c.operator_says(command::directive{.kind = kind, .subject = subject, .to = node_name{to}});
  };
  CHECK(say(directive_kind::standby, "n1") == refusal::none);
  CHECK(say(directive_kind::standby, "db") == refusal::unknown_node);
  CHECK(say(directive_kind::maintenance, "") == refusal::none);
  CHECK(say(directive_kind::maintenance, "n2") == refusal::none);
  CHECK(say(directive_kind::maintenance, "db") == refusal::none);
  CHECK(say(directive_kind::maintenance, "nothing") == refusal::unknown_resource);
  CHECK(say(directive_kind::target_role, "db") == refusal::none);
  CHECK(say(directive_kind::target_role, "n1") == refusal::unknown_resource);
  CHECK(say(directive_kind::move, "db", "n2") == refusal::none);
  CHECK(say(directive_kind::move, "n1", "n2") == refusal::unknown_resource);
  CHECK(say(directive_kind::move, "db", "n9") == refusal::unknown_node);
  CHECK(c.operator_says(command::directive{.subject = "n1", .note = overlong}) == refusal::too_large);
  CHECK(c.operator_says(command::directive{.subject = "n2", .lifted = true}) == refusal::no_directive);
  CHECK(c.operator_says(command::directive{.subject = "n1", .lifted = true}) == refusal::none);
}

TEST_CASE("cleanup forgets what it names") {
  script c;
  c.assemble();
  c.run("db", "n1");
  c.report("n1", {command::monitored{resource_name{"db"}, 0, false, 1, ""}});
  failure_key failed{resource_name{"db"}, node_name{"n1"}};
  CHECK(c.operator_says(command::cleanup{resource_name{"nothing"}, {}}) == refusal::unknown_resource);
  CHECK(c.operator_says(command::cleanup{{}, node_name{"n9"}}) == refusal::unknown_node);
  CHECK(c.operator_says(command::cleanup{resource_name{"redis"}, {}}) == refusal::none);
  CHECK(c.operator_says(command::cleanup{resource_name{"db"}, node_name{"n2"}}) == refusal::none);
  CHECK(c.s.find(failed));
  CHECK(c.operator_says(command::cleanup{{}, node_name{"n1"}}) == refusal::none);
  CHECK_FALSE(c.s.find(failed));
}

TEST_CASE("assignments name what there is, in order, all or none") {
  script c;
  auto say = [&](const char* resource, std::vector<command::placement> places) {
    return c.say(command::assigned{{{resource_name{"db"}, {{node_name{"n1"}}}}, {resource_name{resource}, places}}});
  };
  CHECK(say("nothing", {}) == refusal::unknown_resource);
  CHECK(say("redis", {{node_name{"n9"}}}) == refusal::unknown_node);
  CHECK(say("redis", {{node_name{"n2"}}, {node_name{"n1"}}}) == refusal::bad_config);
  CHECK(c.s.find(assignment_key{resource_name{"db"}}) == nullptr);
  CHECK(say("redis", {{node_name{"n1"}}, {node_name{"n2"}}}) == refusal::none);
  CHECK(c.s.find(assignment_key{resource_name{"redis"}})->value.places.size() == 2);
}

TEST_CASE("the level rises to what every member and this binary knows") {
  script c;
  c.assemble();
  CHECK(c.operator_says(command::level_set{1}) == refusal::bad_level);
  CHECK(c.operator_says(command::level_set{known_level + 1}) == refusal::bad_level);
  command::command newer{{.level = known_level + 1, .by = {node_name{"n1"}, {}}}, command::tick{}};
  CHECK(apply(c.s, c.s.index().next(), newer).answer.refused == refusal::bad_level);
  CHECK(c.say(command::node_joined{node_name{"n1"}, machine_id{mark('1')}, boot_id{mark(1)}, c.session("n1"), 0}) ==
        refusal::bad_level);
}

TEST_CASE("the level rises once every member has joined with a program that knows it, and only then") {
  script c(three_nodes(), 1);
  c.assemble();
  command::level_set up{2};
  CHECK(c.operator_says(up) == refusal::bad_level);
  for (auto n : {"n1", "n2", "n3"}) {
    CHECK(c.operator_says(up) == refusal::bad_level);
    CHECK(c.say(command::node_joined{node_name{n}, machine_id{mark(unsigned(n[1]))}, boot_id{mark(1)}, c.session(n), 2},
                n) == refusal::none);
  }
  CHECK(c.operator_says(up) == refusal::none);
  CHECK(c.s.constitution().level == 2);
  CHECK(c.say(command::tick{}) == refusal::none);
  CHECK(c.operator_says(up) == refusal::bad_level);
}

// An older program was put back. All replicas agree that the level was raised; what comes then it leaves alone.
TEST_CASE("a program that the cluster has outgrown sees so, and applies nothing more") {
  script c;
  c.assemble();
  CHECK(why_not_on(c.s).empty());
  for (auto n : {"n1", "n2", "n3"})
    REQUIRE(c.say(command::node_joined{node_name{n}, machine_id{mark(unsigned(n[1]))}, boot_id{mark(1)}, c.session(n),
                                       known_level + 1},
                  n) == refusal::none);
  CHECK(c.operator_says(command::level_set{known_level + 1}) == refusal::none);
  CHECK(why_not_on(c.s) == "the cluster is at level " + std::to_string(known_level + 1) +
                               ", and this trouped knows those up to " + std::to_string(known_level) +
                               ": install a newer one");
}

TEST_CASE("a command has so many causes at most") {
  script c;
  command::command many{{.causes = std::vector<log_index>(command::max_causes + 1), .by = {node_name{"n1"}, {}}},
                        command::tick{}};
  CHECK(apply(c.s, c.s.index().next(), many).answer.refused == refusal::too_large);
}

TEST_CASE("fencing: attempts name who is there") {
  script c;
  c.assemble();
  c.run("db", "n1");
  c.stop("db", "n1");
  c.done("db", "n1", command::act_end::failed, 1); // n1 is there, and needs a proof of death
  auto attempt = [&](const char* target, const char* executor, session_id session) {
    return c.say(command::fence_attempt{node_name{target}, c.node("n1").boot, node_name{executor}, session, 1});
  };
  CHECK(attempt("n9", "n2", c.session("n2")) == refusal::unknown_node);
  CHECK(attempt("n1", "n9", c.session("n2")) == refusal::unknown_node);
  CHECK(attempt("n1", "n2", c.session("n3")) == refusal::stale_session);
  CHECK(attempt("n1", "n1", c.session("n1")) == refusal::not_its_own);
  CHECK(attempt("n1", "n2", c.session("n2")) == refusal::none);

  auto id = c.attempt_id("n1");
  auto failed = [&](const char* target, log_index of, std::string note) {
    return c.say(command::fence_failed{node_name{target}, of, std::move(note)});
  };
  CHECK(failed("n1", id, overlong) == refusal::too_large);
  CHECK(failed("n1", id.next(), "") == refusal::attempt_closed);
  CHECK(failed("n2", id, "") == refusal::attempt_closed);
  CHECK(failed("n1", id, "") == refusal::none);
  CHECK(failed("n1", id, "") == refusal::attempt_closed);
}

TEST_CASE("fencing: proofs name who is there, and their own boot") {
  script c;
  c.assemble();
  c.run("db", "n1");
  c.lose("n1");
  c.attempt("n1");
  c.join("n1"); // it was cut off only; the attempt stands
  auto proof = [&](const char* target, log_index boot, std::string note = "") {
    return c.say(
        command::fence_proof{node_name{target}, boot, config::proof_kind::power, c.attempt_id("n1"), std::move(note)},
        "n2");
  };
  auto boot = c.node("n1").boot;
  CHECK(proof("n9", boot) == refusal::unknown_node);
  CHECK(proof("n1", boot, overlong) == refusal::too_large);
  CHECK(proof("n1", log_index{boot.value - 1}) == refusal::boot_gone); // not the one that was shot
  CHECK(proof("n1", boot) == refusal::none);
  CHECK(std::holds_alternative<down>(c.node("n1").here));
}

TEST_CASE("membership: who leaves, detaches, is suspected or lost is there, in that session") {
  script c;
  c.assemble();
  session_id wrong{9999};
  auto n1 = node_name{"n1"};
  auto until = c.s.now() + 1min;
  CHECK(c.say(command::node_left{node_name{"n9"}, wrong}) == refusal::unknown_node);
  CHECK(c.say(command::node_left{n1, wrong}) == refusal::stale_session);
  CHECK(c.say(command::node_left{n1, c.session("n1")}, "n2") == refusal::not_its_own);
  CHECK(c.say(command::detach{n1, c.session("n1"), until}, "n2") == refusal::not_its_own);
  CHECK(c.say(command::detach{n1, c.session("n1"), c.s.now() + command::max_detach + 1ms}) == refusal::too_large);
  CHECK(c.say(command::suspected{n1, c.session("n1"), true, ""}) == refusal::not_joined); // it is not suspected
  CHECK(c.say(command::suspected{n1, c.session("n1"), false, overlong}) == refusal::too_large);
  CHECK(c.say(command::node_lost{n1, c.session("n1"), overlong}) == refusal::too_large);
  CHECK(c.say(command::node_lost{n1, wrong, ""}) == refusal::stale_session);

  CHECK(c.operator_says(command::detach{node_name{"n2"}, c.session("n2"), until}) == refusal::none);
  CHECK(c.say(command::detach{node_name{"n2"}, c.session("n2"), until}, "n2") == refusal::not_joined);
  CHECK(c.start("db", "n2") == refusal::not_joined);
  c.join("n2");
  CHECK(std::holds_alternative<joined>(c.node("n2").here));

  CHECK(c.say(command::suspected{n1, c.session("n1"), false, "no ack"}) == refusal::none);
  CHECK(c.say(command::suspected{n1, c.session("n1"), false, "no ack"}) == refusal::not_joined);
  CHECK(c.say(command::node_left{n1, c.session("n1")}) == refusal::not_joined);
  CHECK(c.lose("n1") == refusal::none);
  CHECK(c.lose("n1") == refusal::not_joined);
}

TEST_CASE("membership: a node that left is lost to nobody, and has to hold nothing") {
  script c;
  c.assemble();
  CHECK(c.say(command::node_left{node_name{"n3"}, c.session("n3")}, "n3") == refusal::none);
  CHECK(c.lose("n3") == refusal::not_joined);
  CHECK(c.attempt("n3") == refusal::no_need);
  CHECK(c.report("n3", {}) == refusal::not_joined);
  CHECK(c.say(command::node_joined{node_name{"n9"}, machine_id{mark(1)}, boot_id{mark(1)}, {}, 1}, "n9") ==
        refusal::unknown_node);
}

TEST_CASE("reports: so many items at most, and only of open acts") {
  script c;
  c.assemble();
  std::vector<command::report_item> many(command::max_report_items + 1, command::probed{resource_name{"db"}});
  CHECK(c.report("n1", many) == refusal::too_large);
  CHECK(c.report("n1", {command::act_done{resource_name{"db"}, 0, log_index{5}}}) == refusal::act_closed);
  CHECK(c.say(command::report{node_name{"n9"}, {}, 1, {}}, "n9") == refusal::unknown_node);
}

} // namespace troupe::cluster::refusals_test
