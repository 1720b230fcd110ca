#include "actors/fencing/duties.hpp"

#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>

namespace troupe::duties_test {

using namespace fencing;
using cluster::test::script;

namespace {

config::fence_device device(const char* name, std::uint32_t level = 1, bool reboot = true) {
  config::fence_device d;
  d.name = device_name{name};
  d.agent = "fence_x";
  d.targets = {node_name{"n1"}, node_name{"n3"}};
  d.level = level;
  d.reboot = reboot;
  return d;
}

config::cluster with(std::vector<config::fence_device> devices) {
  auto c = cluster::test::three_nodes();
  c.devices = std::move(devices);
  return c;
}

// n2's duties beside a kernel: each command is followed by them, what they want is text.
struct scene {
  explicit scene(std::vector<config::fence_device> devices)
    : s(with(std::move(devices))) {
    s.assemble();
    s.run("db", "n1");
    see(mine.whole(s.s, false));
    see(mine.session_is(s.session("n2")));
  }
  void follow() {
    REQUIRE(s.last.answer.refused == refusal::none);
    see(mine.changed({s.s.index(), s.s.now(), cluster::changes_of(s.s, s.last.touched), {}}, more));
  }
  void see(const duties::outputs& all) {
    for (const auto& each : all) {
      if (const auto* o = std::get_if<duties::order>(&each)) {
        said += std::string(name_of(o->what.what)) + ":" + o->device.text + " ";
      } else if (const auto* w = std::get_if<duties::withdraw>(&each)) {
        said += "withdraw:" + w->device.text + " ";
      } else if (const auto* c = std::get_if<duties::say>(&each)) {
        spoken = c->what;
        const auto* failed = std::get_if<command::fence_failed>(&c->what.what);
        said += failed ? "FAILED(" + failed->note + ") " : "PROOF ";
      } else if (std::get<duties::remark>(each).trouble) {
        said += "trouble(" + std::get<duties::remark>(each).text + ") ";
      }
    }
  }
  void over(const char* by, aim what, bool reached, bool called = true, std::string note = "no") {
    see(mine.over(device_name{by},
                  {{attempt, what, node_name{"n1"}}, reached, called, reached ? "" : std::move(note)}));
  }
  // What n2 said, into the log.
  refusal commit() {
    auto r = s.say(spoken.what, "n2");
    if (r == refusal::none) follow();
    return r;
  }
  void attempt_on_n1(std::uint32_t level = 1, reason why = reason::fence_unclean, const char* executor = "n2") {
    command::command c;
    c.from.at = s.clock;
    c.from.why = why;
    c.from.by.node = node_name{"n1"};
    c.what =
        command::fence_attempt{node_name{"n1"}, s.node("n1").boot, node_name{executor}, s.session(executor), level};
    s.last = apply(s.s, s.s.index().next(), c);
    attempt = s.s.index();
    follow();
  }
  void lose_n1() {
    s.lose("n1");
    follow();
  }
  std::string told() { return std::exchange(said, {}); }
  // The log has come to its end.
  void nothing_follows() { see(mine.changed({s.s.index(), s.s.now(), {}, {}}, more = false)); }

