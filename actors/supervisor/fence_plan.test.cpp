#include "actors/supervisor/fence_plan.hpp"

#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace troupe::fence_plan_test {

using namespace supervisor;
using cluster::test::script;
using namespace std::chrono_literals;

namespace {

config::fence_device device(const char* name, std::uint32_t level = 1) {
  config::fence_device d;
  d.name = device_name{name};
  d.agent = "fence_x";
  d.targets = {node_name{"n1"}, node_name{"n2"}, node_name{"n3"}};
  d.level = level;
  d.timeout = 20s;
  d.budget = 60s;
  return d;
}

config::cluster four_nodes(std::vector<config::fence_device> devices) {
  auto c = cluster::test::three_nodes();
  auto n4 = c.nodes[0];
  n4.name = node_name{"n4"};
  c.nodes.push_back(n4);
  c.devices = std::move(devices);
  return c;
}

// n3 leads. What the plan proposes goes through the kernel, which must not refuse it.
struct scene {
  explicit scene(std::vector<config::fence_device> devices = {device("ipmi")})
    : scene(four_nodes(std::move(devices))) {}
  explicit scene(const config::cluster& c)
    : s(c) {
    for (const char* name : {"n1", "n2", "n3", "n4"}) {
      s.join(name);
      s.probe(name, "db");
      s.probe(name, "redis");
    }
    s.run("db", "n1");
  }
  // As text: "n1 by n3 level 1".
  std::string look() {
    proposed = plan.look(s.s, node_name{"n3"}, now);
    std::string out;
    for (const auto& c : proposed) {
      if (const auto* a = std::get_if<command::fence_attempt>(&c.what))
        out += fmt::format("{} by {} level {}; ", a->target.text, a->executor.text, a->level);
      else if (const auto* f = std::get_if<command::fence_failed>(&c.what))
        out += fmt::format("{} failed: {}; ", f->target.text, f->note);
      else
        out += fmt::format("{} assumed dead; ", std::get<command::fence_proof>(c.what).target.text);
    }
    return out;
  }
  std::string look_and_commit() {
    auto out = look();
    for (const auto& c : proposed) {
      CHECK(c.from.by == command::principal{node_name{"n3"}, {}});
      CHECK(s.say(c.what, "n3") == refusal::none);
    }
    return out;
  }
  void fail(const char* target = "n1") {
    CHECK(s.say(command::fence_failed{node_name{target}, s.attempt_id(target), "no route"}, "n3") == refusal::none);
  }
  void pass(duration d) {
    now += d;
    s.clock += std::chrono::ceil<std::chrono::milliseconds>(d);
  }
  fence_wait why(const char* target = "n1") const {
    for (const auto& w : plan.waiting())
      if (w.target == node_name{target}) return w.why;
    FAIL("nobody says that it waits");
    return {};
  }
  std::string text() const { return plan.waiting().at(0).text; }
  std::string text(const char* target) const {
    for (const auto& w : plan.waiting())
      if (w.target == node_name{target}) return w.text;
    return {};
  }

  script s;
  fence_plan plan;
  instant now{100s};
  std::vector<command::command> proposed;
};

} // namespace

TEST_CASE("a lost node that may hold something is fenced at once, by the leader's own node") {
  scene c;
  CHECK(c.look().empty());
  c.s.lose("n1");
  auto lost_at = c.s.s.index();
  CHECK(c.look() == "n1 by n3 level 1; ");
  CHECK(c.proposed[0].from.why == reason::fence_unclean);
  CHECK(c.proposed[0].from.causes == std::vector<log_index>{lost_at});
  CHECK(c.why() == fence_wait::proposed);
  CHECK(c.s.say(c.proposed[0].what, "n3") == refusal::none);
  CHECK(c.look().empty());
  CHECK(c.why() == fence_wait::under_way);
  CHECK(c.s.prove("n1", "n3") == refusal::none);
  CHECK(c.look().empty());
  CHECK(c.plan.waiting().empty());
  CHECK_FALSE(c.plan.next_deadline());
}

TEST_CASE("one that holds nothing is left alone") {
  scene c;
  c.s.lose("n2");
  CHECK(c.look().empty());
  CHECK(c.plan.waiting().empty());
}

