// Each judge with a short story that it must object to, and the same story told right. The log is the kernel's own
// (actors/cluster/script.hpp), the truth is told by hand.
#include "tools/sim/judges/judges.hpp"

#include "actors/cluster/script.hpp"
#include "conf/validate.hpp"
#include "tools/sim/drawn_cluster.hpp"
#include "tools/sim/judges/log_observer.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace troupe::sim::judges_test {

using namespace std::chrono_literals;
using command::act_end;
constexpr machine_index n1{0}, n2{1}, n3{2};

struct court {
  explicit court(std::unique_ptr<observer> one, config::cluster c = cluster::test::three_nodes())
    : judge(std::move(one))
    , log(std::move(c)) {
    scenario s;
    s.machines = machine_names(3);
    judge->begins(s);
    for (auto m : {n1, n2, n3}) truth(truth_kind::power_on, m), truth(truth_kind::daemon_up, m);
    for (auto name : {"n1", "n2", "n3"}) join(name);
    for (auto name : {"n1", "n2", "n3"}) {
      log.probe(name, "db");
      tell();
      log.probe(name, "redis");
      tell();
    }
    now += 60s;
  }

  // The last command of the log is applied somewhere.
  void tell(command::body what = {}) {
    command::command c;
    c.what = std::move(what);
    judge->applied(now, n1, {{}, log.last.answer.index, {}, {}, log.last.answer.refused, &c, &log.s});
  }
  void join(const char* name, unsigned boot = 1) {
    command::node_joined c{node_name{name}, machine_id{cluster::test::mark(unsigned(name[1]))},
                           boot_id{cluster::test::mark(boot)}, log.session(name), 1};
    log.join(name, boot);
    tell(c);
  }
  void lose(const char* name) {
    log.lose(name);
    tell(command::node_lost{node_name{name}, log.session(name), "silent"});
  }
  std::string act(config::action action, const char* resource, const char* name) {
    log.act(action, resource, name);
    tell(command::act{log.cell(resource, name), action, log.session(name), {}});
    return std::to_string(log.last.answer.index.value);
  }
  void done(const char* resource, const char* name, act_end end = act_end::ok) {
    command::report r{node_name{name}, log.session(name), 0, {}};
    r.items = {command::act_done{resource_name{resource}, 0, log.open_act(resource, name), end, 0, {}}};
    log.done(resource, name, end);
    tell(r);
  }
  void truth(truth_kind kind, machine_index m, std::string slice = {}, std::string detail = {}) {
    judge->see({now, kind, m, 1, std::move(slice), std::move(detail)});
  }
  void begins(machine_index m, const char* slice, const std::string& scope, const char* action) {
    judge->operation({now, m, 1, slice, scope, action, {}, {}});
  }
  void ends(machine_index m, const char* slice, const std::string& scope, const char* action) {
    judge->operation({now, m, 1, slice, scope, action, {}, 0});
  }
  void start(const char* resource, machine_index m) {
    auto name = name_of(m).text;
    auto scope = act(config::action::start, resource, name.c_str());
    begins(m, resource, scope, "start");
    truth(truth_kind::service_started, m, resource);
    ends(m, resource, scope, "start");
    done(resource, name.c_str());
  }
  void stop(const char* resource, machine_index m) {
    auto name = name_of(m).text;
    auto scope = act(config::action::stop, resource, name.c_str());
    begins(m, resource, scope, "stop");
    truth(truth_kind::service_stopped, m, resource, "stop");
    ends(m, resource, scope, "stop");
    done(resource, name.c_str());
  }
  std::string verdict() const {
    std::string all;
    for (auto& v : judge->found()) all += (all.empty() ? "" : "; ") + v.invariant + " " + v.text;
    return all;
  }

  std::unique_ptr<observer> judge;
  cluster::test::script log;
  instant now{1s};
};

TEST_CASE("I3: a plain service on two machines, whoever believes what; a clone on as many as it may") {
  court c(single_active());
  c.truth(truth_kind::service_started, n1, "db");
  c.truth(truth_kind::service_stopped, n1, "db", "died");
  c.truth(truth_kind::service_started, n2, "db");
  for (auto m : {n1, n2, n3}) c.truth(truth_kind::service_started, m, "redis");
  CHECK(c.verdict().empty());
  c.truth(truth_kind::service_started, n3, "db");
  CHECK(c.verdict() == "I3 db runs on n2 n3 and may run on 1");
}