  script s;
  duties mine{node_name{"n2"}};
  bool more = false; // of the log is known to follow
  log_index attempt;
  command::command spoken;
  std::string said;
};

} // namespace

TEST_CASE("one device: off, proof, on again") {
  scene c({device("ipmi")});
  c.lose_n1();
  c.attempt_on_n1();
  CHECK(c.told() == "off:ipmi ");
  c.over("ipmi", aim::off, true);
  CHECK(c.told() == "PROOF on:ipmi ");
  CHECK(c.spoken.from.causes == std::vector<log_index>{c.attempt});
  CHECK(c.spoken.from.by == command::principal{node_name{"n2"}, {}});
  CHECK(c.commit() == refusal::none);
  CHECK(std::holds_alternative<cluster::down>(c.s.node("n1").here));
  CHECK(c.mine.open() == 1);
  c.over("ipmi", aim::on, false, true, "exit code 1");
  CHECK(c.told() == "trouble(n1 did not come on again: ipmi: exit code 1) ");
  CHECK(c.mine.open() == 0);
}

TEST_CASE("off and stay off; the order of proof and answer does not matter") {
  scene c({device("ipmi", 1, false)});
  c.lose_n1();
  c.attempt_on_n1();
  c.over("ipmi", aim::off, true);
  CHECK(c.told() == "off:ipmi PROOF ");
  CHECK(c.mine.open() == 1); // until the log has it: it is not begun again
  c.see(c.mine.whole(c.s.s, false));
  CHECK(c.told().empty());
  CHECK(c.commit() == refusal::none);
  CHECK(c.mine.open() == 0);
}

TEST_CASE("two power supplies: both off, both still off, then the proof, then on again") {
  scene c({device("pdu-a"), device("pdu-b")});
  c.lose_n1();
  c.attempt_on_n1();
  CHECK(c.told() == "off:pdu-a off:pdu-b ");
  c.over("pdu-b", aim::off, true);
  CHECK(c.told().empty());
  c.over("pdu-a", aim::off, true);
  CHECK(c.told() == "confirm off:pdu-a confirm off:pdu-b ");
  c.over("pdu-a", aim::confirm_off, true);
  CHECK(c.told().empty());
  c.over("pdu-b", aim::confirm_off, true);
  CHECK(c.told() == "PROOF on:pdu-a on:pdu-b ");
  CHECK(std::get<command::fence_proof>(c.spoken.what).note == "off, read back as off by pdu-a, pdu-b");
}

TEST_CASE("two power supplies: on again by then is no proof; what went off is not left so") {
  scene c({device("pdu-a"), device("pdu-b")});
  c.lose_n1();
  c.attempt_on_n1();
  c.over("pdu-a", aim::off, true);
  c.over("pdu-b", aim::off, true);
  c.told();
  c.over("pdu-a", aim::confirm_off, false, true, "it is on again");
  CHECK(c.told() == "withdraw:pdu-b ");
  c.over("pdu-b", aim::confirm_off, true);
  CHECK(c.told() == "FAILED(pdu-a: it is on again) on:pdu-a on:pdu-b ");
}

TEST_CASE("one of two fails: the other is withdrawn, the attempt failed, what did go off comes on again") {
  scene c({device("pdu-a"), device("pdu-b")});
  c.lose_n1();
  c.attempt_on_n1();
  c.over("pdu-a", aim::off, false, true, "exit code 1");
  CHECK(c.told() == "off:pdu-a off:pdu-b withdraw:pdu-b ");
  c.over("pdu-b", aim::off, true);
  CHECK(c.told() == "FAILED(pdu-a: exit code 1) on:pdu-b ");
  CHECK(c.commit() == refusal::none);
  CHECK(c.mine.open() == 1);
  c.over("pdu-b", aim::on, true);
  CHECK(c.mine.open() == 0);
}

TEST_CASE("a failed attempt of one device leaves it as it is: the next one decides") {
  scene c({device("ipmi")});
  c.lose_n1();
  c.attempt_on_n1();
  c.over("ipmi", aim::off, false, true, "timed out");
  CHECK(c.told() == "off:ipmi FAILED(ipmi: timed out) ");
  CHECK(c.commit() == refusal::none);
  CHECK(c.s.s.find(cluster::attempt_key{node_name{"n1"}})->value.note == "ipmi: timed out");
  CHECK(c.mine.open() == 0);
}

TEST_CASE("only the level's devices, only those that have the target; none is a failure at once") {
  auto other = device("other");
  other.targets = {node_name{"n3"}};
  scene c({device("ipmi"), device("pdu", 2), other});
  c.lose_n1();
  c.attempt_on_n1(2);
  CHECK(c.told() == "off:pdu ");
  scene d({device("ipmi")});
  d.lose_n1();
  d.attempt_on_n1(3);
  CHECK(d.told() == "FAILED(no device of level 3 has n1 among its targets) ");
  CHECK(d.commit() == refusal::none);
  CHECK(d.mine.open() == 0);
}

TEST_CASE("only attempts of this node in this life's session") {
  scene c({device("ipmi")});
  c.lose_n1();
  c.attempt_on_n1(1, reason::fence_unclean, "n3");
  CHECK(c.told().empty());
  scene d({device("ipmi")});
  duties later{node_name{"n2"}};
  d.lose_n1();
  d.attempt_on_n1();
  CHECK(d.told() == "off:ipmi ");
  d.see(later.whole(d.s.s, false)); // after a restart, before the join: the state still shows the session before
  CHECK(d.told().empty());
  d.s.join("n2");
  d.see(later.session_is(d.s.session("n2")));
  CHECK(d.told().empty());
}

TEST_CASE("closed by its target's new boot: no further call; what may go off late is switched on") {
  scene c({device("ipmi")});
  c.lose_n1();
  c.attempt_on_n1();
  c.told();
  c.s.join("n1", 2);
  c.follow();
  CHECK(c.told() == "withdraw:ipmi ");
  c.over("ipmi", aim::off, false);
  CHECK(c.told() == "on:ipmi ");
  c.over("ipmi", aim::on, true);
  CHECK(c.mine.open() == 0);

  scene d({device("ipmi")}); // nothing was called: nothing to make good
  d.lose_n1();
  d.attempt_on_n1();
  d.s.join("n1", 2);
  d.follow();
  d.told();
  d.over("ipmi", aim::off, false, false);
  CHECK(d.told().empty());
  CHECK(d.mine.open() == 0);
}

TEST_CASE("while more of the log is known to follow nothing is begun; what it closes is not begun at all") {
  scene c({device("ipmi")});
  c.more = true;
  c.lose_n1();
  c.attempt_on_n1();
  CHECK(c.told().empty());
  SUBCASE("it is still open at the end") {
    c.nothing_follows();
    CHECK(c.told() == "off:ipmi ");
    c.nothing_follows();
    CHECK(c.told().empty());
  }
  SUBCASE("its target is back in a new boot") {
    c.s.join("n1", 2);
    c.follow();
    c.nothing_follows();
    CHECK(c.told().empty());
    CHECK(c.mine.open() == 0);
  }
  SUBCASE("what was begun before is ended all the same") {
    c.nothing_follows();
    c.told();
    c.more = true;
    c.s.join("n1", 2);
    c.follow();
    CHECK(c.told() == "withdraw:ipmi ");
  }
}

TEST_CASE("closed by an operator's word: no further call, and no on") {
  scene c({device("ipmi")});
  c.lose_n1();
  c.attempt_on_n1();
  c.told();
  c.s.operator_says(
      command::fence_proof{node_name{"n1"}, c.s.node("n1").boot, config::proof_kind::operator_word, {}, "I pulled it"});
  c.follow();
  c.over("ipmi", aim::off, true);
  CHECK(c.told() == "withdraw:ipmi ");
  CHECK(c.mine.open() == 0);
}

TEST_CASE("it came back in its old boot: given up, unless the attempt was asked for") {
  scene c({device("ipmi")});
  c.lose_n1();
  c.attempt_on_n1();
  c.told();
  c.s.join("n1", 1);
  c.follow();
  CHECK(c.told() == "withdraw:ipmi ");
  SUBCASE("before anything was called") {
    c.over("ipmi", aim::off, false, false, "withdrawn");
    CHECK(c.told() == "FAILED(it has joined again; ipmi: withdrawn) ");
  }
  SUBCASE("after an off that may still land") {
    c.over("ipmi", aim::off, false);
    CHECK(c.told() == "FAILED(it has joined again; ipmi: no) on:ipmi ");
  }
  SUBCASE("it was off already") {
    c.over("ipmi", aim::off, true);
    CHECK(c.told() == "PROOF on:ipmi ");
  }
}

TEST_CASE("a failed stop, or an operator, wants a node fenced that is here") {
  scene c({device("ipmi")});
  c.s.stop("db", "n1");
  c.s.done("db", "n1", command::act_end::failed, 1);
  c.follow();
  c.attempt_on_n1(1, reason::fence_failed_stop);
  CHECK(c.told() == "off:ipmi ");
  c.over("ipmi", aim::off, false);
  CHECK(c.told() == "FAILED(ipmi: no) ");
}

TEST_CASE("learned late: an attempt whose target is here again is not begun") {
  scene c({device("ipmi")});
  c.s.lose("n1");
  command::command a;
  a.from.at = c.s.clock;
  a.from.why = reason::fence_unclean;
  a.what = command::fence_attempt{node_name{"n1"}, c.s.node("n1").boot, node_name{"n2"}, c.s.session("n2"), 1};
  apply(c.s.s, c.s.s.index().next(), a);
  c.s.join("n1", 1);
  c.see(c.mine.whole(c.s.s, false));
  CHECK(c.told() == "FAILED(it has joined again) ");
}

} // namespace troupe::duties_test
