// The executor and its instances, against the kernel itself.
#include "tests/executor/stage.hpp"

#include <doctest/doctest.h>

namespace troupe::executor_test {

using config::no_quorum_policy;

namespace {

// n1 has joined and has looked: nothing runs.
struct settled : stage {
  explicit settled(no_quorum_policy policy = no_quorum_policy::stop, std::uint64_t seed = 1)
    : stage(cluster_with(policy), seed) {
    spawn();
    join();
    probes_say(7);
  }
  std::string scope(const char* resource, const char* act) {
    return std::string(resource) + "/" + std::to_string(s.open_act(resource, "n1").value) + " " + act;
  }
  void run_service(const char* resource) {
    log([&] { s.start(resource, "n1"); });
    end(scope(resource, "start"));
    REQUIRE(std::holds_alternative<cluster::running>(s.held(resource, "n1")->now));
  }
};

} // namespace

bool log_has_no_stop(const stage& t) {
  return std::ranges::none_of(t.log_lines.lines, [](auto& l) { return l.find("by itself") != std::string::npos; });
}

TEST_CASE("what an earlier life left is ended before the node may join; fence calls and services are left alone") {
  stage t(cluster_with(no_quorum_policy::stop));
  t.processes.lives =
      agents::living{{{"db", "12"}, {"fence::ipmi", "3.1"}, {"redis", "monitor-5.1"}}, {"db", "redis", "web"}};
  t.spawn();
  CHECK(t.under_way() == "end db/12; end redis/monitor");
  CHECK(t.root_told.empty());
  t.end("end db/12");
  CHECK(t.root_told.empty());
  t.end("end redis/monitor", agents::stuck{"x"});
  CHECK(t.root_told == std::vector<std::string>{"ready"});
  CHECK(t.under_way() == "");
}

TEST_CASE("a resource whose name begins as a device's slice is none") {
  stage t(cluster_with(no_quorum_policy::stop));
  auto unique = resource::slice_of({resource_name{"fence"}, 1});
  t.processes.lives = agents::living{{{"fence-ipmi", "7"}, {unique, "8"}}, {}};
  t.spawn();
  CHECK(t.under_way() == "end fence-ipmi/7; end fence:1/8");
}

TEST_CASE("while it cannot be told what an earlier life left, the node does not join, and asks again") {
  stage t(cluster_with(no_quorum_policy::stop));
  t.processes.lives = failure("/proc: Too many open files");
  t.spawn();
  t.advance(10s);
  CHECK(t.root_told.empty());
  CHECK(t.under_way() == "");
  CHECK(std::ranges::count_if(t.log_lines.lines, [](auto& l) { return l.find("Too many open files") != l.npos; }) == 1);
  t.processes.lives = agents::living{{{"db", "12"}}, {"db"}};
  t.advance(1s);
  CHECK(t.under_way() == "end db/12");
  t.end("end db/12");
  CHECK(t.root_told == std::vector<std::string>{"ready"});
}

TEST_CASE("joined: everything is looked for, and adopted or free") {
  stage t(cluster_with(no_quorum_policy::stop));
  t.spawn();
  CHECK(t.root_told == std::vector<std::string>{"ready"});
  t.join();
  CHECK(t.under_way() == "db/probe monitor; redis/probe monitor");
  t.end("db/probe monitor", agents::exited{0, false, {}, {}});
  t.end("redis/probe monitor", agents::exited{7, false, {}, {}});
  REQUIRE(t.s.held("db", "n1"));
  CHECK(std::holds_alternative<cluster::running>(t.s.held("db", "n1")->now));
  CHECK(t.s.held("redis", "n1") == nullptr);
  CHECK(t.s.s.find(cluster::inventory_key{node_name{"n1"}}) == nullptr);
}

TEST_CASE("a life: started, monitored, failed, stopped; whatever the order in which actors run") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    settled t(no_quorum_policy::stop, seed);
    t.run_service("db");
    t.advance(10s);
    CHECK(t.under_way() == "db/monitor monitor");
    t.end("db/monitor monitor", agents::exited{7, false, {}, "ocf-exit-reason:it is gone"});
    CHECK(t.s.held("db", "n1")->now == cluster::phase{cluster::running{false, 7}});
    t.log([&] { t.s.stop("db", "n1"); });
    t.end(t.scope("db", "stop"));
    CHECK(t.under_way() == "empty db");
    t.end("empty db");
    CHECK(t.s.held("db", "n1") == nullptr);
    CHECK(t.under_way() == "");
  }
}