TEST_CASE("I3: no more promoted than may be, however they came to be so") {
  court c(single_promoted());
  for (auto m : {n1, n2}) c.truth(truth_kind::service_started, m, "redis");
  c.truth(truth_kind::promoted, n1, "redis");
  c.truth(truth_kind::demoted, n1, "redis");
  c.truth(truth_kind::promoted, n2, "redis");
  c.truth(truth_kind::service_stopped, n2, "redis", "died");
  c.truth(truth_kind::promoted, n1, "redis");
  CHECK(c.verdict().empty());
  c.truth(truth_kind::promoted, n3, "redis");
  CHECK(c.verdict() == "I3 redis is promoted on n1 n3 and may be on 1");
}

TEST_CASE("I4: what a lost machine may still run, even if it does not") {
  court c(fence_first());
  c.start("db", n1);
  c.lose("n1");
  c.truth(truth_kind::service_stopped, n1, "db", "died"); // nobody can know
  SUBCASE("started elsewhere before its power is off") {
    c.truth(truth_kind::service_started, n2, "db");
    CHECK(c.verdict() == "I4 db starts on n2 while it may still run on n1, declared lost and not off");
  }
  SUBCASE("after") {
    c.truth(truth_kind::power_off, n1, {}, "fenced");
    c.truth(truth_kind::service_started, n2, "db");
    CHECK(c.verdict().empty());
  }
  SUBCASE("it came back in the same boot and has not looked yet") {
    c.join("n1");
    c.truth(truth_kind::service_started, n2, "db");
    CHECK(c.verdict() == "I4 db starts on n2 while it may still run on n1, declared lost and not off");
  }
}

TEST_CASE("I5: acts begin once, where and while they may") {
  court c(no_stale_act());
  auto scope = c.act(config::action::start, "db", "n1");
  auto wrong = [&](const std::string& what) {
    CHECK(c.verdict() == "I5 n1 begins to start db for act " + scope + ": " + what);
  };
  SUBCASE("well") {
    c.begins(n1, "db", scope, "start");
    c.begins(n1, "db", "monitor-7.1", "monitor");
    c.done("db", "n1");
    CHECK(c.verdict().empty());
  }
  SUBCASE("on another node") {
    c.begins(n2, "db", scope, "start");
    CHECK(c.verdict() == "I5 n2 begins to start db for act " + scope + ": it is for n1");
  }
  SUBCASE("twice") {
    c.begins(n1, "db", scope, "start");
    c.begins(n1, "db", scope, "start");
    wrong("for the second time");
  }
  SUBCASE("after its withdrawal was answered") {
    c.done("db", "n1", act_end::not_run);
    c.begins(n1, "db", scope, "start");
    wrong("its end was reported before");
  }
  SUBCASE("in another session") {
    c.join("n1");
    c.begins(n1, "db", scope, "start");
    wrong("the session that it names is over");
  }
  SUBCASE("in a new life that has no session yet") {
    c.truth(truth_kind::daemon_down, n1);
    c.truth(truth_kind::daemon_up, n1);
    c.begins(n1, "db", scope, "start");
    wrong("its session is that of an earlier life of the daemon");
  }
  SUBCASE("that nobody gave") {
    scope = "99999";
    c.begins(n1, "db", scope, "start");
    wrong("there is no such act");
  }
}

config::cluster ordered() {
  auto c = cluster::test::three_nodes();
  c.orders.push_back(
      {"redis", config::action::start, "db", config::action::start, config::order_kind::mandatory, true});
  c.locations.push_back({"db", node_name{"n3"}, score::minus_infinity()});
  return c;
}

TEST_CASE("I6: before its predecessor, and where it must never be") {
  court c(order_and_place(), ordered());
  SUBCASE("the predecessor was never up") {
    c.start("db", n1);
    CHECK(c.verdict() == "I6 db starts on n1 and redis was not up");
  }
  SUBCASE("it is up") {
    c.start("redis", n2);
    c.start("db", n1);
    CHECK(c.verdict().empty());
  }
  SUBCASE("it was stopped in order") {
    c.start("redis", n2);
    c.stop("redis", n2);
    c.start("db", n1);
    CHECK(c.verdict() == "I6 db starts on n1 and redis was not up");
  }
  SUBCASE("it died, and nobody can know yet") {
    c.start("redis", n2);
    c.truth(truth_kind::service_stopped, n2, "redis", "died");
    c.start("db", n1);
    CHECK(c.verdict().empty());
  }
  SUBCASE("a forbidden node") {
    c.start("redis", n2);
    c.start("db", n3);
    CHECK(c.verdict() == "I6 db starts on n3 where it must never be");
  }
}

