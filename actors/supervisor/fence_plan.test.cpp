#include "actors/supervisor/fence_scene.hpp"

namespace troupe::fence_plan_test {

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
