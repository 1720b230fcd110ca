#include "actors/supervisor/plan.hpp"

#include "actors/scheduler/native/fixture.hpp"

#include <doctest/doctest.h>

#include <tuple>

namespace troupe::supervisor::plan_test {

using command::directive_kind;
using config::action;
using scheduler::native_fixture::cloned;
using scheduler::native_fixture::cluster_of;
using scheduler::native_fixture::plain;
using scheduler::native_fixture::world;
using lines = std::vector<std::string>;
using namespace std::chrono_literals;

config::cluster shop(config::fencing_policy policy = config::fencing_policy::devices) {
  auto c = cluster_of(3, {plain("db"), plain("web"), cloned("redis")});
  config::order o;
  o.first = "db";
  o.then = "web";
  c.orders = {o};
  config::colocation with;
  with.what = "web";
  with.with = "db";
  c.colocations = {with};
  c.locations = {{"db", node_name{"n1"}, score{50}}};
  c.fencing = policy;
  if (policy != config::fencing_policy::devices) return c;
  for (auto& n : c.nodes) {
    config::fence_device d;
    d.name = device_name{"ipmi-" + n.name.text};
    d.targets = {n.name};
    d.timeout = 5s;
    d.budget = 20s;
    c.devices.push_back(d);
  }
  return c;
}

plan plan_of(const cluster::state& s, const plan_question& asked = {}) {
  return make_plan(s, asked, node_name{"n2"});
}

// "1 start db on n1"
lines text(const plan& p) {
  lines out;
  for (auto& s : p.steps) out.push_back(std::to_string(s.wave) + " " + s.text);
  for (auto& w : p.waits) out.push_back("- " + text_of(w));
  for (auto& o : p.others) out.push_back("- " + o);
  return out;
}

// A cluster that has carried out its plan.
world settled(config::cluster c) {
  world w(std::move(c));
  auto p = plan_of(w.log.s);
  CHECK(p.waits.empty());
  w.log.s = p.after;
  return w;
}

TEST_CASE("from nothing to all running, in order; and then there is nothing to do") {
  world w(shop());
  auto p = plan_of(w.log.s);
  CHECK(text(p) == lines{"1 db: new -> n1", "1 redis: new -> n1, n2, n3", "1 web: new -> n1", "1 start db on n1",
                         "1 start redis on n1", "1 start redis on n2", "1 start redis on n3", "2 start web on n1"});
  CHECK(p.steps[0].because == "the highest score");
  CHECK(p.steps[3].because == "placement");
  CHECK(text(plan_of(p.after)) == lines{});
  CHECK(p.after.find(cluster::holder_key{resource_name{"web"}, 0, node_name{"n1"}, w.log.node("n1").boot}));
}

TEST_CASE("what if a node fails: it is fenced, and what it ran comes up elsewhere") {
  auto w = settled(shop());
  auto p = plan_of(w.log.s, {.configuration = {}, .failing = {node_name{"n1"}}, .standby = {}});
  CHECK(text(p) == lines{"1 fence n1 with ipmi-n1, done by n2", "1 db: n1 -> n2", "1 redis: n1, n2, n3 -> n2, n3",
                         "1 web: n1 -> n2", "2 start db on n2", "3 start web on n2"});
  CHECK(p.steps[0].because == "may still run there");
}

TEST_CASE("what returns after its fencing gets its part again when no fencing may still land there") {
  auto w = settled(shop());
  w.log.s = plan_of(w.log.s, {.configuration = {}, .failing = {node_name{"n1"}}, .standby = {}}).after;
  w.log.join("n1", 2);
  for (auto r : {"db", "redis", "web"}) w.log.probe("n1", r);
  CHECK(text(plan_of(w.log.s)) == lines{"1 db: n2 -> n1", "1 redis: n2, n3 -> n1, n2, n3", "1 web: n2 -> n1",
                                        "1 start redis on n1", "1 stop web on n2", "2 stop db on n2",
                                        "3 start db on n1", "4 start web on n1"});
}

config::cluster promoting() {
  auto c = shop();
  auto redis = cloned("redis");
  redis.clone->notify = true;
  redis.promotable = config::promotable_options{.score = 1};
  redis.target = config::role::promoted;
  c.resources = {redis};
  c.orders.clear();
  c.colocations.clear();
  c.locations.clear();
  return c;
}

TEST_CASE("promotions; who has to be told of them is no step of a plan") {
  world w(promoting());
  auto p = plan_of(w.log.s);
  CHECK(text(p) == lines{"1 redis: new -> n1 (promoted), n2, n3", "1 start redis on n1", "1 start redis on n2",
                         "1 start redis on n3", "2 promote redis on n1"});
  w.log.s = p.after;
  CHECK(text(plan_of(w.log.s)) == lines{});
  CHECK(text(plan_of(w.log.s, {.configuration = {}, .failing = {node_name{"n1"}}, .standby = {}})) ==
        lines{"1 fence n1 with ipmi-n1, done by n2", "1 redis: n1 (promoted), n2, n3 -> n2 (promoted), n3",
              "2 promote redis on n2"});
  CHECK(text(plan_of(w.log.s, {.configuration = {}, .failing = {}, .standby = {node_name{"n1"}}})) ==
        lines{"1 redis: n1 (promoted), n2, n3 -> n2 (promoted), n3", "1 demote redis on n1", "2 promote redis on n2",
              "3 stop redis on n1"});
}

TEST_CASE("what if a node fails that nothing can fence: what waits, and for what") {
  auto w = settled(shop(config::fencing_policy::none));
  auto p = plan_of(w.log.s, {.configuration = {}, .failing = {node_name{"n1"}}, .standby = {}});
  auto said = text(p);
  REQUIRE(said.size() == 9);
  CHECK(said[0] == "1 db: n1 -> n2");
  CHECK(said[3] == "- db on n1 waits: what runs on n1 is not known until it is proved dead or returns");
  CHECK(said[4] == "- db on n2 waits: what runs on n1 is not known until it is proved dead or returns");
  CHECK(said[7] == "- web on n2 waits: what runs on n1 is not known until it is proved dead or returns");
  CHECK(said[8] == "- n1: no fence device is configured. Or an operator makes sure that it is off, and says so: "
                   "`troupe fence n1 --confirmed-off --reason TEXT`");
}

TEST_CASE("what if no majority is left: nothing is done, and what the others do by themselves") {
  auto w = settled(shop());
  plan_question two{.configuration = {}, .failing = {node_name{"n1"}, node_name{"n3"}}, .standby = {}};
  auto p = plan_of(w.log.s, two);
  CHECK(p.steps.empty());
  CHECK(text(p) == lines{"- 1 of 3 voters would be left, which is no majority: nobody would lead, and nothing would be "
                         "fenced, started or moved until one is back",
                         "- n2 would stop redis (no-quorum = stop)"});
  auto c = shop();
  c.no_quorum = config::no_quorum_policy::freeze;
  CHECK(text(plan_of(settled(c).log.s, two))[1] == "- n2 would go on running redis (no-quorum = freeze)");
  two.failing.push_back(node_name{"n2"});
  CHECK(text(plan_of(settled(c).log.s, two)) ==
        lines{"- 0 of 3 voters would be left, which is no majority: nobody would lead, and nothing would be fenced, "
              "started or moved until one is back"});
  auto lost = settled(shop());
  lost.log.lose("n3");
  CHECK(plan_of(lost.log.s, {.configuration = {}, .failing = {node_name{"n1"}}, .standby = {}}).steps.empty());
}

TEST_CASE("fencing is off: it is taken for dead") {
  auto w = settled([] {
    auto c = shop(config::fencing_policy::off);
    for (auto& r : c.resources) r.accepts.insert(config::proof_kind::assumed);
    return c;
  }());
  auto p = plan_of(w.log.s, {.configuration = {}, .failing = {node_name{"n1"}}, .standby = {}});
  CHECK(text(p)[0] == "1 take n1 for dead");
  CHECK(p.steps[0].because == "fencing is off");
  CHECK(p.waits.empty());
}

TEST_CASE("what if a node is on standby: it is emptied in order") {
  auto w = settled(shop());
  CHECK(text(plan_of(w.log.s, {.configuration = {}, .failing = {}, .standby = {node_name{"n1"}}})) ==
        lines{"1 db: n1 -> n2", "1 redis: n1, n2, n3 -> n2, n3", "1 web: n1 -> n2", "1 stop redis on n1",
              "1 stop web on n1", "2 stop db on n1", "3 start db on n2", "4 start web on n2"});
}

TEST_CASE("a configuration: what is new is looked for first, what is gone is stopped, what has changed is restarted") {
  auto w = settled(shop());
  auto next = shop();
  std::erase_if(next.resources, [](auto& r) { return r.name.text == "redis"; });
  next.resources.push_back(plain("zed"));
  next.resources[0].params["port"] = "1";
  CHECK(text(plan_of(w.log.s, {.configuration = next, .failing = {}, .standby = {}})) ==
        lines{"1 look on n1 whether zed runs there already", "1 look on n2 whether zed runs there already",
              "1 look on n3 whether zed runs there already", "1 zed: new -> n2", "1 stop redis on n1",
              "1 stop redis on n2", "1 stop redis on n3", "1 stop web on n1", "2 start zed on n2", "3 stop db on n1",
              "4 start db on n1", "5 start web on n1"});
}

TEST_CASE("what a daemon has to do is named") {
  auto w = settled(shop());
  auto next = shop();
  next.nodes.push_back(next.nodes[0]);
  next.nodes.back().name = node_name{"n9"};
  next.nodes.back().key = {};
  next.nodes[1].addresses = {{"10.9.9.9", 1}};
  auto p = plan_of(w.log.s, {.configuration = next, .failing = {}, .standby = {}});
  CHECK(p.refused == "");
  CHECK(p.steps.empty());
  CHECK(p.others ==
        lines{"n2 gets other addresses: it is lost, and fenced, unless its trouped listens there (`listen` in its "
              "node.toml)",
              "n9 is new: what may run there is placed when its trouped has joined"});
}

TEST_CASE("who is away while what it holds is left alone: what comes of managing it again") {
  auto alone = shop();
  for (auto& r : alone.resources) r.managed = false;
  auto w = settled(shop());
  REQUIRE(w.log.operator_says(command::config_set{w.log.s.version_of(cluster::configuration_key{}), alone}) ==
          refusal::none);
  REQUIRE(w.log.say(command::detach{node_name{"n1"}, w.log.session("n1"), w.log.clock + 10min}, "n1") == refusal::none);
  CHECK(plan_of(w.log.s).others == lines{});
  auto p = plan_of(w.log.s, {.configuration = shop(), .failing = {}, .standby = {}});
  CHECK(p.others ==
        lines{"n1 is away for a planned restart, and what it holds is to be managed: if its trouped is not back "
              "first, n1 is lost, and fenced"});
}

TEST_CASE("what is under way is assumed to succeed") {
  auto w = settled(shop());
  w.direct(directive_kind::standby, "n3");
  w.commit();
  w.log.stop("redis", "n3");
  auto p = plan_of(w.log.s);
  CHECK(text(p) == lines{"0 stop redis on n3"});
  CHECK(p.steps[0].because == "under way");
}

TEST_CASE("the first steps of a plan, and the state after them") {
  world w(shop());
  plan_question some;
  some.steps = 4;
  auto p = plan_of(w.log.s, some);
  CHECK(text(p).size() == 4);
  CHECK(p.cut);
  CHECK(p.steps.back().text == "start db on n1");
  CHECK(text(plan_of(p.after)) ==
        lines{"1 start redis on n1", "1 start redis on n2", "1 start redis on n3", "1 start web on n1"});
  some.steps = 1; // all assignments are one command
  CHECK(plan_of(w.log.s, some).steps.size() == 3);
}

TEST_CASE("a question that the kernel refuses is no plan") {
  auto w = settled(shop());
  CHECK(plan_of(w.log.s, {{}, {}, {node_name{"n9"}}}).refused == "n9 cannot be on standby: unknown node");
  CHECK(plan_of(w.log.s, {{}, {node_name{"n9"}}, {}}).refused == "n9 cannot be lost: unknown node");
  auto bad = shop();
  bad.nodes.pop_back();
  CHECK(plan_of(w.log.s, {bad, {}, {}}).refused.starts_with("the configuration would be refused: "));
}

TEST_CASE("an operator sees what no node may run, and is not told of what he has stopped himself") {
  auto w = settled(shop());
  w.log.operator_says(command::directive{.kind = directive_kind::target_role, .subject = "redis"});
  for (auto n : {"n1", "n2", "n3"}) w.direct(directive_kind::standby, n);
  auto p = plan_of(w.log.s);
  CHECK(p.others == lines{"db runs nowhere: no node may run it", "web runs nowhere: no node may run it"});
  auto next = shop(); // what is new has no place to lose
  next.resources.push_back(plain("zed"));
  p = plan_of(w.log.s, {.configuration = next, .failing = {}, .standby = {}});
  CHECK(p.others.back() == "zed runs nowhere: no node may run it");
}

TEST_CASE("a new target that an operator's word goes before is said to change nothing") {
  auto w = settled(shop());
  w.log.operator_says(
      command::directive{.kind = directive_kind::target_role, .subject = "redis", .role = config::role::started});
  auto next = shop();
  for (auto& r : next.resources) r.target = config::role::stopped;
  auto p = plan_of(w.log.s, {.configuration = next, .failing = {}, .standby = {}});
  CHECK(p.others ==
        lines{"redis stays started, by an operator's word that goes before its target (stopped): `troupe start "
              "redis --as-configured` lifts it"});
  CHECK(plan_of(w.log.s).others.empty());
}

// --- I12 ---

using what = std::tuple<step_kind, std::string, std::string, action>;
std::vector<what> rest(const plan& p, std::size_t from) {
  std::vector<what> out;
  for (std::size_t i = from; i < p.steps.size(); ++i) {
    auto& s = p.steps[i];
    out.push_back({s.kind, s.resource.text, s.node.text, s.action});
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Carries one step out, as the cluster would.
void carry_out(cluster::test::script& log, const plan& p, const planned_step& step) {
  auto r = step.resource.text.c_str(), n = step.node.text.c_str();
  switch (step.kind) {
  case step_kind::look: {
    auto pending = log.s.find(cluster::inventory_key{step.node})->value.pending;
    for (auto& each : pending) REQUIRE(log.probe(n, each.text.c_str()) == refusal::none);
    return;
  }
  case step_kind::place: {
    auto& places = p.after.find(cluster::assignment_key{step.resource})->value.places;
    REQUIRE(log.say(command::assigned{{{step.resource, places}}}) == refusal::none);
    return;
  }
  case step_kind::fence:
    REQUIRE(log.attempt(n) == refusal::none);
    REQUIRE(log.prove(n) == refusal::none);
    return;
  case step_kind::act:
    REQUIRE(log.act(step.action, r, n) == refusal::none);
    REQUIRE(log.done(r, n) == refusal::none);
    return;
  case step_kind::withdraw: FAIL("none in these stories");
  }
}

// The plan of the state after each prefix of a plan is the rest of it. An Assigned is one command: its steps are no
// prefix of each other.
void judge(const cluster::test::script& begin, const std::string& story) {
  auto whole = plan_of(begin.s);
  REQUIRE_FALSE(whole.steps.empty());
  auto log = begin;
  for (std::size_t done = 0; done < whole.steps.size(); ++done) {
    bool within = done > 0 && whole.steps[done].kind == step_kind::place &&
                  whole.steps[done - 1].kind == step_kind::place &&
                  whole.steps[done - 1].wave == whole.steps[done].wave;
    if (!within)
      CHECK_MESSAGE(rest(plan_of(log.s), 0) == rest(whole, done), story, " after ", done, " of ", whole.steps.size());
    carry_out(log, whole, whole.steps[done]);
  }
  CHECK(plan_of(log.s).steps.empty());
}

TEST_CASE("I12: the plan of the state after any prefix of a plan is the rest of it") {
  judge(world(shop()).log, "formation");
  {
    auto w = settled(shop());
    w.log.lose("n1");
    judge(w.log, "a lost node");
  }
  {
    auto w = settled(shop());
    w.direct(directive_kind::standby, "n1");
    judge(w.log, "standby");
  }
  {
    auto w = settled(shop());
    auto next = shop();
    next.resources[0].params["port"] = "1";
    next.resources.push_back(plain("zed"));
    w.log.operator_says(command::config_set{w.log.s.version_of(cluster::configuration_key{}), next});
    judge(w.log, "a new configuration");
  }
  {
    auto w = settled(shop());
    w.log.report("n1", {command::monitored{resource_name{"db"}, 0, false, 7, ""}});
    judge(w.log, "a failure");
  }
  {
    auto w = settled(shop());
    w.direct(directive_kind::move, "db", config::role::stopped, "n3");
    judge(w.log, "a move");
  }
}

} // namespace troupe::supervisor::plan_test
