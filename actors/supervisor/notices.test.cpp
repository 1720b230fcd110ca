// Rounds of notices, as ready() arranges them: what goes out, in which order, and who is not waited for.
#include "actors/supervisor/notices.hpp"

#include "actors/cluster/script.hpp"
#include "actors/supervisor/ready.hpp"

#include <doctest/doctest.h>

namespace troupe::supervisor::notices_test {

using cluster::test::script;
using config::action;
using config::role;
using lines = std::vector<std::string>;

config::cluster with_redis() {
  auto c = cluster::test::three_nodes();
  auto redis = c.resources[1];
  redis.clone = config::clone_options{.max = {}, .notify = true};
  c.resources = {redis};
  return c;
}

const resource_name redis{"redis"};

// Three nodes; what is due goes into the log, and the nodes do as they are told when a test says so.
struct stage : script {
  readiness ready;
  stage()
    : script(with_redis()) {
    for (auto n : {"n1", "n2", "n3"}) {
      join(n);
      probe(n, "redis");
    }
    ready.begin(s);
  }
  void note() { ready.note(s, {s.index(), s.now(), changes_of(s, last.touched), {}}); }

  void assign(std::vector<const char*> nodes, const char* promoted = "") {
    command::assignment a{redis, {}};
    for (auto n : nodes)
      a.places.push_back({node_name{n}, 0, std::string(promoted) == n ? role::promoted : role::started});
    CHECK(say(command::assigned{{a}}) == refusal::none);
    note();
  }
  const cluster::notices* open() const {
    auto* found = s.find(cluster::notices_key{redis});
    return found ? &found->value : nullptr;
  }
  // "begin start", "turn before", "start n1".
  lines go() {
    static constexpr const char* stages[] = {"before", "acting", "after"};
    lines out;
    for (auto& a : ready.take(s))
      for (auto& st : a.steps) {
        std::string text;
        if (auto* act = std::get_if<command::act>(&st.what))
          text = std::string(name_of(act->action)) + " " + st.at.node.text;
        if (auto* b = std::get_if<command::notice_begun>(&st.what))
          text = "begin " + std::string(name_of(b->operation));
        if (auto* t = std::get_if<command::notice_turned>(&st.what))
          text = std::string("turn ") + stages[static_cast<int>(t->from)];
        CHECK_MESSAGE(say(st.what) == refusal::none, text);
        note();
        out.push_back(text);
      }
    return out;
  }
  void told(const char* n) {
    report(n, {command::notified{redis, 0, open()->id, open()->stage}});
    note();
  }
  void told_all() {
    for (auto n : {"n1", "n2", "n3"})
      if (open() && open()->asked.contains(node_name{n})) told(n);
  }
  void end(const char* n, command::act_end how = command::act_end::ok) {
    CHECK(done("redis", n, how) == refusal::none);
    note();
  }
  // Everybody does as told, until nothing is due.
  lines settle() {
    lines all;
    for (int i = 0; i < 60; ++i) {
      auto now = go();
      all.insert(all.end(), now.begin(), now.end());
      bool moved = !now.empty();
      if (open() && !open()->asked.empty()) told_all(), moved = true;
      for (auto n : {"n1", "n2", "n3"})
        if (auto* h = held("redis", n); h && h->open) end(n), moved = true;
      if (!moved) return all;
    }
    FAIL("it never comes to rest");
    return all;
  }
};

std::vector<std::string> nodes_of(const std::vector<command::placement>& places) {
  std::vector<std::string> out;
  for (auto& p : places) out.push_back(p.node.text);
  return out;
}

TEST_CASE("nobody is told before the first start, all are after it; promotion is a round of its own") {
  stage c;
  c.assign({"n1", "n2", "n3"}, "n1");
  CHECK(c.settle() == lines{"begin start", "start n1", "start n2", "start n3", "turn acting", "turn after",
                            "begin promote", "turn before", "promote n1", "turn acting", "turn after"});
  CHECK_FALSE(c.open());
}

TEST_CASE("a promotion waits until all have been told, and the round until it is done") {
  stage c;
  c.assign({"n1", "n2"});
  c.settle();
  c.assign({"n1", "n2"}, "n2");
  CHECK(c.go() == lines{"begin promote"});
  CHECK(c.go().empty());
  CHECK(c.ready.waiting().at(redis).front().why == hold::notices);
  c.told("n1");
  CHECK(c.go().empty()); // n2 has not been told
  c.told("n2");
  CHECK(c.go() == lines{"turn before"});
  CHECK(c.go() == lines{"promote n2"});
  CHECK(c.go().empty());
  c.end("n2");
  CHECK(c.go() == lines{"turn acting"});
  CHECK(c.go().empty());
  c.told("n2");
  c.told("n1");
  CHECK(c.go() == lines{"turn after"});
  CHECK(c.go().empty());
}

TEST_CASE("what is to be done is told of: this round's part and the later ones'") {
  stage c;
  c.assign({"n1", "n2"}, "n1");
  c.settle();
  c.assign({"n2", "n3"}, "n3");
  CHECK(c.go() == lines{"begin demote"});
  auto& what = c.open()->what;
  CHECK(nodes_of(what.demoting) == lines{"n1"});
  CHECK(nodes_of(what.stopping) == lines{"n1"});
  CHECK(nodes_of(what.starting) == lines{"n3"});
  CHECK(nodes_of(what.promoting) == lines{"n3"});
  CHECK(nodes_of(c.open()->active) == lines{"n1", "n2"});
  CHECK(c.open()->active[0].role == role::promoted);
  c.told_all();
  CHECK(c.settle() == lines{"turn before", "demote n1", "turn acting", "turn after", "begin stop", "turn before",
                            "stop n1", "turn acting", "turn after", "begin start", "turn before", "start n3",
                            "turn acting", "turn after", "begin promote", "turn before", "promote n3", "turn acting",
                            "turn after"});
}

TEST_CASE("a round stays open while what all were told of has to wait again, but not if something else is due") {
  stage c;
  c.assign({"n1", "n2"});
  c.settle();
  c.assign({"n1", "n2"}, "n2");
  CHECK(c.go() == lines{"begin promote"});
  c.told("n1");
  c.told("n2");
  c.join("n3", 2); // nobody has looked there yet: one may be promoted
  c.note();
  CHECK(c.go() == lines{"turn before"});
  CHECK(c.go().empty());
  SUBCASE("until somebody has looked") {
    c.probe("n3", "redis");
    c.note();
    CHECK(c.go() == lines{"promote n2"});
  }
  SUBCASE("or something else comes up") {
    c.report("n1", {command::monitored{redis, 0, false, 7, "gone"}});
    c.note();
    CHECK(c.go() == lines{"turn acting"});
    c.told_all();
    CHECK(c.go() == lines{"turn after"});
    CHECK(c.go() == lines{"begin stop"});
  }
}

TEST_CASE("a promotion that is due does not wait for the start of another instance") {
  stage c;
  c.assign({"n1", "n2"});
  c.settle();
  c.assign({"n1", "n2", "n3"}, "n2");
  CHECK(c.settle() == lines{"begin promote", "turn before", "promote n2", "turn acting", "turn after", "begin start",
                            "turn before", "start n3", "turn acting", "turn after"});
}

TEST_CASE("who is lost is not waited for") {
  stage c;
  c.assign({"n1", "n2"});
  c.settle();
  c.assign({"n1", "n2"}, "n2");
  c.go();
  c.told("n2");
  CHECK(c.go().empty());
  c.lose("n1");
  c.note();
  // n1 may still be promoted for all that is known of its past: it never was, so n2 has room.
  CHECK(c.go() == lines{"turn before"});
  CHECK(c.go() == lines{"promote n2"});
}

TEST_CASE("who was thought to run and is found not to is not waited for") {
  stage c;
  c.assign({"n1", "n2"});
  c.settle();
  c.join("n1"); // its daemon was restarted, and nobody has looked yet
  c.note();
  c.assign({"n1", "n2"}, "n2");
  CHECK(c.go() == lines{"begin promote"});
  c.told("n2");
  CHECK(c.go().empty());
  c.probe("n1", "redis");
  c.note();
  CHECK(c.go() == lines{"turn before"});
}

TEST_CASE("a round whose start failed is over, and what the failure asks for is the next") {
  stage c;
  c.assign({"n1", "n2"});
  c.settle();
  c.assign({"n1", "n2", "n3"});
  CHECK(c.go() == lines{"begin start"});
  c.told_all();
  c.go();
  CHECK(c.go() == lines{"start n3"});
  c.end("n3", command::act_end::failed);
  CHECK(c.go() == lines{"turn acting"});
  c.told_all();
  CHECK(c.go() == lines{"turn after"});
  CHECK(c.go() == lines{"begin stop"});
}

TEST_CASE("a start that fails again and again does not keep the others waiting") {
  stage c;
  c.assign({"n1", "n2"}, "n1");
  c.settle();
  c.assign({"n1", "n2", "n3"}, "n1");
  for (int failed = 0; failed < 2; ++failed)
    for (int i = 0; i < 20 && (!c.held("redis", "n3") || !c.held("redis", "n3")->open ||
                               c.held("redis", "n3")->open->action != action::start);
         ++i) {
      c.go();
      if (c.open()) c.told_all();
      auto* h = c.held("redis", "n3");
      if (!h || !h->open) continue;
      c.end("n3", h->open->action == action::start ? command::act_end::failed : command::act_end::ok);
    }
  // Until the round of the next start is open, and its start due: pacing would hold that back now.
  for (int i = 0; i < 20 && !(c.open() && c.open()->operation == action::start &&
                              c.open()->stage == command::notice_stage::before);
       ++i) {
    auto* h = c.held("redis", "n3");
    if (h && h->open) c.end("n3", h->open->action == action::start ? command::act_end::failed : command::act_end::ok);
    c.go();
    if (c.open() && c.open()->operation != action::start) c.told_all();
  }
  REQUIRE(c.open());
  c.report("n1", {command::monitored{redis, 0, false, 7, "gone"}}); // now n1 needs a demote
  c.note();
  c.told_all();
  CHECK(c.go() == lines{"turn before"});
  CHECK(c.go() == lines{"turn acting"}); // without the start
  c.told_all();
  CHECK(c.go() == lines{"turn after"});
  CHECK(c.go() == lines{"begin demote"});
}

TEST_CASE("without notify there are no rounds; one that was open when it was taken back comes to its end") {
  stage c;
  c.assign({"n1", "n2"});
  c.settle();
  c.assign({"n1", "n2"}, "n1");
  CHECK(c.go() == lines{"begin promote"});
  auto quiet = with_redis();
  quiet.resources[0].clone->notify = false;
  CHECK(c.say(command::config_set{c.s.version_of(cluster::configuration_key{}), quiet}) == refusal::none);
  c.note();
  CHECK(c.settle() == lines{"turn before", "promote n1", "turn acting", "turn after"});
  c.assign({"n1", "n2"}, "n2");
  CHECK(c.settle() == lines{"demote n1", "promote n2"});
}

} // namespace troupe::supervisor::notices_test