TEST_CASE("one proposal on its way; again after a while") {
  scene c;
  c.s.lose("n1");
  CHECK(c.look() == "n1 by n3 level 1; ");
  c.pass(500ms);
  CHECK(c.look().empty());
  CHECK(c.plan.next_deadline() == c.now + 500ms);
  c.pass(500ms);
  CHECK(c.look() == "n1 by n3 level 1; ");
}

TEST_CASE("a failed stop: the node is fenced although it is here, also the leader's, by another") {
  scene c;
  c.s.stop("db", "n1");
  c.s.done("db", "n1", command::act_end::failed, 1);
  auto failed_at = c.s.s.index();
  CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
  CHECK(c.proposed[0].from.why == reason::fence_failed_stop);
  CHECK(c.proposed[0].from.causes == std::vector<log_index>{failed_at});

  scene own;
  own.s.run("redis", "n3");
  own.s.stop("redis", "n3");
  own.s.done("redis", "n3", command::act_end::stuck);
  CHECK(own.look_and_commit() == "n3 by n1 level 1; ");
}

TEST_CASE("levels at once and in turn, by one executor after the other; a growing pause after all have failed") {
  scene c({device("ipmi", 1), device("pdu", 3)});
  c.s.lose("n1");
  CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
  c.fail();
  CHECK(c.look_and_commit() == "n1 by n2 level 3; ");
  CHECK(c.proposed[0].from.causes.size() == 2);
  c.fail();
  duration expected = first_fence_pause;
  const std::vector<std::string> next{"n1 by n4 level 1; ", "n1 by n3 level 3; ", "n1 by n2 level 1; ",
                                      "n1 by n4 level 3; ", "n1 by n3 level 1; ", "n1 by n2 level 3; "};
  for (std::size_t i = 0; i < next.size(); i += 2) {
    CHECK(c.look().empty());
    CHECK(c.why() == fence_wait::pausing);
    CHECK(c.plan.next_deadline() == c.now + expected);
    c.pass(expected);
    CHECK(c.look_and_commit() == next[i]);
    c.fail();
    CHECK(c.look_and_commit() == next[i + 1]);
    c.fail();
    expected *= 2;
  }
  CHECK(c.look().empty());
  CHECK(c.text() ==
        "every device has failed, 4 times over; again in 16s; the last attempt: no route. Or an operator makes "
        "sure that it is off, and says so: `troupe fence n1 --confirmed-off --reason TEXT`");
  for (int i = 0; i < 10; ++i) {
    c.pass(*c.plan.next_deadline() - c.now);
    c.look_and_commit();
    c.fail();
    c.look_and_commit();
    c.fail();
    CHECK(c.look().empty());
  }
  CHECK(c.plan.next_deadline() == c.now + longest_fence_pause);
}

TEST_CASE("an executor that is lost is no failure of the device: the same level at once, by another") {
  scene c({device("ipmi", 1), device("pdu", 2)});
  c.s.lose("n1");
  CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
  c.s.join("n3");
  CHECK(c.look_and_commit() == "n1 by n2 level 1; ");
}

TEST_CASE("a new leader goes on from where the state is") {
  scene c({device("ipmi", 1), device("pdu", 2)});
  c.s.lose("n1");
  c.look_and_commit();
  c.fail();
  c.plan = {};
  CHECK(c.look_and_commit() == "n1 by n2 level 2; ");
  c.fail();
  c.plan = {};
  CHECK(c.look().empty());
  CHECK(c.plan.next_deadline() == c.now + first_fence_pause);
}

TEST_CASE("a new loss begins anew, whatever came of an earlier one") {
  scene c({device("ipmi", 1), device("pdu", 2)});
  c.s.lose("n1");
  c.look_and_commit();
  c.fail();
  c.s.join("n1"); // the same boot
  CHECK(c.look().empty());
  CHECK(c.plan.waiting().empty());
  c.pass(60s);
  c.s.lose("n1");
  CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
}

