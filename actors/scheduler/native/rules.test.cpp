// Each rule of placing in a running cluster, alone.
#include "actors/scheduler/native/fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::scheduler::native_rules_test {

using namespace native_fixture;
using config::role;

config::location prefers(const char* what, const char* node, std::int64_t weight) {
  return {what, node_name{node}, score{weight}};
}
config::colocation with(const char* what, const char* other, std::int64_t weight = score::limit) {
  return {.what = what, .what_role = {}, .with = other, .with_role = {}, .weight = score{weight}};
}
config::group group(const char* name, std::vector<const char*> members) {
  config::group g;
  g.name = config::group_name{name};
  for (auto m : members) g.members.emplace_back(m);
  return g;
}

TEST_CASE("a resource goes to the best node, in want of one to that with fewest resources, then by name") {
  auto c = cluster_of(3, {plain("a"), plain("b"), plain("c"), plain("d")});
  c.locations = {prefers("d", "n3", 10)};
  world w(c);
  CHECK(w.at("a") == "n1");
  CHECK(w.at("b") == "n2");
  CHECK(w.at("c") == "n3");
  CHECK(w.at("d") == "n3");
  CHECK(w.why("a").rule == decided_by::fewest);
  CHECK(w.why("d").rule == decided_by::score);
}

TEST_CASE("colocations that run in a circle: what must be apart is, and what must be together") {
  auto c = cluster_of(3, {plain("a"), plain("b"), plain("c")});
  c.colocations = {with("a", "b", 39), with("b", "c"), with("c", "a", -score::limit)};
  world w(c);
  CHECK(w.at("c") == "n1"); // the last one of the chain that begins with a
  CHECK(w.at("b") == "n1");
  CHECK(w.at("a") == "n2");
  CHECK(lines_of(w.why("a"))[1] == "  n1: -infinity (apart from c, which is on n1 -infinity)");
  w.commit();
  CHECK_FALSE(w.commit());
  c.colocations = {with("a", "b", 39), with("b", "c"), with("c", "a")};
  c.locations = {prefers("a", "n2", 1000), prefers("c", "n1", 5000)};
  world v(c);
  CHECK(v.at("c") == "n1");
  CHECK(v.at("b") == "n1");
  CHECK(v.at("a") == "n1");
  CHECK(lines_of(v.why("a"))[2] == "  n2: -infinity (location of a on n2 1000, with c, which is on n1 -infinity)");
}

TEST_CASE("the assignment is the present place, not where it may be active") {
  world w(cluster_of(3, {plain("db")}));
  w.log.run("db", "n3"); // found or started there, but nobody has placed it yet
  CHECK(w.at("db") == "n3");
  w.log.say(command::assigned{{{resource_name{"db"}, {{node_name{"n2"}}}}}});
  CHECK(w.at("db") == "n2");
  CHECK(w.why("db").rule == decided_by::score); // its stickiness
  CHECK_FALSE(w.commit());
}

TEST_CASE("stickiness is 1 unless it is said otherwise: a stronger preference moves it, a weaker one does not") {
  auto c = cluster_of(2, {plain("db")});
  c.resources[0].stickiness = score{100};
  c.locations = {prefers("db", "n2", 50)};
  world w(c);
  w.log.say(command::assigned{{{resource_name{"db"}, {{node_name{"n1"}}}}}});
  CHECK(w.at("db") == "n1");
  c.resources[0].stickiness.reset();
  world v(c);
  v.log.say(command::assigned{{{resource_name{"db"}, {{node_name{"n1"}}}}}});
  CHECK(v.at("db") == "n2");
}

TEST_CASE("a node on which a stop failed is emptied, but not for what can be started nowhere either") {
  for (bool elsewhere_too : {false, true}) {
    world w(cluster_of(3, {plain("broken"), plain("db")}));
    w.log.say(command::assigned{{{resource_name{"db"}, {{node_name{"n2"}}}}}});
    w.log.run("db", "n2");
    if (elsewhere_too) w.fails("broken", "n1", 2, 1);
    w.log.act(config::action::start, "broken", "n2");
    w.log.done("broken", "n2", command::act_end::failed, 5);
    w.log.stop("broken", "n2");
    w.log.done("broken", "n2", command::act_end::failed, 5);
    CHECK(w.at("db") == (elsewhere_too ? "n2" : "n3"));
  }
}

