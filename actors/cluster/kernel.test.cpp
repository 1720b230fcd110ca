// The kernel's rules, each shown to refuse: K1 to K5 and K9 in docs/ARCHITECTURE.md.
// K6 to K8 are in kernel_fencing.test.cpp.
#include "actors/cluster/script.hpp"
#include "actors/cluster/state_codec.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::kernel_test {

using namespace test;
using config::action;
using command::act_end;
using command::finding;

TEST_CASE("K1: a plain resource has one holder: not a second start, wherever the first stands") {
  script c;
  c.assemble();
  CHECK(c.start("db", "n1") == refusal::none);
  CHECK(c.start("db", "n2") == refusal::would_run_twice); // while the start is open
  c.done("db", "n1");
  CHECK(c.start("db", "n2") == refusal::would_run_twice); // while it runs
  CHECK(c.stop("db", "n1") == refusal::none);
  CHECK(c.start("db", "n2") == refusal::would_run_twice); // while the stop is open
  c.done("db", "n1");
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("K1: a start that failed holds until a stop has ended well") {
  script c;
  c.assemble();
  c.start("db", "n1");
  c.done("db", "n1", act_end::failed, 1);
  CHECK(std::holds_alternative<failed>(c.held("db", "n1")->now));
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  CHECK(c.start("db", "n1") == refusal::wrong_phase);
  c.stop("db", "n1");
  c.done("db", "n1", act_end::failed, 1);
  CHECK(std::get<stop_failed>(c.held("db", "n1")->now).exit_code == 1);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  CHECK(c.stop("db", "n1") == refusal::none); // it may be tried again
  c.done("db", "n1");
  CHECK(c.held("db", "n1") == nullptr);
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("K1: a clone runs once a node, up to its max") {
  auto configuration = three_nodes();
  configuration.resources[1].clone = config::clone_options{.max = 2};
  script c(configuration);
  c.assemble();
  CHECK(c.start("redis", "n1") == refusal::none);
  CHECK(c.start("redis", "n2") == refusal::none);
  CHECK(c.start("redis", "n3") == refusal::would_run_twice);
}

TEST_CASE("K1: who was configured at formation and was never seen may run everything") {
  script c;
  c.join("n1");
  c.probe("n1", "db");
  CHECK(c.start("db", "n1") == refusal::would_run_twice); // n2 and n3 have not looked
  c.join("n2");
  c.probe("n2", "db");
  CHECK(c.start("db", "n1") == refusal::would_run_twice);
  CHECK(c.lose("n3") == refusal::none);
  CHECK(c.attempt("n3") == refusal::none);
  CHECK(c.prove("n3") == refusal::none);
  CHECK(c.start("db", "n1") == refusal::none);
}

TEST_CASE("K1: a node that is configured later holds nothing before it joins, and everything until it has looked") {
  script c;
  c.assemble();
  auto more = three_nodes();
  auto n4 = more.nodes[0];
  n4.name = node_name{"n4"};
  more.nodes.push_back(n4);
  CHECK(c.operator_says(command::config_set{c.s.version_of(configuration_key{}), more}) == refusal::none);
  CHECK(may_be_active(c.s, resource_name{"db"}).active == 0);
  c.join("n4");
  CHECK(may_be_active(c.s, resource_name{"db"}).active == 1);
  CHECK(c.start("db", "n1") == refusal::would_run_twice);
  c.probe("n4", "db");
  CHECK(c.start("db", "n1") == refusal::none);
}

TEST_CASE("K2: one is promoted at most, counting who may be") {
  script c;
  c.assemble();
  c.run("redis", "n1");
  c.run("redis", "n2");
  CHECK(c.act(action::promote, "redis", "n3") == refusal::not_held);
  CHECK(c.act(action::promote, "redis", "n1") == refusal::none);
  CHECK(c.act(action::promote, "redis", "n2") == refusal::would_promote_twice); // while it is open
  c.done("redis", "n1", act_end::failed, 1);
  CHECK(c.act(action::promote, "redis", "n2") == refusal::would_promote_twice); // it may be promoted
  CHECK(c.act(action::demote, "redis", "n1") == refusal::none);
  CHECK(c.act(action::promote, "redis", "n2") == refusal::would_promote_twice);
  c.done("redis", "n1");
  CHECK(c.act(action::promote, "redis", "n2") == refusal::none);
}

TEST_CASE("K2: a withdrawn promotion that did not run leaves it started") {
  script c;
  c.assemble();
  c.run("redis", "n1");
  c.act(action::promote, "redis", "n1");
  CHECK(c.say(command::withdraw{script::cell("redis", "n1"), c.open_act("redis", "n1")}) == refusal::none);
  c.done("redis", "n1", act_end::not_run);
  CHECK(c.held("redis", "n1")->role == config::role::started);
}

TEST_CASE("K3: one open act per instance and node, and no time that passes closes it") {
  script c;
  c.assemble();
  auto opened = c.clock;
  c.start("db", "n1");
  CHECK(c.stop("db", "n1") == refusal::act_open);
  c.clock += 100h;
  c.say(command::tick{});
  CHECK(c.stop("db", "n1") == refusal::act_open);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  auto id = c.open_act("db", "n1");
  CHECK(c.say(command::withdraw{script::cell("db", "n1"), id.next()}) == refusal::act_closed);
  CHECK(c.say(command::withdraw{script::cell("db", "n1"), id}) == refusal::none);
  CHECK(c.held("db", "n1")->open->withdrawn);
  CHECK(c.held("db", "n1")->open->since == opened); // its age is told, and frees nothing
  CHECK(c.start("db", "n2") == refusal::would_run_twice); // withdrawn is not answered
  c.done("db", "n1", act_end::not_run);
  CHECK(c.start("db", "n2") == refusal::none);
}

TEST_CASE("K3: what is stuck counts as a failed stop") {
  script c;
  c.assemble();
  c.start("db", "n1");
  c.done("db", "n1", act_end::stuck);
  CHECK(std::get<stop_failed>(c.held("db", "n1")->now).stuck);
  CHECK(needs_proof(c.s, node_name{"n1"}));
}

TEST_CASE("K4: acts only in the present session of a joined node") {
  script c;
  c.assemble();
  auto old = c.session("n1");
  c.join("n1"); // its daemon was restarted
  auto to_old = command::act{script::cell("db", "n1"), action::start, old, {}};
  CHECK(c.say(to_old) == refusal::stale_session);
  CHECK(c.start("db", "n1") == refusal::not_inventoried);
  c.probe("n1", "db");
  CHECK(c.start("db", "n1") == refusal::none);
  c.lose("n2");
  CHECK(c.start("redis", "n2") == refusal::not_joined);
  CHECK(c.say(command::act{script::cell("redis", "n9"), action::start, {}, {}}) == refusal::unknown_node);
}

TEST_CASE("K4: a new session proves nothing: what ran may run, until its probe says otherwise") {
  script c;
  c.assemble();
  c.start("db", "n1");
  c.join("n1");
  CHECK(std::holds_alternative<unknown>(c.held("db", "n1")->now)); // the open start was ended, its effect is not known
  CHECK_FALSE(c.held("db", "n1")->open);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
  SUBCASE("it runs") {
    c.probe("n1", "db", finding::started);
    CHECK(c.held("db", "n1")->now == phase{running{}});
    CHECK(c.start("db", "n2") == refusal::would_run_twice);
  }
  SUBCASE("it does not") {
    c.probe("n1", "db");
    CHECK(c.held("db", "n1") == nullptr);
    CHECK(c.start("db", "n2") == refusal::none);
  }
  SUBCASE("it failed") {
    c.probe("n1", "db", finding::failed);
    CHECK(std::holds_alternative<failed>(c.held("db", "n1")->now));
    CHECK(c.stop("db", "n1") == refusal::none);
  }
}

TEST_CASE("K5: an act holds only while what it relies on does") {
  script c;
  c.assemble();
  using what = command::relies_on::what;
  auto on_cell = [&](const char* node) {
    command::relies_on r{what::cell, resource_name{"db"}, 0, node_name{node}, {}};
    r.version = version_of(c.s, r);
    return r;
  };
  command::relies_on standby{what::standby, {}, 0, node_name{"n1"}, log_index{}};
  auto free = on_cell("n1");
  CHECK(c.act(action::start, "redis", "n1", {free, standby}) == refusal::none);
  c.done("redis", "n1");
  c.run("db", "n1");
  CHECK(c.act(action::start, "redis", "n2", {free}) == refusal::stale_if);
  CHECK(c.act(action::start, "redis", "n2", {on_cell("n1")}) == refusal::none);
  CHECK(is_ordinary(refusal::stale_if));

  c.operator_says(command::directive{.kind = command::directive_kind::standby, .subject = "n1"});
  CHECK(c.act(action::stop, "redis", "n1", {standby}) == refusal::stale_if);

  command::relies_on session{what::session, {}, 0, node_name{"n3"}, log_index{c.session("n3").value}};
  CHECK(c.act(action::start, "redis", "n3", {session}) == refusal::none);
  c.done("redis", "n3"); // a report is no new session
  CHECK(c.act(action::stop, "redis", "n3", {session}) == refusal::none);
}

TEST_CASE("K9: reports come in order, from their own node, in their own session") {
  script c;
  c.assemble();
  auto numbered = [&](std::uint64_t number, session_id session) {
    return command::report{node_name{"n1"}, session, number, {}};
  };
  auto next = c.node("n1").reports + 1;
  CHECK(c.say(numbered(next, c.session("n1")), "n2") == refusal::not_its_own);
  CHECK(c.say(numbered(next + 1, c.session("n1"))) == refusal::out_of_order);
  CHECK(c.say(numbered(next - 1, c.session("n1"))) == refusal::out_of_order);
  CHECK(c.say(numbered(next, session_id{99})) == refusal::stale_session);
  CHECK(c.say(numbered(next, c.session("n1"))) == refusal::none);
  c.lose("n1");
  CHECK(c.say(numbered(next + 1, c.session("n1"))) == refusal::not_joined);
}

TEST_CASE("K9: Join is compare-and-set on the session it replaces; a dead boot never joins again") {
  script c;
  c.assemble();
  auto join = [&](session_id replaces, unsigned boot, unsigned machine = '1') {
    return command::node_joined{node_name{"n1"}, machine_id{mark(machine)}, boot_id{mark(boot)}, replaces, known_level};
  };
  CHECK(c.say(join(session_id{}, 1)) == refusal::stale_join); // a delayed one
  CHECK(c.say(join(c.session("n1"), 1), "n2") == refusal::not_its_own);
  CHECK(c.say(join(c.session("n1"), 1, '2')) == refusal::other_machine);
  c.run("db", "n1");
  c.lose("n1");
  c.attempt("n1");
  c.prove("n1");
  CHECK(c.say(join(c.session("n1"), 1)) == refusal::boot_is_dead);
  CHECK(c.say(join(c.session("n1"), 2)) == refusal::none);
}

// db could not be stopped on n1, and its failure-timeout has passed since.
script aged_unstopped(std::uint32_t level) {
  auto aging = three_nodes();
  aging.resources[0].failure_timeout = 60s;
  script c(aging, level);
  c.assemble();
  c.run("db", "n1");
  c.stop("db", "n1");
  c.done("db", "n1", command::act_end::failed, 1);
  c.clock += 2min;
  return c;
}

const entry<failures>* failures_of_db(const script& c) {
  return c.s.find(failure_key{resource_name{"db"}, node_name{"n1"}});
}

TEST_CASE("what cannot be stopped does not age as long as it waits; at level 1 it did") {
  for (std::uint32_t level : {1U, 2U}) {
    auto c = aged_unstopped(level);
    CHECK(next_deadline(c.s).has_value() == (level == 1));
    CHECK(c.say(command::tick{}) == refusal::none);
    CHECK((failures_of_db(c) != nullptr) == (level == 2));
  }
}

TEST_CASE("failed promotes are counted in a row, across starts; before level 3 they were not") {
  for (std::uint32_t level : {2U, 3U}) {
    auto config = three_nodes();
    config.resources[0].promotable = config::promotable_options{};
    script c(config, level);
    c.assemble();
    auto key = failure_key{config.resources[0].name, node_name{"n1"}};
    auto name = key.resource.text.c_str();
    auto promote = [&](command::act_end end) {
      REQUIRE(c.act(config::action::promote, name, "n1") == refusal::none);
      REQUIRE(c.done(name, "n1", end, end == command::act_end::ok ? 0 : 1) == refusal::none);
    };
    auto run = [&] {
      REQUIRE(c.start(name, "n1") == refusal::none);
      c.done(name, "n1");
    };
    run();
    for (int i = 0; i < 2; ++i) {
      promote(command::act_end::failed);
      REQUIRE(c.stop(name, "n1") == refusal::none);
      c.done(name, "n1");
      run();
    }
    CHECK(c.s.find(key)->value.failed_promotes == (level == 2 ? 0 : 2));
    auto copy = decode_snapshot(encode_snapshot(c.s));
    REQUIRE(copy);
    CHECK(copy->find(key)->value == c.s.find(key)->value);
    CHECK(copy->content() == c.s.content());
    promote(command::act_end::ok);
    CHECK(c.s.find(key)->value.failed_promotes == 0);
    CHECK(c.s.find(key)->value.count == 2);
  }
}

TEST_CASE("that it cannot be promoted there is not forgotten while another one is promoted") {
  auto config = three_nodes();
  config.resources[0].promotable = config::promotable_options{};
  config.resources[0].failure_timeout = 3s;
  script c(config);
  c.assemble();
  auto name = config.resources[0].name.text;
  auto promote = [&](const char* node, command::act_end end) {
    REQUIRE(c.act(config::action::promote, name.c_str(), node) == refusal::none);
    REQUIRE(c.done(name.c_str(), node, end, end == command::act_end::ok ? 0 : 1) == refusal::none);
  };
  for (auto n : {"n1", "n2"}) {
    REQUIRE(c.start(name.c_str(), n) == refusal::none);
    c.done(name.c_str(), n);
  }
  promote("n1", command::act_end::failed);
  auto ages = [&] { return next_deadline(c.s).has_value(); };
  CHECK(ages());
  REQUIRE(c.stop(name.c_str(), "n1") == refusal::none);
  c.done(name.c_str(), "n1");
  promote("n2", command::act_end::ok);
  CHECK_FALSE(ages());
  REQUIRE(c.act(config::action::demote, name.c_str(), "n2") == refusal::none);
  c.done(name.c_str(), "n2");
  CHECK(ages());
}

TEST_CASE("what a node died with, as it could not be stopped, is remembered until it starts there") {
  auto c = aged_unstopped(2);
  CHECK_FALSE(failures_of_db(c)->value.died_with_it);
  c.attempt("n1");
  c.prove("n1");
  CHECK(failures_of_db(c)->value.died_with_it == std::chrono::floor<std::chrono::seconds>(c.clock));
  c.join("n1", 2);
  c.probe("n1", "db", command::finding::failed);
  CHECK(failures_of_db(c)->value.count == 2);
  CHECK(failures_of_db(c)->value.died_with_it); // what a look finds does not change that
  auto copy = decode_snapshot(encode_snapshot(c.s));
  REQUIRE(copy);
  CHECK(copy->content() == c.s.content());
  CHECK(copy->find(failure_key{resource_name{"db"}, node_name{"n1"}})->value == failures_of_db(c)->value);
  SUBCASE("it ages now, but not before the next boot can have shown whether that has mended it") {
    c.clock += 59min;
    CHECK(c.say(command::tick{}) == refusal::none);
    CHECK(failures_of_db(c));
    c.clock += 1min;
    CHECK(c.say(command::tick{}) == refusal::none);
    CHECK(failures_of_db(c) == nullptr);
  }
  SUBCASE("it starts") {
    c.clock += 30s;
    CHECK(c.say(command::tick{}) == refusal::none);
    CHECK(c.stop("db", "n1") == refusal::none);
    c.done("db", "n1");
    c.probe("n1", "redis");
    CHECK(c.start("db", "n1") == refusal::none);
    c.done("db", "n1");
    CHECK_FALSE(failures_of_db(c)->value.died_with_it);
  }
}

TEST_CASE("starts that fail are counted until one succeeds; a monitor's failure is no failed start") {
  script c;
  c.assemble();
  auto counted = [&] { return c.s.find(failure_key{resource_name{"db"}, node_name{"n1"}})->value; };
  auto starts_badly = [&] {
    c.start("db", "n1");
    c.done("db", "n1", command::act_end::failed, 1);
    c.stop("db", "n1");
    c.done("db", "n1");
  };
  starts_badly();
  starts_badly();
  CHECK(counted().count == 2);
  CHECK(counted().failed_starts == 2);
  c.run("db", "n1");
  CHECK(counted().count == 2);
  CHECK(counted().failed_starts == 0);
  c.report("n1", {command::monitored{resource_name{"db"}, 0, false, 7, "gone"}});
  CHECK(counted().count == 3);
  CHECK(counted().failed_starts == 0);
}

TEST_CASE("a monitor that finds nothing frees nothing") {
  script c;
  c.assemble();
  c.run("db", "n1");
  CHECK(c.report("n1", {command::monitored{resource_name{"db"}, 0, false, 7, "not running"}}) == refusal::none);
  CHECK(c.held("db", "n1")->now == phase{running{false, 7}});
  CHECK(c.s.find(failure_key{resource_name{"db"}, node_name{"n1"}})->value.count == 1);
  CHECK(c.start("db", "n2") == refusal::would_run_twice);
}

TEST_CASE("a removed resource is held until it is stopped, under the definition it was started with") {
  script c;
  c.assemble();
  c.run("db", "n1");
  auto started_with = c.held("db", "n1")->definition;
  auto less = three_nodes();
  less.resources.erase(less.resources.begin());
  CHECK(c.operator_says(command::config_set{c.s.version_of(configuration_key{}), less}) == refusal::none);
  CHECK(definition_of(c.s, resource_name{"db"}, started_with)->agent.type == "pgsql");
  CHECK(c.start("db", "n2") == refusal::unknown_resource);
  CHECK(c.stop("db", "n1") == refusal::none);
  c.done("db", "n1");
  CHECK(c.s.find(definition_key{resource_name{"db"}, started_with}) == nullptr);
}

TEST_CASE("a node leaves, and is removed, when it holds nothing") {
  script c;
  c.assemble();
  c.run("db", "n1");
  CHECK(c.say(command::node_left{node_name{"n1"}, c.session("n1")}) == refusal::still_holds);
  c.stop("db", "n1");
  c.done("db", "n1");
  CHECK(c.say(command::node_left{node_name{"n1"}, c.session("n1")}) == refusal::none);
  CHECK(c.start("db", "n1") == refusal::not_joined);
  auto less = three_nodes();
  less.nodes.erase(less.nodes.begin());
  auto now = [&] { return c.s.version_of(configuration_key{}); };
  CHECK(c.operator_says(command::config_set{now(), less}) == refusal::is_voter); // n1 is a voter
  less = three_nodes();
  less.nodes.pop_back();
  CHECK(c.operator_says(command::config_set{now(), less}) == refusal::is_voter); // n3 too: nobody empties it in vain
  auto more = three_nodes();
  more.nodes.push_back(more.nodes.back());
  more.nodes.back().name = node_name{"n4"};
  CHECK(c.operator_says(command::config_set{now(), more}) == refusal::none);
  c.join("n4");
  CHECK(c.operator_says(command::config_set{now(), three_nodes()}) == refusal::still_holds); // n4 is there
}

TEST_CASE("the configuration is compare-and-set, and refused when it leads nowhere") {
  script c;
  auto next = three_nodes();
  next.locations.push_back({"nowhere", node_name{"n1"}, score{5}});
  auto version = c.s.version_of(configuration_key{});
  CHECK(c.operator_says(command::config_set{version.next(), three_nodes()}) == refusal::stale_config);
  CHECK(c.operator_says(command::config_set{version, next}) == refusal::bad_config);
  next.locations.back().what = "db";
  CHECK(c.operator_says(command::config_set{version, next}) == refusal::none);
  CHECK(c.operator_says(command::config_set{version, next}) == refusal::stale_config);
}

TEST_CASE("a running instance takes a new time-out over, and keeps the parameters that it was started with") {
  script c;
  c.assemble();
  c.run("db", "n1");
  auto first = c.held("db", "n1")->definition;
  auto next = c.s.config().value;
  next.resources[0].stop_timeout = 77s;
  c.operator_says(command::config_set{c.s.version_of(configuration_key{}), next});
  auto second = c.held("db", "n1")->definition;
  CHECK(second > first);
  CHECK(definition_of(c.s, resource_name{"db"}, second)->stop_timeout == 77s);
  CHECK(c.s.find(definition_key{resource_name{"db"}, first}) == nullptr);
  next.resources[0].params["port"] = "5433";
  c.operator_says(command::config_set{c.s.version_of(configuration_key{}), next});
  CHECK(c.held("db", "n1")->definition == second);
  CHECK(c.s.find(definition_key{resource_name{"db"}, second})->value.params.empty());
}

TEST_CASE("what each presence counts as") {
  struct {
    presence here;
    bool present, away, trusted, lost_or_dead, written_off;
  } table[] = {{never_seen{}, false, true, false, false, false}, {joined{}, true, false, true, false, false},
               {detached{}, true, false, true, false, false},    {under_suspicion{}, true, false, false, false, false},
               {lost{}, false, false, false, true, true},        {down{}, false, true, false, true, true},
               {left{}, false, true, false, false, true}};
  static_assert(std::size(table) == std::variant_size_v<presence>);
  for (auto& row : table) {
    CAPTURE(row.here.index());
    member m;
    m.here = row.here;
    CHECK(is_present(m) == row.present);
    CHECK(is_away(m) == row.away);
    CHECK(is_trusted(m) == row.trusted);
    CHECK(is_lost_or_dead(m) == row.lost_or_dead);
    CHECK(is_written_off(m) == row.written_off);
  }
}

} // namespace troupe::cluster::kernel_test