TEST_CASE("I9: nothing for a node that is here again, or whose boot is dead") {
  scene c;
  c.s.lose("n1");
  c.s.join("n1", 2);
  CHECK(c.look().empty());
  CHECK(c.plan.waiting().empty());

  auto picky = four_nodes({device("ipmi")});
  picky.resources[0].accepts = {config::proof_kind::reboot};
  scene d(picky);
  d.s.stop("db", "n1");
  d.s.done("db", "n1", command::act_end::failed, 1);
  d.look_and_commit();
  CHECK(d.s.prove("n1", "n3") == refusal::none);
  CHECK(d.look().empty());
  CHECK(d.why() == fence_wait::dead_but_held);
  CHECK(d.text() == "it is proved dead, but not in a way that all resources accept which it held: they wait for its next "
                    "start. Or an operator makes sure that it is off, and says so: `troupe fence n1 --confirmed-off "
                    "--reason TEXT`");
}

TEST_CASE("K8: nothing for a node under suspicion; nothing while one is away by plan") {
  scene c;
  c.s.run("redis", "n4");
  c.s.stop("redis", "n4");
  c.s.done("redis", "n4", command::act_end::failed, 1);
  c.s.say(command::suspected{node_name{"n4"}, c.s.session("n4"), false, "beyond the brake"}, "n3");
  CHECK(c.look().empty());
  CHECK(c.why("n4") == fence_wait::suspected);

  scene d;
  d.s.stop("db", "n1");
  d.s.done("db", "n1", command::act_end::failed, 1);
  d.s.say(command::detach{node_name{"n1"}, d.s.session("n1"), d.s.clock + 60s}, "n1");
  CHECK(d.look().empty());
  CHECK(d.why() == fence_wait::away);
}

TEST_CASE("who waits for a proof itself shoots only if nobody else is there") {
  scene c;
  c.s.run("redis", "n3");
  c.s.stop("redis", "n3");
  c.s.done("redis", "n3", command::act_end::failed, 1);
  c.s.lose("n1");
  CHECK(c.look() == "n1 by n2 level 1; n3 by n2 level 1; ");
  c.s.say(command::detach{node_name{"n2"}, c.s.session("n2"), c.s.clock + 60s}, "n2");
  c.s.say(command::detach{node_name{"n4"}, c.s.session("n4"), c.s.clock + 60s}, "n4");
  c.plan = {};
  CHECK(c.look() == "n1 by n3 level 1; ");
  CHECK(c.why("n3") == fence_wait::no_executor);
}

TEST_CASE("nobody to shoot, nothing to shoot with") {
  auto other = device("ipmi");
  other.targets = {node_name{"n2"}};
  scene c({other});
  c.s.lose("n1");
  CHECK(c.look().empty());
  CHECK(c.why() == fence_wait::not_covered);

  auto none = four_nodes({});
  none.fencing = config::fencing_policy::none;
  scene d(none);
  d.s.lose("n1");
  CHECK(d.look().empty());
  CHECK(d.why() == fence_wait::no_fencing);
}

TEST_CASE("what can be neither started nor stopped has one node fenced, and not the next one too") {
  scene c;
  auto breaks_on = [&](const char* node) {
    c.s.act(config::action::start, "redis", node);
    c.s.done("redis", node, command::act_end::failed, 5);
    c.s.stop("redis", node);
    c.s.done("redis", node, command::act_end::failed, 5);
  };
  breaks_on("n1");
  CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
  CHECK(c.s.prove("n1", "n3") == refusal::none);
  c.s.join("n1", 2);
  for (auto r : {"db", "redis"}) c.s.probe("n1", r);
  c.pass(30s);
  SUBCASE("soon after") {
    breaks_on("n2");
    CHECK(c.look().empty());
    CHECK(c.why("n2") == fence_wait::broken_resource);
    CHECK(
        c.text() ==
        "redis could not be stopped on n2, but neither could it be started, there and on n1. n2 is not fenced for it: "
        "mend redis, then `troupe cleanup redis` stops it once more, and has n2 fenced if that fails; or `troupe fence "
        "n2`");
    SUBCASE("an operator may have it fenced") {
      command::fence_attempt order{node_name{"n2"}, c.s.node("n2").boot, node_name{"n3"}, c.s.session("n3"), 1};
      CHECK(c.s.operator_says(order) == refusal::none);
    }
    SUBCASE("what could be started there and not be stopped is a reason") {
      c.s.run("db", "n2");
      c.s.stop("db", "n2");
      c.s.done("db", "n2", command::act_end::failed, 1);
      CHECK(c.look() == "n2 by n3 level 1; ");
    }
    SUBCASE("once it is lost it is a lost node like others") {
      c.s.lose("n2");
      CHECK(c.look() == "n2 by n3 level 1; ");
    }
  }
  SUBCASE("much later it may be the nodes") {
    c.pass(11min);
    breaks_on("n2");
    CHECK(c.look() == "n2 by n3 level 1; ");
  }
}