TEST_CASE("priority decides who is placed first, and so who gets the only place") {
  auto c = cluster_of(1, {plain("a"), plain("b")});
  c.colocations = {with("a", "b", -score::limit)};
  c.resources[0].priority = 5;
  c.resources[1].priority = 10;
  world w(c);
  CHECK(w.at("b") == "n1");
  CHECK(w.at("a") == "-");
  CHECK(w.why("a").rule == decided_by::no_node);
  CHECK(lines_of(w.why("a"))[1] == "  n1: -infinity (apart from b, which is on n1 -infinity)");
}

TEST_CASE("a lost node is left at once, for whatever it holds; proof is not place()'s business") {
  world w(cluster_of(3, {plain("db")}));
  w.commit();
  w.log.run("db", "n1");
  w.log.lose("n1");
  CHECK(w.at("db") == "n2");
  CHECK(w.why("db").nodes[0].use == node_use::lost);
  CHECK(w.why("db").nodes[0].out == ruled_out::by_use);
}

TEST_CASE("a node that was never seen is no candidate") {
  auto c = cluster_of(2, {plain("db")});
  c.locations = {prefers("db", "n1", 100)};
  cluster::test::script log(c);
  log.join("n2");
  auto placed = place_cluster(log.s);
  CHECK(world::text(placed.items[0].places) == "n2");
  CHECK(placed.uses[0] == node_use::never_seen);
}

TEST_CASE("a detached or suspected node keeps what it has and gets nothing new") {
  auto c = cluster_of(3, {plain("a"), plain("new"), plain("x"), plain("y"), cloned("everywhere")});
  c.groups = {group("pair", {"x", "y"})};
  c.locations = {prefers("new", "n1", 100), prefers("pair", "n1", 100), prefers("a", "n1", 1)};
  world w(c);
  auto place = [](const char* r, const char* n) { return command::assignment{resource_name{r}, {{node_name{n}}}}; };
  w.log.say(command::assigned{{place("a", "n1"), place("x", "n1")}});
  SUBCASE("detached") {
    w.log.say(command::detach{node_name{"n1"}, w.log.session("n1"), w.log.clock + 5min});
  }
  SUBCASE("suspected") {
    w.log.say(command::suspected{node_name{"n1"}, w.log.session("n1"), false, "silent"});
  }
  CHECK(w.at("a") == "n1");
  CHECK(w.at("new") == "n2");
  CHECK(w.at("x") == "n1"); // the group is there: its other member belongs to what it has
  CHECK(w.at("y") == "n1");
  CHECK(w.at("everywhere") == "n2 n3"); // no instance was there
}

TEST_CASE("a node that was fenced gets nothing new while the fencing may still land, and keeps what it has") {
  auto c = cluster_of(2, {plain("a"), plain("only"), plain("kept")});
  c.locations = {prefers("a", "n1", 100), prefers("kept", "n1", 1), {"only", node_name{"n2"}, score{-score::limit}}};
  world w(c);
  w.commit();
  w.log.run("kept", "n1");
  w.log.say(command::assigned{{{resource_name{"a"}, {}}, {resource_name{"only"}, {}}}});
  w.log.lose("n1");
  w.log.attempt("n1", "n2");
  w.log.join("n1"); // in the same boot
  for (auto r : {"a", "kept", "only"})
    w.log.probe("n1", r, r == std::string("kept") ? command::finding::started : command::finding::not_held);
  w.log.say(command::fence_failed{node_name{"n1"}, w.log.attempt_id("n1"), "no answer"}, "n2");
  CHECK(w.at("a") == "n2");
  CHECK(w.at("only") == "-");
  CHECK(w.at("kept") == "n1");
  auto here = w.why("only").nodes[0];
  CHECK(here.use == node_use::gated);
  CHECK(here.out == ruled_out::by_score);
  CHECK(lines_of(w.why("only"))[1] ==
        "  n1: -infinity, gets nothing new yet: a fencing of it may still land (keeps-only -infinity)");
  w.log.clock += 11s; // late-margin
  w.log.say(command::tick{});
  CHECK(w.at("a") == "n1");
  CHECK(w.at("only") == "n1");
  CHECK(w.why("only").nodes[0].use == node_use::candidate);
}

TEST_CASE("standby empties a node; lifted, what has moved stays away") {
  world w(cluster_of(2, {plain("db")}));
  w.commit();
  CHECK(w.at("db") == "n1");
  w.direct(directive_kind::standby, "n1");
  CHECK(w.at("db") == "n2");
  w.commit();
  w.lift(directive_kind::standby, "n1");
  CHECK(w.at("db") == "n2");
}

