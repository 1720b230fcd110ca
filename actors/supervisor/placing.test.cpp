#include "actors/supervisor/placing.hpp"

#include "actors/cluster/script.hpp"

#include <doctest/doctest.h>

namespace troupe::supervisor::placing_test {

using namespace std::chrono_literals;
using cluster::test::script;
using indices = std::vector<log_index>;

struct followed : script {
  placing places;

  // The next run, if one is due; what caused it.
  indices due() {
    if (!places.wanted(s)) return {};
    auto causes = places.started();
    places.ended();
    return causes;
  }
  void work(const char* resource, const char* node) {
    tell(&script::start, resource, node);
    tell(&script::done, resource, node, command::act_end::ok, 0);
  }
  void note() { places.note(s, {s.index(), s.now(), cluster::changes_of(s, last.touched), {}}); }
  template <class... Words>
  void tell(refusal (script::*word)(Words...), std::type_identity_t<Words>... with) {
    REQUIRE((this->*word)(with...) == refusal::none);
    note();
  }
};

struct assembled : followed {
  assembled() {
    assemble();
    places.begin(s);
    CHECK(due() == indices{s.index()});
  }
};

command::assignment to(const char* resource, const char* node) {
  return {resource_name{resource}, {{node_name{node}}}};
}

TEST_CASE("a cluster that was just formed is not placed until every node was seen") {
  followed c;
  c.places.begin(c.s);
  c.tell(&script::join, "n1", 1u, 0u);
  c.tell(&script::join, "n2", 1u, 0u);
  CHECK(c.due() == indices{});
  c.tell(&script::join, "n3", 1u, 0u);
  CHECK(c.due().back() == c.s.index());
  CHECK(c.due() == indices{});
}

TEST_CASE("the first promotion is looked for when the last start has ended") {
  followed c;
  auto of = c.s.config().value;
  of.resources[0].promotable = config::promotable_options{};
  command::config_set set{c.s.version_of(cluster::configuration_key{}), of};
  c.assemble();
  REQUIRE(c.say(set) == refusal::none);
  auto r = of.resources[0].name;
  command::assignment both{r, {{node_name{"n1"}}, {node_name{"n2"}}}};
  REQUIRE(c.say(command::assigned{{both}}) == refusal::none);
  REQUIRE(c.start(r.text.c_str(), "n1") == refusal::none);
  c.places.begin(c.s);
  CHECK(c.due() == indices{c.s.index()});
  c.tell(&script::start, r.text.c_str(), "n2");
  CHECK(c.due() == indices{});
  c.tell(&script::done, r.text.c_str(), "n2", command::act_end::ok, 0);
  CHECK(c.due() == indices{});
  c.tell(&script::done, r.text.c_str(), "n1", command::act_end::ok, 0);
  CHECK(c.due() == indices{c.s.index()});
}

TEST_CASE("what is not placed yet waits until every joined node has looked for it") {
  assembled c;
  CHECK(c.places.changes(c.s, {to("db", "n1")}).size() == 1);
  c.tell(&script::join, "n3", 2u, 0u); // booted again, and has not looked
  CHECK(c.due() == indices{c.s.index()});
  CHECK(c.places.changes(c.s, {to("db", "n1")}).empty());
  CHECK(too_early_to_place(c.s, resource_name{"db"}));
  c.tell(&script::probe, "n3", "db", command::finding::not_held);
  CHECK(c.due() == indices{c.s.index()});
  CHECK(c.places.changes(c.s, {to("db", "n1")}) == std::vector{to("db", "n1")});
}

TEST_CASE("only what differs is committed, and nothing of what is no longer configured") {
  assembled c;
  REQUIRE(c.say(command::assigned{{to("db", "n1")}}) == refusal::none);
  CHECK(c.places.changes(c.s, {to("db", "n1")}).empty());
  CHECK(c.places.changes(c.s, {to("db", "n2"), to("gone", "n1"), {resource_name{"redis"}, {}}}) ==
        std::vector{to("db", "n2")});
  command::assignment nowhere{resource_name{"redis"}, {}};
  c.tell(&script::join, "n3", 2u, 0u);
  for (auto r : {"db", "redis"}) c.tell(&script::probe, "n3", r, command::finding::started);
  CHECK(c.places.changes(c.s, {nowhere}) == std::vector{nowhere}); // it runs, and is to stop
}

TEST_CASE("reports that change no input run nothing") {
  assembled c;
  c.say(command::assigned{{to("db", "n1")}});
  c.note();
  CHECK(c.due() == indices{}); // its own answer
  c.work("db", "n1");
  CHECK(c.due() == indices{});
}

TEST_CASE("an assignment of somebody else's, during a run, asks for another") {
  assembled c;
  c.tell(&script::lose, "n3");
  REQUIRE(c.places.wanted(c.s));
  CHECK(c.places.started() == indices{c.s.index()});
  CHECK(!c.places.wanted(c.s));
  c.say(command::assigned{{to("db", "n1")}});
  c.note();
  CHECK(!c.places.wanted(c.s)); // one at a time
  c.places.ended();
  CHECK(c.due() == indices{c.s.index()});
}

TEST_CASE("a gate that opens by time is a change: the node may get something now") {
  assembled c;
  c.work("db", "n3");
  c.tell(&script::lose, "n3");
  c.tell(&script::attempt, "n3", "n2");
  c.tell(&script::join, "n3", 1u, 0u); // in the same boot
  c.say(command::fence_failed{node_name{"n3"}, c.attempt_id("n3"), "no answer"}, "n2");
  c.note();
  auto closed = c.s.index();
  CHECK(c.due().back() == closed);
  c.clock += 9s;
  c.say(command::tick{});
  c.note();
  CHECK(c.due() == indices{});
  c.clock += 1s;
  c.say(command::tick{});
  c.note();
  CHECK(c.due() == indices{closed}); // the member's record, whose gate it is
  CHECK(c.due() == indices{});
}

} // namespace troupe::supervisor::placing_test