TEST_CASE("what cannot be stopped here and there has one node fenced, and not the next one too") {
  auto c4 = four_nodes({device("ipmi")});
  c4.resources.push_back(c4.resources[0]);
  c4.resources.back().name = resource_name{"db2"}; // of the same agent
  scene c(c4);
  auto breaks_on = [&](const char* r, const char* node, std::int32_t exit_code) {
    c.s.run(r, node);
    c.s.stop(r, node);
    c.s.done(r, node, command::act_end::failed, exit_code);
  };
  auto first_is_shot = [&](std::int32_t exit_code) {
    breaks_on("redis", "n1", exit_code);
    CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
  };
  SUBCASE("the same resource, while the first node is being fenced") {
    first_is_shot(1);
    breaks_on("redis", "n2", 1);
    (void)c.look();
    CHECK(c.why("n2") == fence_wait::broken_resource);
    CHECK(c.why("n1") == fence_wait::under_way);
  }
  SUBCASE("whichever failed first, if both did before anybody looked") {
    breaks_on("redis", "n2", 1);
    c.pass(100ms);
    breaks_on("redis", "n1", 1);
    CHECK(c.look() == "n2 by n3 level 1; ");
    CHECK(c.why("n1") == fence_wait::broken_resource);
  }
  SUBCASE("whichever failed first in the log, if both did at once: that one is being fenced when the other is seen") {
    breaks_on("redis", "n2", 1);
    CHECK(c.look() == "n2 by n3 level 1; ");
    breaks_on("redis", "n1", 1); // nobody's clock has moved
    (void)c.look();
    CHECK(c.why("n1") == fence_wait::broken_resource);
  }
  SUBCASE("a cleanup has the stop tried again, and nobody fenced before it has failed again") {
    first_is_shot(1);
    breaks_on("redis", "n2", 1);
    CHECK(c.s.prove("n1", "n3") == refusal::none);
    CHECK(c.s.operator_says(command::cleanup{resource_name{"redis"}, {}}) == refusal::none);
    CHECK(c.look().empty());
    CHECK(c.why("n2") == fence_wait::tried_again);
    SUBCASE("and is not tried: something is in its way") {
      c.pass(5s);
      CHECK(c.look() == "n2 by n3 level 1; ");
      return;
    }
    CHECK(c.s.stop("redis", "n2") == refusal::none);
    c.pass(30s); // for as long as it takes
    CHECK(c.look().empty());
    c.s.done("redis", "n2", command::act_end::failed, 1);
    CHECK(c.look() == "n2 by n3 level 1; "); // the operator said that it was mended, and it was not
  }
  SUBCASE("the same resource, when it is back") {
    first_is_shot(1);
    CHECK(c.s.prove("n1", "n3") == refusal::none);
    c.s.join("n1", 2);
    for (auto r : {"db", "db2", "redis"}) c.s.probe("n1", r);
    SUBCASE("much later it may be the node") {
      c.pass(11min);
      breaks_on("redis", "n2", 1);
      CHECK(c.look() == "n2 by n3 level 1; ");
      return;
    }
    c.pass(30s);
    breaks_on("redis", "n2", 1);
    CHECK(c.look().empty());
    CHECK(c.why("n2") == fence_wait::broken_resource);
    CHECK(c.text() ==
          "redis could not be stopped on n2, as moments ago on n1. n2 is not fenced for it: mend redis, then "
          "`troupe cleanup redis` stops it once more, and has n2 fenced if that fails; or `troupe fence n2`");
  }
  SUBCASE("its agent is gone: no node is fenced for another of the same agent either") {
    breaks_on("db", "n1", 5);
    CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
    breaks_on("db2", "n2", 5);
    (void)c.look();
    CHECK(c.why("n2") == fence_wait::broken_resource);
    CHECK(c.text("n2").starts_with(
        "db2 could not be stopped on n2, as moments ago db on n1: their agent is not installed"));
  }
  SUBCASE("another one of the same agent, which is there: so many things may go wrong") {
    breaks_on("db", "n1", 1);
    CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
    breaks_on("db2", "n2", 1);
    CHECK(c.look() == "n2 by n3 level 1; ");
  }
  SUBCASE("a node that was lost is no sign, though it failed there as well") {
    breaks_on("redis", "n1", 1);
    c.s.lose("n1");
    c.pass(30s);
    CHECK(c.look_and_commit() == "n1 by n3 level 1; ");
    CHECK(c.s.prove("n1", "n3") == refusal::none);
    breaks_on("redis", "n2", 1);
    CHECK(c.look() == "n2 by n3 level 1; ");
  }
}