TEST_CASE("a node in maintenance keeps what it has, even when it is lost, and gets nothing new") {
  auto c = cluster_of(2, {plain("a"), plain("b")});
  c.locations = {prefers("b", "n1", 100)};
  world w(c);
  w.log.say(command::assigned{{{resource_name{"a"}, {{node_name{"n1"}}}}}});
  w.direct(directive_kind::maintenance, "n1");
  CHECK(w.at("a") == "n1");
  CHECK(w.why("a").rule == decided_by::unmanaged);
  CHECK(w.at("b") == "n2");
  w.log.lose("n1");
  CHECK(w.at("a") == "n1");
}

TEST_CASE("what is unmanaged stays where it may be active, else it is nowhere") {
  auto c = cluster_of(2, {plain("a"), plain("b")});
  c.locations = {prefers("a", "n1", 100), prefers("b", "n1", 100)};
  SUBCASE("by the configuration") {
    c.resources[0].managed = c.resources[1].managed = false;
    world w(c);
    cluster::transaction t(w.log.s, w.log.s.index().next(), w.log.clock, {});
    auto defined = cluster::standing_of(w.log.s, resource_name{"a"})->defined_at;
    t.put(cluster::holder_key{resource_name{"a"}, 0, node_name{"n2"}, w.log.node("n2").boot},
          {cluster::running{}, role::started, {}, defined});
    t.commit();
    CHECK(w.at("a") == "n2");
    CHECK(w.at("b") == "-");
    CHECK(w.why("b").rule == decided_by::unmanaged);
  }
  SUBCASE("by an operator, for one or for all") {
    world w(c);
    w.log.run("a", "n2");
    w.direct(directive_kind::maintenance, "a");
    CHECK(w.at("a") == "n2");
    CHECK(w.at("b") == "n1");
    w.direct(directive_kind::maintenance, "");
    CHECK(w.at("b") == "-");
  }
}

TEST_CASE("told to stop it is nowhere: by the configuration or an operator, whose word counts more") {
  auto c = cluster_of(2, {plain("a"), plain("b"), plain("c")});
  c.groups = {group("g", {"b", "c"})};
  c.resources[0].target = role::stopped;
  world w(c);
  CHECK(w.at("a") == "-");
  CHECK(w.why("a").rule == decided_by::told_to_stop);
  w.direct(directive_kind::target_role, "a", role::started);
  CHECK(w.at("a") == "n1");
  w.direct(directive_kind::target_role, "g", role::stopped);
  CHECK(w.at("b") == "-");
  CHECK(w.at("c") == "-");
}

TEST_CASE("a move goes where starts have failed before it, until the next one fails there") {
  world w(cluster_of(2, {plain("db")}));
  w.fails("db", "n1", 5, 5);
  w.commit();
  CHECK(w.at("db") == "n2");
  w.direct(directive_kind::move, "db", role::stopped, "n1");
  CHECK(w.at("db") == "n1");
  w.fails("db", "n1", 6, 6);
  CHECK(w.at("db") == "n2");
  CHECK(w.why("db").rule == decided_by::failed_starts);
  w.direct(directive_kind::move, "db", role::stopped, "n1"); // said again
  CHECK(w.at("db") == "n1");
}

TEST_CASE("a node that has died with it, and may have it again, does not draw it away from where it runs") {
  auto c = cluster_of(2, {plain("db")});
  c.locations = {prefers("db", "n1", 50)};
  world w(c);
  w.commit();
  w.log.run("db", "n1");
  w.log.stop("db", "n1");
  w.log.done("db", "n1", command::act_end::failed, 1);
  w.log.attempt("n1");
  w.log.prove("n1");
  w.commit();
  w.log.run("db", "n2");
  CHECK(w.at("db") == "n2");
  w.log.join("n1", 2);
  SUBCASE("it has it again") {
    w.log.probe("n1", "db", command::finding::failed);
    w.log.clock += std::chrono::minutes{1}; // nothing of its fencing may land there any more
    w.log.say(command::tick{});
    CHECK(w.at("db") == "n2");
  }
  SUBCASE("it is clean") {
    w.log.probe("n1", "db");
    w.log.clock += std::chrono::minutes{1};
    w.log.say(command::tick{});
    CHECK(w.at("db") == "n1"); // where it is preferred
  }
}