TEST_CASE("instances of which nothing is wanted any more have no actor") {
  settled t;
  auto paths = [&] {
    std::string out;
    for (auto& row : t.directory->list()) out += row.path + " ";
    return out;
  };
  CHECK(paths() == "node/executor ");
  t.run_service("db");
  CHECK(paths() == "node/executor node/resource/db ");
}

TEST_CASE("an act of an earlier session is nobody's") {
  stage t(cluster_with(no_quorum_policy::stop));
  t.s.join("n1");
  t.s.probe("n1", "db");
  t.s.probe("n1", "redis");
  t.s.start("db", "n1");
  t.spawn(); // the state shows a session and its open act; it is not this life's
  t.advance(1s);
  CHECK(t.under_way() == "");
  t.join();
  CHECK(t.under_way() == "db/probe monitor; redis/probe monitor");
}

TEST_CASE("without a word of a leader no act begins; with it, at once") {
  settled t(no_quorum_policy::freeze);
  t.follow_leader = false;
  t.leader_heard = t.now;
  t.advance(10s);
  auto asked = t.contact_asked;
  CHECK(asked == 0); // nothing hangs on it
  t.log([&] { t.s.start("db", "n1"); });
  CHECK(t.under_way() == "");
  t.advance(2s);
  CHECK(t.under_way() == "");
  CHECK(t.contact_asked <= 10u); // every contact_lost / 4
  t.follow_leader = true;
  t.advance(1s);
  CHECK(t.under_way() == t.scope("db", "start"));
}

TEST_CASE(
    "alone under the policy stop: it stops by itself in reverse order, and asks to join anew when a leader is back") {
  settled t;
  t.run_service("db");
  t.run_service("redis");
  t.ledger_open = false;
  t.follow_leader = false;
  t.leader_heard = t.now;
  t.advance(3900ms);
  CHECK(t.under_way() == "");
  t.advance(200ms);
  CHECK(t.under_way() == "redis/alone stop");
  t.end("redis/alone stop");
  t.end("empty redis");
  CHECK(t.under_way() == "db/alone stop");
  t.end("db/alone stop", agents::exited{1, false, {}, "ocf-exit-reason:busy"});
  CHECK(t.under_way() == "");
  t.advance(20s); // no monitor, nothing
  CHECK(t.under_way() == "");
  CHECK(t.root_told == std::vector<std::string>{"ready"});

  t.follow_leader = true;
  t.advance(2s);
  REQUIRE(t.root_told.size() == 2);
  CHECK(t.root_told[1] == "rejoin: stopped what it held by itself (1 stops failed): no leader was heard for 4s");
  t.ledger_open = true;
  t.join();
  CHECK(t.under_way() == "db/probe monitor; redis/probe monitor");
  t.end("redis/probe monitor", agents::exited{7, false, {}, {}});
  t.end("empty redis");
  CHECK(t.s.held("redis", "n1") == nullptr);
}

TEST_CASE("a leader is back before all is stopped: the rest runs on") {
  settled t;
  t.run_service("db");
  t.run_service("redis");
  t.follow_leader = false;
  t.leader_heard = t.now;
  t.advance(4100ms);
  CHECK(t.under_way() == "redis/alone stop");
  t.follow_leader = true;
  t.advance(1s);
  t.end("redis/alone stop");
  CHECK(t.root_told.size() == 1);
  t.end("empty redis");
  CHECK(t.under_way() == "");
  CHECK(t.root_told.size() == 2);
}

TEST_CASE("alone under the policy freeze: everything runs on, monitored") {
  settled t(no_quorum_policy::freeze);
  t.run_service("db");
  t.follow_leader = false;
  t.leader_heard = t.now;
  t.advance(11s);
  CHECK(t.under_way() == "db/monitor monitor");
  CHECK(t.root_told.size() == 1);
}

TEST_CASE("a daemon that starts alone stops what an earlier life of it started") {
  stage t(cluster_with(no_quorum_policy::stop));
  t.s.join("n1");
  t.s.probe("n1", "db");
  t.s.probe("n1", "redis");
  t.s.run("db", "n1");
  t.follow_leader = false;
  t.leader_heard = t.now;
  t.spawn();
  t.advance(4100ms);
  CHECK(t.under_way() == "db/alone stop");
}