TEST_CASE("what another boot has not mended has its node fenced no second time") {
  scene c;
  auto cannot_be_stopped = [&](const char* node) {
    c.s.stop("redis", node);
    c.s.done("redis", node, command::act_end::failed, 2);
  };
  c.s.run("redis", "n2");
  cannot_be_stopped("n2");
  CHECK(c.look_and_commit() == "n2 by n3 level 1; ");
  CHECK(c.s.prove("n2", "n3") == refusal::none);
  c.s.join("n2", 2);
  c.s.probe("n2", "db");
  c.pass(15s);
  SUBCASE("a look finds it failed, and its stop fails again") {
    c.s.probe("n2", "redis", command::finding::failed);
    cannot_be_stopped("n2");
    CHECK(c.look().empty());
    CHECK(c.why("n2") == fence_wait::broken_resource);
    CHECK(c.text("n2") ==
          "redis could not be stopped on n2, although n2 has died for that moments ago. n2 is not fenced for "
          "it: mend redis, then `troupe cleanup redis` stops it once more, and has n2 fenced if that fails; or `troupe "
          "fence n2`");
    SUBCASE("nor is another node, where it is so") {
      c.s.run("redis", "n4");
      cannot_be_stopped("n4");
      CHECK(c.look().empty());
      CHECK(c.why("n4") == fence_wait::broken_resource);
    }
    SUBCASE("nor an hour later: it still waits") {
      c.pass(1h);
      CHECK(c.look().empty());
    }
    SUBCASE("an operator says that it is mended") {
      CHECK(c.s.operator_says(command::cleanup{resource_name{"redis"}, {}}) == refusal::none);
      cannot_be_stopped("n2");
      CHECK(c.look() == "n2 by n3 level 1; ");
    }
  }
  SUBCASE("much later it is another story") {
    c.pass(61min);
    c.s.probe("n2", "redis", command::finding::failed);
    cannot_be_stopped("n2");
    CHECK(c.look() == "n2 by n3 level 1; ");
  }
  SUBCASE("it has started there since: the boot did mend it") {
    c.s.probe("n2", "redis");
    c.s.run("redis", "n2");
    cannot_be_stopped("n2");
    CHECK(c.look() == "n2 by n3 level 1; ");
  }
}