TEST_CASE("I6: beside what it must be apart from") {
  auto with = cluster::test::three_nodes();
  with.colocations.push_back({"db", {}, "redis", {}, score::minus_infinity()});
  court c(order_and_place(), with);
  c.start("redis", n1);
  c.start("db", n2);
  CHECK(c.verdict().empty());
  c.stop("db", n2);
  c.start("db", n1);
  CHECK(c.verdict() == "I6 db starts on n1 beside redis");
}

TEST_CASE("I7: what does not run at the end, what is open, and what does not come to rest") {
  court c(recovery());
  c.now = instant{175s};
  c.log.say(command::tick{});
  c.start("redis", n1);
  c.start("redis", n2);
  auto scope = c.act(config::action::start, "redis", "n3");
  c.judge->at_end(instant{180s});
  CHECK(c.verdict() == "I7 an act of redis on n3 is open; I7 db runs on 0 machines instead of 1; "
                       "I7 redis runs on 2 machines instead of 3; "
                       "I7 3 acts and assignments in the last 8s: the cluster does not come to rest");
}

TEST_CASE("I7: who was down late in the quiet time is given as much again") {
  court c(recovery());
  c.now = instant{150s};
  CHECK(c.judge->settled(c.now));
  c.truth(truth_kind::power_off, n2);
  CHECK_FALSE(c.judge->settled(instant{180s}));
  c.truth(truth_kind::daemon_up, n2);
  CHECK_FALSE(c.judge->settled(instant{169s}));
  CHECK(c.judge->settled(instant{170s}));
}

TEST_CASE("I8: a service that died, and nothing was done") {
  auto with = cluster::test::three_nodes();
  with.resources[0].monitors.push_back({10s, 5s, {}, 0});
  court c(independence(), with);
  c.start("db", n1);
  c.truth(truth_kind::service_stopped, n1, "db", "died");
  c.now += 19s;
  SUBCASE("in time") {
    c.act(config::action::stop, "db", "n1");
    c.begins(n1, "db", "77", "stop");
    c.judge->at_end(c.now + 60s);
    CHECK(c.verdict().empty());
  }
  SUBCASE("never") {
    c.judge->at_end(c.now + 60s);
    CHECK(c.verdict() == "I8 db died on n1 at 61.000000s and nothing was done about it");
  }
  SUBCASE("its machine went down meanwhile") {
    c.truth(truth_kind::power_off, n1);
    c.judge->at_end(c.now + 60s);
    CHECK(c.verdict().empty());
  }
}

TEST_CASE("I9: who is lost, who is fenced") {
  court c(no_needless_fencing());
  SUBCASE("it answered all the time") {
    c.lose("n1");
    CHECK(c.verdict() == "I9 n1 is declared lost and answers: silent");
  }
  SUBCASE("it was silent") {
    c.truth(truth_kind::power_off, n1);
    c.now += 3s;
    c.lose("n1");
    CHECK(c.verdict().empty());
  }
  SUBCASE("not for long enough") {
    c.truth(truth_kind::paused, n1);
    c.now += 1s;
    c.lose("n1");
    CHECK(c.verdict() == "I9 n1 is declared lost and answers: silent");
  }
  SUBCASE("its daemon is away, within its grace") {
    c.truth(truth_kind::daemon_down, n1);
    c.now += 3s;
    c.lose("n1");
    CHECK(c.verdict() == "I9 n1 is declared lost and answers; its daemon is away, within its grace: silent");
  }
  SUBCASE("its daemon is away for longer") {
    c.truth(truth_kind::daemon_down, n1);
    c.now += 6s;
    c.lose("n1");
    CHECK(c.verdict().empty());
  }
  SUBCASE("a device is used without an attempt") {
    c.judge->operation({c.now, n2, 1, "fence::power", "off.1", "off", "n1", {}});
    CHECK(c.verdict() == "I9 n2 switches n1 off and knows of no open attempt of its own");
  }
}