TEST_CASE("a move holds while its directive lives; then it stays where it is") {
  auto c = cluster_of(3, {plain("a"), plain("b"), plain("c")});
  c.groups = {group("g", {"b", "c"})};
  c.locations = {prefers("a", "n1", 1000)};
  c.stickiness = score{2000};
  world w(c);
  w.commit();
  CHECK(w.at("a") == "n1");
  w.direct(directive_kind::move, "a", role::stopped, "n3");
  w.direct(directive_kind::move, "g", role::stopped, "n3");
  CHECK(w.at("a") == "n3");
  CHECK(w.at("b") == "n3");
  CHECK(w.at("c") == "n3");
  CHECK(lines_of(w.why("a"))[0] == "a: on n3: the highest score");
  w.commit();
  w.lift(directive_kind::move, "a");
  CHECK(w.at("a") == "n3");
}

TEST_CASE("the failure threshold forbids a node, for the whole group or clone") {
  auto c = cluster_of(2, {plain("a"), plain("b"), plain("c"), cloned("d")});
  c.groups = {group("g", {"b", "c"})};
  for (auto& r : c.resources) r.failure_threshold = 3;
  world w(c);
  w.commit();
  CHECK(w.at("b") == "n2");
  w.fails("c", "n2", 2);
  CHECK(w.at("b") == "n2");
  w.fails("c", "n2", 3);
  CHECK(w.at("b") == "n1");
  CHECK(w.at("c") == "n1");
  w.fails("d", "n1", 3);
  CHECK(w.at("d") == "n2");
}

TEST_CASE("failures without a threshold move nothing, a failed start does: to where fewer failed") {
  auto c = cluster_of(2, {plain("db")});
  c.locations = {prefers("db", "n1", 5000)};
  world w(c);
  w.commit();
  w.fails("db", "n1", 7);
  CHECK(w.at("db") == "n1");
  w.fails("db", "n1", 8, 1);
  CHECK(w.at("db") == "n2"); // whatever is preferred
  CHECK(w.why("db").rule == decided_by::failed_starts);
  w.commit();
  w.fails("db", "n2", 1, 1);
  CHECK(w.at("db") == "n1"); // no worse than the other, and preferred
  w.commit();
  w.fails("db", "n1", 9, 2);
  CHECK(w.at("db") == "n2");
  w.commit();
  w.fails("db", "n2", 2, 2);
  w.commit();
  w.fails("db", "n1", 10, 3); // two or three: the same patience
  CHECK(w.at("db") == "n1");
  w.fails("db", "n1", 11, 4);
  CHECK(w.at("db") == "n2");
}

TEST_CASE("an agent that says it cannot run there, or nowhere, is believed until its failures are forgotten") {
  auto c = cluster_of(3, {plain("db"), cloned("cache"), plain("a"), plain("b")});
  c.groups = {group("g", {"a", "b"})};
  c.locations = {prefers("db", "n1", 50), prefers("g", "n1", 50)};
  world w(c);
  w.commit();
  REQUIRE(w.at("db") == "n1");
  w.fails("db", "n1", 1, 0, 1);
  CHECK(w.at("db") == "n1"); // an error like any other
  w.fails("db", "n1", 1, 0, 5);
  CHECK(w.at("db") == "n2");
  auto parts = explain(w.placed(), resource_name{"db"})->nodes[0].parts;
  CHECK(std::any_of(parts.begin(), parts.end(), [](auto& p) { return p.rule == "failed on n1: not installed"; }));
  w.fails("db", "n2", 1, 1, 6);
  CHECK(w.at("db") == "-");
  w.fails("cache", "n3", 1, 1, 4);
  CHECK(w.at("cache") == "n1 n2");
  w.fails("b", "n1", 1, 1, 5);
  CHECK(w.at("a") == w.at("b"));
  CHECK(w.at("b") != "n1");
  w.log.operator_says(command::cleanup{resource_name{"db"}, {}});
  CHECK(w.at("db") == "n1");
}

TEST_CASE("a failed start does not lead to where it is forbidden, and with no other node it is tried again") {
  auto c = cluster_of(2, {plain("db")});
  c.locations = {prefers("db", "n2", -1)};
  world w(c);
  w.commit();
  w.fails("db", "n1", 5, 5);
  CHECK(w.at("db") == "n1");
  CHECK(w.why("db").rule == decided_by::only_node);
}

TEST_CASE("what must be together leaves together where one of it fails to start") {
  auto c = cluster_of(2, {plain("a"), plain("b"), plain("c"), plain("d")});
  c.groups = {group("g", {"a", "b"})};
  c.colocations = {with("c", "g"), with("d", "c", 100)};
  world w(c);
  w.commit();
  CHECK(w.at("a") == "n1");
  w.fails("c", "n1", 1, 1);
  CHECK(w.at("a") == "n2");
  CHECK(w.at("b") == "n2");
  CHECK(w.at("c") == "n2");
  CHECK(w.at("d") == "n2"); // it only wants to be with c
}