TEST_CASE("one that dies with something that is still to be stopped has died with it as well") {
  auto c4 = four_nodes({device("ipmi")});
  for (auto more : {"db2", "db3"}) {
    c4.resources.push_back(c4.resources[0]);
    c4.resources.back().name = resource_name{more};
  }
  scene c(c4);
  for (auto r : {"db2", "db3", "redis"}) {
    for (auto n : {"n1", "n2", "n3", "n4"}) c.s.probe(n, r);
    REQUIRE(c.s.start(r, "n2") == refusal::none);
    c.s.done(r, "n2");
    c.s.report("n2", {command::monitored{resource_name{r}, 0, false, 1, ""}});
  }
  for (auto r : {"redis", "db2"}) c.s.stop(r, "n2");
  c.s.done("redis", "n2", command::act_end::failed, 1); // db2 is being stopped, db3 has failed
  CHECK(c.look_and_commit() == "n2 by n3 level 1; ");
  CHECK(c.s.prove("n2", "n3") == refusal::none);
  c.s.join("n2", 2);
  c.pass(15s);
  c.s.probe("n2", "db");
  for (auto r : {"db2", "db3", "redis"}) c.s.probe("n2", r, command::finding::failed);
  for (auto r : {"db3", "db2", "redis"}) {
    c.s.stop(r, "n2");
    c.s.done(r, "n2", command::act_end::failed, 1);
    CHECK(c.look().empty());
    CHECK(c.why("n2") == fence_wait::broken_resource);
  }
}

TEST_CASE("nothing is fenced for what is left alone") {
  scene c;
  c.s.run("redis", "n2");
  c.s.stop("redis", "n2");
  c.s.done("redis", "n2", command::act_end::failed, 1);
  command::directive maintenance{.kind = command::directive_kind::maintenance};
  CHECK(c.s.operator_says(maintenance) == refusal::none);
  CHECK(c.look().empty());
  CHECK(c.why("n2") == fence_wait::left_alone);
  maintenance.lifted = true;
  CHECK(c.s.operator_says(maintenance) == refusal::none);
  CHECK(c.look() == "n2 by n3 level 1; ");
}

TEST_CASE("who was to fence is gone before that is in the log: another is asked at once") {
  scene c;
  c.s.lose("n1");
  auto by_n4 = [&] { return c.plan.look(c.s.s, node_name{"n4"}, c.now); };
  CHECK(by_n4().size() == 1); // by n4 itself, and is never committed
  CHECK(by_n4().empty());
  c.s.lose("n4");
  CHECK(c.look() == "n1 by n3 level 1; ");
}

TEST_CASE("fencing = off: a lost node is assumed dead at once; nothing is assumed of one that is here") {
  auto off = four_nodes({});
  off.fencing = config::fencing_policy::off;
  for (auto& r : off.resources) r.accepts.insert(config::proof_kind::assumed);
  scene c(off);
  c.s.run("redis", "n2");
  c.s.stop("redis", "n2");
  c.s.done("redis", "n2", command::act_end::failed, 1);
  c.s.lose("n1");
  CHECK(c.look_and_commit() == "n1 assumed dead; ");
  CHECK(c.proposed[0].from.why == reason::fencing_off);
  CHECK(c.why("n2") == fence_wait::stop_unfenced);
  CHECK(c.s.held("db", "n1") == nullptr);
}

TEST_CASE("an attempt of which nothing is heard is given up") {
  scene c;
  c.s.lose("n1");
  c.look_and_commit();
  CHECK(c.look().empty());
  auto limit = 4 * 60s + 20s + overdue_margin;
  CHECK(c.plan.next_deadline() == c.now + limit);
  c.pass(limit);
  CHECK(c.look() == "n1 failed: nothing was heard of it from n3 for 320s; ");
  CHECK(c.proposed[0].from.why == reason::deadline_due);
  CHECK(c.look().empty());
  CHECK(c.s.say(command::fence_failed{node_name{"n1"}, c.s.attempt_id("n1"), "late"}, "n3") == refusal::none);
  c.look();
  CHECK(c.why() == fence_wait::pausing);
}

TEST_CASE("an executor that cannot be heard is given up after late-margin, and another one takes over") {
  scene c;
  c.s.lose("n1");
  c.look_and_commit();
  c.s.say(command::detach{node_name{"n3"}, c.s.session("n3"), c.s.clock + 600s}, "n3");
  CHECK(c.look().empty());
  CHECK(c.plan.next_deadline() == c.now + 10s);
  c.pass(10s);
  CHECK(c.look_and_commit() == "n1 failed: nothing was heard of it from n3 for 10s; ");
  CHECK(c.look().empty());
  c.pass(first_fence_pause);
  CHECK(c.look_and_commit() == "n1 by n2 level 1; ");
}

} // namespace troupe::fence_plan_test