TEST_CASE("I9: who stops its services by itself") {
  court c(no_needless_stops()); // 2 s are tolerated
  auto stops = [&](machine_index m) {
    c.judge->logged(
        {c.now, m, env::log_level::warning, "executor", "stops 3 instances by itself: no leader was heard for 4s"});
  };
  const std::string told = "stops 3 instances by itself: no leader was heard for 4s; ";
  SUBCASE("for nothing") {
    stops(n1);
    CHECK(c.verdict() == "I9 n1 " + told + "all but one machine are well, and it is");
  }
  SUBCASE("soon after `tolerate` was another one") {
    auto changed = c.log.s.config().value;
    changed.tolerate = 500ms;
    command::config_set set{c.log.s.version_of(cluster::configuration_key{}), changed};
    CHECK(c.log.say(set) == refusal::none);
    c.tell(set);
    stops(n1);
    CHECK(c.verdict().empty());
    c.now += 4s;
    stops(n1);
    CHECK(c.verdict() == "I9 n1 " + told + "all but one machine are well, and it is");
  }
  SUBCASE("after a pause that is no reason yet") {
    c.truth(truth_kind::paused, n1);
    c.now += 2500ms;
    c.truth(truth_kind::resumed, n1);
    stops(n1);
    CHECK(c.verdict() == "I9 n1 " + told + "it was silent for less");
  }
  SUBCASE("after a longer one, or several") {
    for (auto pauses : {1, 2}) {
      for (int i = 0; i < pauses; ++i) {
        c.truth(truth_kind::paused, n1);
        c.now += 3200ms / pauses;
        c.truth(truth_kind::resumed, n1);
        c.now += 100ms;
      }
      stops(n1);
      CHECK(c.verdict().empty());
      c.now += 60s;
    }
  }
  SUBCASE("because another machine is lost") {
    c.truth(truth_kind::power_off, n2);
    c.now += 4s;
    stops(n1);
    CHECK(c.verdict() == "I9 n1 " + told + "all but one machine are well, and it is");
  }
  SUBCASE("without a majority") {
    c.truth(truth_kind::power_off, n2);
    c.truth(truth_kind::power_off, n3);
    c.now += 4s;
    stops(n1);
    CHECK(c.verdict().empty());
  }
  SUBCASE("without a majority of votes: a disk was full, and another machine is away") {
    c.judge->struck(c.now, {{}, 1s, faults::disk_full{node_name{"n2"}}});
    c.now += 10s;
    c.truth(truth_kind::daemon_down, n3);
    c.now += 4s;
    stops(n1);
    CHECK(c.verdict().empty());
    c.truth(truth_kind::daemon_down, n2); // left in order, and is back with its vote
    c.truth(truth_kind::daemon_up, n2);
    c.now += 10s;
    stops(n1);
    CHECK(c.verdict() == "I9 n1 " + told + "all but one machine are well, and it is");
  }
  SUBCASE("with a link that is cut, or a voter that may be lost for good") {
    for (auto& f : {fault{{}, 3s, faults::partition{}}, fault{{}, 1s, faults::disk_replaced{}}}) {
      court other(no_needless_stops());
      other.judge->struck(other.now, f);
      other.judge->logged({other.now + 3s, n1, env::log_level::warning, "executor",
                           "stops 1 instances by itself: no leader was heard for 4s"});
      CHECK(other.verdict().empty());
    }
  }
}

TEST_CASE("I10 and I11: mailboxes, halts and broken assertions") {
  court busy(bounds());
  busy.judge->actors(instant{1s}, n2, {{"node/ledger", "ledger", 5'001, 0, {}}});
  CHECK(busy.verdict() == "I10 5001 messages wait for node/ledger on n2");
  court c(no_poison());
  auto says = [&](std::string_view where, std::string_view text) {
    c.judge->logged({instant{1s}, n2, env::log_level::error, where, text});
  };
  says("node", "an actor of this node has ended: exit_reason(user_shutdown)");
  says("node", "sync failed");
  CHECK(c.verdict().empty());
  says("ledger", "halted before command 7: it cannot be read");
  CHECK(c.verdict() == "I11 n2: halted before command 7: it cannot be read");
}

TEST_CASE("drawn clusters, and what operators make of them, are sound and differ") {
  std::set<std::size_t> resources, constraints, devices;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    kernel k{{seed, machine_names(1 + seed % 7), 1ms, {}}};
    auto random = k.random_for("cluster");
    auto drawn = draw_cluster(identities(k), random);
    for (int change = 0; change < 10; ++change) {
      for (auto& found : conf::validate(drawn))
        if (found.level == conf::severity::error) FAIL(fmt::format("seed {}: {}", seed, found.what));
      drawn = draw_change(std::move(drawn), random);
    }
    resources.insert(drawn.resources.size());
    constraints.insert(drawn.orders.size() + drawn.colocations.size() + drawn.locations.size());
    devices.insert(drawn.devices.size());
  }
  CHECK(resources.size() > 5);
  CHECK(constraints.size() > 10);
  CHECK(devices.size() > 3);
}

} // namespace troupe::sim::judges_test
