// The kernel's rules about losses and proofs of death, each shown to refuse: K6 to K8 in docs/ARCHITECTURE.md.
#include "actors/cluster/script.hpp"
#include "actors/cluster/status_view.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::kernel_fencing_test {

using namespace test;
using command::act_end;
using command::finding;
using config::action;

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

TEST_CASE("K6: what did not accept the proof of its boot is freed by an operator's word for it, also when that boot is "
          "gone") {
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
  auto claim = [&](config::proof_kind kind) { return command::fence_proof{node_name{"n1"}, boot, kind, {}, ""}; };
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
  CHECK(c.say(command::fence_attempt{node_name{"n1"}, old, node_name{"n2"}, c.session("n2"), 1}) == refusal::boot_gone);
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

TEST_CASE("K8: one that is lost again and again is no mass of them; before level 3 it was") {
  for (std::uint32_t level : {2U, 3U}) {
    script c(three_nodes(), level);
    c.assemble();
    c.run("db", "n2");
    for (unsigned boot = 2; boot < 4; ++boot) {
      CHECK(c.lose("n2") == refusal::none);
      CHECK(c.attempt("n2", "n3") == refusal::none);
      CHECK(c.prove("n2", "n3") == refusal::none);
      CHECK(c.join("n2", boot) == refusal::none);
      c.probe("n2", "db", command::finding::started); // it starts by itself
      c.clock += 1s;
    }
    CHECK(c.lose("n2") == refusal::none);
    CHECK(std::holds_alternative<lost>(c.node("n2").here) == (level == 3));
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

TEST_CASE("K1: what is configured while a node is under suspicion is looked for there; before level 4 it was not") {
  for (std::uint32_t level : {3U, 4U}) {
    script c(three_nodes(), level);
    c.assemble();
    c.say(command::suspected{node_name{"n3"}, c.session("n3"), false, "beyond the brake"});
    auto more = three_nodes();
    more.resources.push_back(more.resources[0]);
    more.resources.back().name = resource_name{"taken-over"};
    REQUIRE(c.operator_says(command::config_set{c.s.version_of(configuration_key{}), more}) == refusal::none);
    c.say(command::suspected{node_name{"n3"}, c.session("n3"), true, "it answers again"});
    CHECK(not_inventoried(c.s, resource_name{"taken-over"}, node_name{"n2"}));
    CHECK(not_inventoried(c.s, resource_name{"taken-over"}, node_name{"n3"}) == (level == 4));
    if (level < 4) continue;
    c.probe("n1", "taken-over", command::finding::not_held);
    c.probe("n2", "taken-over", command::finding::not_held);
    CHECK(c.start("taken-over", "n1") == refusal::would_run_twice);
    c.probe("n3", "taken-over", command::finding::not_held);
    CHECK(c.start("taken-over", "n1") == refusal::none);
  }
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

TEST_CASE("a failed attempt is shown as long as its target is in the boot that it meant") {
  script c;
  c.assemble();
  REQUIRE(c.operator_says(command::fence_attempt{node_name{"n1"}, c.node("n1").boot, node_name{"n2"}, c.session("n2"),
                                                 1}) == refusal::none);
  auto shown = [&] {
    std::vector<bool> out;
    for (auto& a : status_of(c.s).attempts) out.push_back(a.failed);
    return out;
  };
  CHECK(shown() == std::vector{false});
  REQUIRE(c.say(command::fence_failed{node_name{"n1"}, c.attempt_id("n1"), "no route"}, "n2") == refusal::none);
  CHECK(shown() == std::vector{true});
  CHECK(status_of(c.s).attempts[0].note == "no route");
  REQUIRE(c.join("n1", 2) == refusal::none);
  CHECK(shown() == std::vector<bool>{});
}

} // namespace troupe::cluster::kernel_fencing_test