TEST_CASE("a node where a stop failed is to be fenced: it is left, if a device can come for it") {
  auto c = cluster_of(2, {plain("a"), plain("b")});
  SUBCASE("devices") {}
  SUBCASE("none") {
    c.fencing = config::fencing_policy::none;
  }
  c.locations = {prefers("b", "n1", 10)};
  world w(c);
  w.commit();
  w.log.run("a", "n1");
  w.log.stop("a", "n1");
  w.log.done("a", "n1", command::act_end::failed, 1);
  bool fenced = c.fencing == config::fencing_policy::devices;
  CHECK(w.at("b") == (fenced ? "n2" : "n1"));
}

TEST_CASE("a group is on one node, in the place that suits all of it") {
  auto c = cluster_of(3, {plain("a"), plain("b"), plain("c")});
  c.groups = {group("g", {"c", "a", "b"})};
  c.locations = {prefers("b", "n1", -score::limit), prefers("g", "n3", 20)};
  world w(c);
  for (auto r : {"a", "b", "c"}) CHECK(w.at(r) == "n3");
}

TEST_CASE("clones: one a node, at most max; where they are they stay; a cloned group as a whole") {
  auto c = cluster_of(4, {cloned("all"), cloned("two", 2), plain("x"), plain("y")});
  c.groups = {group("g", {"x", "y"})};
  c.groups[0].clone = config::clone_options{.max = 2};
  c.locations = {prefers("two", "n4", 5)};
  world w(c);
  CHECK(w.at("all") == "n1 n2 n3 n4");
  CHECK(w.at("two") == "n3 n4"); // the others were placed on n1 and n2
  CHECK(w.at("x") == w.at("y"));
  CHECK(w.why("all").rule == decided_by::instances);
  w.log.say(command::assigned{{{resource_name{"two"}, {{node_name{"n2"}}, {node_name{"n3"}}}}}});
  CHECK(w.at("two") == "n3 n4"); // the preference is stronger than staying
  w.log.lose("n4");
  CHECK(w.at("two") == "n2 n3");
  CHECK(w.at("all") == "n1 n2 n3");
}

TEST_CASE("with a clone: where it has an instance; apart from a resource: not where that is") {
  auto c = cluster_of(3, {cloned("api", 1), plain("vip"), plain("web")});
  c.locations = {prefers("api", "n2", 50), prefers("vip", "n1", 10), prefers("web", "n2", 10)};
  c.colocations = {with("vip", "api"), with("web", "vip", -score::limit)};
  world w(c);
  CHECK(w.at("vip") == "n2");
  CHECK(w.at("web") != "n2");
  CHECK(w.at("web") != "-");
}

TEST_CASE("orders do not influence places") {
  auto c = cluster_of(2, {plain("a"), plain("b")});
  c.orders = {{.first = "b", .then = "a"}};
  c.resources[1].target = role::stopped;
  world w(c);
  CHECK(w.at("a") == "n1"); // that it cannot start is not place()'s business
}

TEST_CASE("what changed, and nothing else, is to be committed") {
  world w(cluster_of(2, {plain("a"), plain("b")}));
  w.direct(directive_kind::target_role, "b");
  auto news = changed(w.placed().items, w.log.s);
  REQUIRE(news.size() == 1); // b never had a place and gets none
  CHECK(news[0].resource.text == "a");
  w.commit();
  CHECK(changed(w.placed().items, w.log.s).empty());
  w.direct(directive_kind::target_role, "a");
  news = changed(w.placed().items, w.log.s);
  REQUIRE(news.size() == 1);
  CHECK(news[0].places.empty());
}

TEST_CASE("the text of a decision") {
  auto c = cluster_of(3, {plain("db")});
  c.locations = {prefers("db", "n2", 50), prefers("db", "n3", -score::limit)};
  world w(c);
  w.log.say(command::assigned{{{resource_name{"db"}, {{node_name{"n1"}}}}}});
  std::string text;
  for (auto& line : lines_of(w.why("db"))) text += line + "\n";
  CHECK(text == "db: on n2: the highest score\n"
                "  n1: 1 (stickiness 1)\n"
                "* n2: 50 (location of db on n2 50)\n"
                "  n3: -infinity (location of db on n3 -infinity)\n");
  CHECK_FALSE(explain(w.placed(), resource_name{"nobody"}));
}

} // namespace troupe::scheduler::native_rules_test
