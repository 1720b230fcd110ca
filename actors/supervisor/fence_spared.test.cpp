// What is broken beyond the node: what no fencing of it would mend.
#include "actors/supervisor/fence_scene.hpp"

namespace troupe::fence_plan_test {

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
  CHECK(c.text("n2") ==
        "db2 could not be stopped on n2, although n2 has died for that moments ago; nor db3, although n2 has died for "
        "that moments ago; nor redis, although n2 has died for that moments ago. n2 is not fenced for them: mend them, "
        "then `troupe cleanup --node n2` stops them once more, and has n2 fenced if that fails; or `troupe fence n2`");
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

} // namespace troupe::fence_plan_test