TEST_CASE("what it finds on joining after a long silence it does not stop for that silence") {
  stage t(cluster_with(no_quorum_policy::stop));
  t.follow_leader = false;
  t.leader_heard = t.now;
  t.spawn();
  t.advance(6s); // long over the bound, and it holds nothing
  CHECK(t.contact_asked > 0);
  t.follow_leader = true;
  t.join(); // before anybody asks again
  t.end("db/probe monitor", agents::exited{0, false, {}, {}});
  t.end("redis/probe monitor", agents::exited{7, false, {}, {}});
  t.advance(2s);
  REQUIRE(t.s.held("db", "n1"));
  CHECK(t.root_told == std::vector<std::string>{"ready"});
  CHECK(log_has_no_stop(t));
}

TEST_CASE("lost by the cluster: what is under way is ended, then a new session is asked for; services run on") {
  settled t;
  t.run_service("db");
  t.log([&] { t.s.start("redis", "n1"); });
  auto start = t.scope("redis", "start");
  auto act = std::to_string(t.s.open_act("redis", "n1").value);
  t.log([&] { t.s.lose("n1"); });
  CHECK(t.under_way() == "end redis/" + act + "; " + start);
  CHECK(t.root_told.size() == 1);
  t.end(start, agents::exited{137, false, {}, {}});
  t.end("end redis/" + act);
  CHECK(t.root_told == std::vector<std::string>{"ready", "rejoin: the cluster has lost this node"});
  t.join();
  CHECK(t.processes.waiting.size() == 2); // two probes
}

TEST_CASE("declared dead while it lives: it stops what it held, whoever leads, and whatever else it was about to do") {
  bool ending = false;
  SUBCASE("joining anew") {}
  SUBCASE("still ending what was under way") {
    ending = true;
  }
  settled t(no_quorum_policy::freeze);
  t.run_service("db");
  if (ending) {
    t.advance(10s);
    CHECK(t.under_way() == "db/monitor monitor");
  }
  t.log([&] { t.s.lose("n1"); });
  t.log([&] {
    t.s.operator_says(
        command::fence_proof{node_name{"n1"}, t.s.node("n1").boot, config::proof_kind::operator_word, {}, "x"});
  });
  CHECK(t.s.held("db", "n1") == nullptr);
  if (ending) {
    CHECK(t.under_way() == "db/monitor monitor; end db/monitor");
    t.end("db/monitor monitor");
    t.end("end db/monitor");
  }
  CHECK(t.under_way() == "db/alone stop");
  t.end("db/alone stop");
  t.end("empty db");
  t.advance(20s);
  CHECK(t.under_way() == "");
  CHECK(t.root_told == std::vector<std::string>{"ready", "rejoin: the cluster has lost this node",
                                                "rejoin: stopped what it held by itself (0 stops failed): the cluster "
                                                "has declared this boot dead"});
}

TEST_CASE("reports wait for the one on its way, and go together") {
  settled t;
  t.ledger_open = false;
  t.log([&] { t.s.start("db", "n1"); });
  t.log([&] { t.s.start("redis", "n1"); });
  auto db = t.scope("db", "start"), redis = t.scope("redis", "start");
  t.end(db);
  REQUIRE(t.submitted.size() == 1);
  t.end(redis, agents::exited{1, false, {}, {}});
  CHECK(t.submitted.size() == 1);
  CHECK(t.submitted[0].first.lane == "report");
  CHECK(t.submitted[0].first.what.from.causes == std::vector{t.s.open_act("db", "n1")});
  t.open_ledger();
  CHECK(t.s.held("db", "n1")->now == cluster::phase{cluster::running{}});
  CHECK(t.s.held("redis", "n1")->now == cluster::phase{cluster::failed{1}});
  CHECK(t.log_lines.lines.size() == 1);
}

TEST_CASE("a monitor that hangs holds up no act of its instance") {
  settled t;
  t.run_service("db");
  t.advance(10s);
  t.log([&] { t.s.stop("db", "n1"); });
  CHECK(t.under_way() == "db/monitor monitor; end db/monitor");
  t.end("end db/monitor"); // it is stuck, and its end not told
  CHECK(t.under_way() == t.scope("db", "stop") + "; db/monitor monitor");
}

TEST_CASE("what goes on, for the console") {
  settled t;
  t.log([&] { t.s.start("db", "n1"); });
  t.advance(3s);
  auto said = t.console();
  CHECK(said == "open, 1 under way; db: start (act " + std::to_string(t.s.open_act("db", "n1").value) + ") for 3s");
}

TEST_CASE("an instance's actor that crashes takes the executor with it") {
  settled t;
  t.log([&] { t.s.start("db", "n1"); });
  auto actors = t.directory->list();
  REQUIRE(actors.size() == 2);
  t.to_instance(resource::your_turn{}); // a second turn beside the first: a broken assertion
  CHECK(t.directory->list().empty());
}

} // namespace troupe::executor_test
