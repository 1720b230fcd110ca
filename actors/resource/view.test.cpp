// The picture, read from the state that the kernel made of real commands.
#include "actors/cluster/script.hpp"
#include "actors/resource/bench.hpp"
#include "actors/resource/node_view.hpp"

#include <doctest/doctest.h>

namespace troupe::resource::view_test {

using cluster::test::mark;
using cluster::test::script;
using config::action;

namespace {

// A view of n1 that follows the script by deltas, as the ledger sends them.
struct followed {
  script s;
  node_view view{node_name{"n1"}, boot_id{mark(1)}};

  followed() { view.take(s.s); }
  void follow() {
    auto d = cluster::delta{s.s.index(), s.s.now(), cluster::changes_of(s.s, s.last.touched), {}};
    view.take(d);
  }
  template <class Do>
  void after(Do what) {
    what();
    REQUIRE(s.last.answer.refused == refusal::none);
    follow();
  }
  // n1 in its session with db and redis looked for.
  void settle() {
    for (auto name : {"n1", "n2", "n3"}) {
      after([&] { s.join(name); });
      after([&] { s.probe(name, "db"); });
      after([&] { s.probe(name, "redis"); });
    }
    view.session_is(s.session("n1"));
    view.changes();
  }
  // "db: start 12" ...
  std::string changes() {
    std::string out;
    for (auto& p : view.changes()) out += (out.empty() ? "" : "; ") + slice_of(p.what) + ": " + words(p.now);
    return out;
  }
  static std::string words(const wanted& w) {
    if (w.session.value == 0) return "no session";
    std::string out;
    if (w.probe) out += " probe";
    if (w.act)
      out += std::string(w.act->withdrawn ? " withdrawn " : " act ") + (w.act->action == action::start  ? "start"
                                                                        : w.act->action == action::stop ? "stop"
                                                                                                        : "other");
    if (w.tell) out += w.tell->stage == command::notice_stage::after ? " tell-after" : " tell-before";
    if (w.watch) out += w.watch->healthy ? " watch" : " watch-unhealthy";
    if (w.watch && w.watch->role == config::role::promoted) out += "-promoted";
    return out.empty() ? (w.held ? "held" : "nothing") : out.substr(1);
  }
};

} // namespace

TEST_CASE("nothing is wanted before the session is known to be ours") {
  followed f;
  f.after([&] { f.s.join("n1"); });
  CHECK(f.changes() == "");
  CHECK(f.view.here() == standing::none);
  f.view.session_is(f.s.session("n1"));
  CHECK(f.view.here() == standing::active);
  CHECK(f.changes() == "db: probe; redis: probe");
  f.after([&] { f.s.probe("n1", "db"); });
  CHECK(f.changes() == "db: nothing");
}

TEST_CASE("from an act to a running service, with its definition") {
  followed f;
  f.settle();
  f.after([&] { f.s.start("db", "n1"); });
  CHECK(f.changes() == "db: act start");
  CHECK(f.view.is_open({resource_name{"db"}, 0}, f.s.open_act("db", "n1")));
  f.after([&] { f.s.say(command::withdraw{script::cell("db", "n1"), f.s.open_act("db", "n1")}); });
  CHECK(f.changes() == "db: withdrawn start");
  f.after([&] { f.s.done("db", "n1"); });
  CHECK(f.changes() == "db: watch");
  CHECK(f.view.reports() == 3);
  f.after([&] { f.s.report("n1", {command::monitored{resource_name{"db"}, 0, false, 1, ""}}); });
  CHECK(f.changes() == "db: watch-unhealthy");
  f.after([&] { f.s.stop("db", "n1"); });
  CHECK(f.changes() == "db: act stop");
  f.after([&] { f.s.done("db", "n1"); });
  CHECK(f.changes() == "db: nothing");
}

TEST_CASE("a stop uses the parameters of its start; a start the configured ones") {
  followed f;
  f.settle();
  f.after([&] { f.s.run("db", "n1"); });
  f.follow();
  auto c = cluster::test::three_nodes();
  c.resources[0].params = {{"port", "1"}};
  f.after([&] { f.s.say(command::config_set{f.s.s.version_of(cluster::configuration_key{}), c}); });
  f.view.changes();
  f.view.take(f.s.s); // the script shows only its last command: start and report were two
  f.after([&] { f.s.stop("db", "n1"); });
  auto stop = f.view.changes();
  REQUIRE(stop.size() == 1);
  CHECK(stop[0].now.how->definition->params.empty());
  f.after([&] { f.s.done("db", "n1"); });
  f.after([&] { f.s.start("db", "n1"); });
  auto start = f.view.changes();
  REQUIRE(start.size() == 1);
  CHECK(start[0].now.how->definition->params.at("port") == "1");
}

TEST_CASE("what happens on other nodes is nothing of ours") {
  followed f;
  f.settle();
  f.after([&] { f.s.start("db", "n2"); });
  f.after([&] { f.s.done("db", "n2"); });
  CHECK(f.changes() == "");
  CHECK(f.view.holdings().empty());
}

TEST_CASE("maintenance rests the monitors: of the resource, the node, the cluster; acts go on") {
  for (auto subject : {"db", "n1", ""}) {
    CAPTURE(subject);
    followed f;
    f.settle();
    f.after([&] { f.s.start("db", "n1"); });
    f.after([&] { f.s.done("db", "n1"); });
    CHECK(f.changes() == "db: watch");
    command::directive d;
    d.kind = command::directive_kind::maintenance;
    d.subject = subject;
    f.after([&] { f.s.operator_says(d); });
    CHECK(f.changes() == "db: held");
    f.after([&] { f.s.stop("db", "n1"); });
    CHECK(f.changes() == "db: act stop");
    d.lifted = true;
    f.after([&] { f.s.operator_says(d); });
    CHECK(f.changes() == "");
  }
}

TEST_CASE("the clone's numbers, and that it is promoted") {
  followed f;
  f.settle();
  f.after([&] { f.s.start("redis", "n1"); });
  f.after([&] { f.s.done("redis", "n1"); });
  f.after([&] { f.s.act(action::promote, "redis", "n1"); });
  f.after([&] { f.s.done("redis", "n1"); });
  auto seen = f.view.changes();
  REQUIRE(seen.size() == 1);
  CHECK(followed::words(seen[0].now) == "watch-promoted");
  CHECK(seen[0].now.how->copies == cluster::allowance{3, 1, 1, 1});
}

TEST_CASE("lost, and joined anew: the old session wants nothing, the new one looks at everything") {
  followed f;
  f.settle();
  f.after([&] { f.s.start("db", "n1"); });
  f.after([&] { f.s.done("db", "n1"); });
  f.changes();
  f.after([&] { f.s.lose("n1"); });
  CHECK(f.view.here() == standing::cast_out);
  CHECK(f.changes() == "db: no session");
  f.after([&] { f.s.join("n1"); });
  CHECK(f.view.here() == standing::none);
  CHECK(f.changes() == "");
  CHECK(f.view.holdings().size() == 1); // what the state has here, it has without a session too
  f.view.session_is(f.s.session("n1"));
  CHECK(f.changes() == "db: probe; redis: probe");
  f.after([&] { f.s.probe("n1", "db", command::finding::started); });
  CHECK(f.changes() == "db: watch");
}

TEST_CASE("told that our boot is dead: what we held is remembered, though the state has it no more") {
  followed f;
  f.settle();
  f.after([&] { f.s.start("db", "n1"); });
  f.after([&] { f.s.done("db", "n1"); });
  f.after([&] { f.s.lose("n1"); });
  f.after([&] {
    f.s.operator_says(
        command::fence_proof{node_name{"n1"}, f.s.node("n1").boot, config::proof_kind::operator_word, {}, "x"});
  });
  CHECK(f.view.here() == standing::dead);
  CHECK(f.s.held("db", "n1") == nullptr);
  REQUIRE(f.view.holdings().size() == 1);
  CHECK(f.view.holdings()[0].what == instance{resource_name{"db"}, 0});
}

TEST_CASE("a copy of this machine has joined: our boot is dead, and what we held is remembered") {
  followed f;
  f.settle();
  f.after([&] { f.s.start("db", "n1"); });
  f.after([&] { f.s.done("db", "n1"); });
  f.after([&] { f.s.join("n1", 2); });
  CHECK(f.view.here() == standing::dead);
  REQUIRE(f.view.holdings().size() == 1);
  CHECK(f.view.holdings()[0].what == instance{resource_name{"db"}, 0});
}

TEST_CASE("holders of another start of this machine are none of ours") {
  followed f;
  f.settle();
  f.after([&] { f.s.start("db", "n1"); });
  f.view = node_view{node_name{"n1"}, boot_id{mark(2)}};
  f.view.take(f.s.s);
  CHECK(f.view.holdings().empty());
}

TEST_CASE("a round of notices: each stage is asked for once, of us, in our session") {
  auto c = cluster::test::three_nodes();
  c.resources[1].clone = config::clone_options{.max = {}, .notify = true};
  followed f;
  f.settle();
  f.after([&] { f.s.say(command::config_set{f.s.s.version_of(cluster::configuration_key{}), c}); });
  for (auto n : {"n1", "n2"}) {
    f.after([&] { f.s.start("redis", n); });
    f.after([&] { f.s.done("redis", n); });
  }
  f.view.changes();
  resource_name redis{"redis"};
  auto round = [&] { return f.s.s.find(cluster::notices_key{redis})->value; };
  auto told = [&](const char* n) { f.s.report(n, {command::notified{redis, 0, round().id, round().stage}}); };
  auto turn = [&] { f.s.say(command::notice_turned{redis, round().id, round().stage}); };

  f.after([&] {
    f.s.say(command::notice_begun{redis, action::promote, {{}, {}, {{node_name{"n1"}}}, {}}});
  });
  auto now = f.view.changes();
  REQUIRE(now.size() == 1);
  CHECK(followed::words(now[0].now) == "tell-before watch");
  REQUIRE(now[0].now.round);
  CHECK(now[0].now.how->notify);
  CHECK(now[0].now.round->operation == action::promote);
  CHECK(now[0].now.round->active.size() == 2);
  CHECK(now[0].now.round->present_nodes.size() == 3);
  f.after([&] { told("n2"); });
  CHECK(f.changes() == ""); // that another one has been told is nothing to us
  f.after([&] { told("n1"); });
  CHECK(f.changes() == "redis: watch");
  f.after([&] { turn(); });
  f.after([&] { f.s.act(action::promote, "redis", "n1"); });
  CHECK(f.changes() == "redis: act other");
  f.after([&] { f.s.done("redis", "n1"); });
  f.after([&] { turn(); });
  CHECK(f.changes() == "redis: tell-after watch-promoted");
  f.after([&] { turn(); });
  CHECK(f.changes() == "redis: watch-promoted");
}

} // namespace troupe::resource::view_test
