#include "actors/supervisor/planned.hpp"
#include "messages/types/random.hpp"

namespace troupe::supervisor::ready_test {

TEST_CASE("what is assigned starts, what is assigned elsewhere stops first and starts then") {
  planned c(of({plain("db")}));
  CHECK(c.settle().empty());
  c.assign("db", {"n1"});
  CHECK(c.go() == lines{"start db n1"});
  CHECK(c.go().empty()); // one open act, and nothing twice
  CHECK(c.waits("db") == hold::act_open);
  c.end("db", "n1");
  CHECK(c.go().empty());
  CHECK(c.ready.waiting().empty());
  c.assign("db", {"n2"});
  CHECK(c.go() == lines{"stop db n1"});
  CHECK(c.ready.waiting().at(resource_name{"db"}).front().why == hold::active_elsewhere);
  c.end("db", "n1");
  CHECK(c.go() == lines{"start db n2"});
  c.end("db", "n2");
  c.assign("db", {});
  CHECK(c.settle() == lines{"stop db n2"});
}

TEST_CASE("a failed monitor and a failed start recover in place: stop, start") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.settle();
  c.monitor_fails("db", "n1");
  auto recovery = c.ready.take(c.s);
  REQUIRE(recovery.size() == 1);
  CHECK(recovery[0].steps[0].why == reason::recovery);
  c.ready.again(resource_name{"db"});
  CHECK(c.settle() == lines{"stop db n1", "start db n1"});
  c.assign("db", {});
  c.settle();
  c.assign("db", {"n1"});
  c.go();
  c.end("db", "n1", command::act_end::failed, 1);
  CHECK(c.settle() == lines{"stop db n1", "start db n1"});
}

TEST_CASE("a failed stop waits for a proof; after a cleanup it is tried again") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.settle();
  c.assign("db", {"n2"});
  c.go();
  c.end("db", "n1", command::act_end::failed, 1);
  CHECK(c.go().empty());
  CHECK(c.waits("db") == hold::failed_stop);
  c.operator_says(command::cleanup{resource_name{"db"}, node_name{"n1"}});
  c.note();
  CHECK(c.settle() == lines{"stop db n1", "start db n2"});
}

TEST_CASE("the proof of death that freed what could not be stopped is a cause of its start elsewhere") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.settle();
  c.assign("db", {"n2"});
  c.go();
  c.end("db", "n1", command::act_end::failed, 1);
  CHECK(c.go().empty());
  c.tell(&script::attempt, "n1", "n2");
  CHECK(c.go().empty());
  c.tell(&script::prove, "n1", "n2");
  auto proof = c.s.index();
  auto due = c.ready.take(c.s);
  REQUIRE(due.size() == 1);
  REQUIRE(due[0].steps.size() == 1);
  auto& causes = due[0].steps[0].causes;
  CHECK(std::find(causes.begin(), causes.end(), proof) != causes.end());
}

TEST_CASE("what a lost node holds starts elsewhere after the proof, not before") {
  planned c(of({plain("db"), plain("web")}));
  c.assign("db", {"n1"});
  c.assign("web", {"n2"});
  c.settle();
  c.tell(&script::lose, "n1");
  c.assign("db", {"n3"});
  CHECK(c.go().empty());
  CHECK(c.waits("db") == hold::unclean);
  c.tell(&script::attempt, "n1", "n2");
  CHECK(c.go().empty());
  c.tell(&script::prove, "n1", "n2");
  CHECK(c.settle() == lines{"start db n3"});
}

TEST_CASE("nothing starts where it was not looked for, nor while it may be active on a node that was not") {
  planned c(of({plain("db")}));
  c.join("n3", 2); // another boot: to be probed anew
  c.note();
  c.assign("db", {"n1"});
  CHECK(c.go().empty());
  CHECK(c.waits("db") == hold::not_probed);
  c.probe("n3", "db");
  c.note();
  CHECK(c.settle() == lines{"start db n1"});
}

TEST_CASE("what was found running is stopped where it does not belong") {
  planned c(of({plain("db")}));
  c.join("n3", 2);
  c.note();
  c.probe("n3", "db", finding::started);
  c.note();
  CHECK(c.go().empty()); // nobody has said yet where it belongs
  c.assign("db", {"n1"});
  CHECK(c.settle() == lines{"stop db n3", "start db n1"});
}

TEST_CASE("what runs before its place is decided goes on, and so does who needs it") {
  auto config = of({plain("db"), plain("web")});
  config.orders = {ordered("db", "web")};
  planned c(config);
  c.join("n3", 2);
  c.note();
  for (auto r : {"db", "web"}) c.probe("n3", r, finding::started);
  c.note();
  c.assign("web", {"n3"});
  CHECK(c.settle().empty());
  c.assign("db", {});
  CHECK(c.settle() == lines{"stop web n3", "stop db n3"});
}

TEST_CASE("in maintenance nothing is touched, and dependents stay") {
  auto config = of({plain("db"), plain("web")});
  config.orders = {ordered("db", "web")};
  planned c(config);
  c.assign("db", {"n1"});
  c.assign("web", {"n2"});
  c.settle();
  c.operator_says(command::directive{.kind = command::directive_kind::maintenance, .subject = "db"});
  c.note();
  c.assign("db", {"n3"});
  CHECK(c.settle().empty());
  CHECK(c.waits("db") == hold::unmanaged);
  c.operator_says(command::directive{.kind = command::directive_kind::maintenance, .subject = "db", .lifted = true});
  c.note();
  CHECK(c.settle() == lines{"stop web n2", "stop db n1", "start db n3", "start web n2"});
}

TEST_CASE("new parameters restart, another time-out does not, and what is removed stops with its old definition") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.settle();
  auto next = c.s.config().value;
  next.resources[0].stop_timeout = 60s;
  c.say(command::config_set{c.s.version_of(cluster::configuration_key{}), next});
  c.note();
  CHECK(c.settle().empty());
  next.resources[0].params["x"] = "1";
  c.say(command::config_set{c.s.version_of(cluster::configuration_key{}), next});
  c.note();
  CHECK(c.settle() == lines{"stop db n1", "start db n1"});
  next.resources.clear();
  c.say(command::config_set{c.s.version_of(cluster::configuration_key{}), next});
  c.note();
  CHECK(c.settle() == lines{"stop db n1"});
}

TEST_CASE("of a restart for new parameters they are the cause") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.settle();
  auto next = c.s.config().value;
  next.resources[0].params["port"] = "5433";
  CHECK(c.operator_says(command::config_set{c.s.version_of(cluster::configuration_key{}), next}) == refusal::none);
  c.note();
  auto applied = c.s.index();
  auto due = [&] {
    auto all = c.ready.take(c.s);
    REQUIRE(all.size() == 1);
    REQUIRE(all[0].steps.size() == 1);
    return all[0].steps[0].causes;
  };
  auto stop = due();
  CHECK(std::find(stop.begin(), stop.end(), applied) != stop.end());
  c.ready.again(resource_name{"db"});
  CHECK(c.go() == lines{"stop db n1"});
  CHECK(c.go().empty());
  c.end("db", "n1");
  auto stopped = c.s.index();
  auto start = due();
  CHECK(std::find(start.begin(), start.end(), stopped) != start.end());
}

TEST_CASE("a start that is not wanted any more is withdrawn, and only once") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.go();
  c.assign("db", {"n2"});
  CHECK(c.go() == lines{"withdraw db n1"});
  CHECK(c.go().empty());
  c.end("db", "n1", command::act_end::not_run);
  CHECK(c.settle() == lines{"start db n2"});
}

TEST_CASE("promotable: started first, promoted where it should be, demoted before another one is promoted") {
  auto redis = plain("redis");
  redis.promotable = config::promotable_options{};
  planned c(of({redis}));
  auto assign = [&](const char* promoted) {
    command::assignment a{resource_name{"redis"}, {}};
    for (auto n : {"n1", "n2"})
      a.places.push_back({node_name{n}, 0, std::string(promoted) == n ? role::promoted : role::started});
    c.say(command::assigned{{a}});
    c.note();
  };
  assign("n1");
  CHECK(c.settle() == lines{"start redis n1", "start redis n2", "promote redis n1"});
  assign("n2");
  CHECK(c.settle() == lines{"demote redis n1", "promote redis n2"});
  c.monitor_fails("redis", "n2");
  CHECK(c.settle() == lines{"demote redis n2", "stop redis n2", "start redis n2", "promote redis n2"});
  c.monitor_fails("redis", "n2"); // a service that is gone cannot be demoted: then it is stopped
  CHECK(c.go() == lines{"demote redis n2"});
  c.end("redis", "n2", command::act_end::failed, 7);
  CHECK(c.settle() == lines{"stop redis n2", "start redis n2", "promote redis n2"});
  assign("n1"); // so is one whose promotion failed, once it is demoted
  CHECK(c.go() == lines{"demote redis n2"});
  c.end("redis", "n2");
  CHECK(c.go() == lines{"promote redis n1"});
  c.end("redis", "n1", command::act_end::failed, 1);
  CHECK(c.settle() == lines{"demote redis n1", "stop redis n1", "start redis n1", "promote redis n1"});
}

TEST_CASE("no act is due on a suspected or detached node, and what runs there stays") {
  auto config = of({plain("db"), plain("web")});
  config.orders = {ordered("db", "web")};
  planned c(config);
  c.assign("db", {"n1"});
  c.assign("web", {"n2"});
  c.settle();
  c.say(command::suspected{node_name{"n1"}, c.session("n1"), false, "many at once"});
  c.note();
  CHECK(c.settle().empty());
  c.assign("db", {"n3"});
  CHECK(c.settle() == lines{"stop web n2"}); // db is to leave
  CHECK(c.waits("db") == hold::not_joined);
}

TEST_CASE("after a fencing the node gets nothing until its gate has opened") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.settle();
  c.tell(&script::lose, "n1");
  c.tell(&script::attempt, "n1", "n2");
  c.tell(&script::prove, "n1", "n2");
  c.join("n1", 2);
  c.note();
  c.probe("n1", "db");
  c.note();
  CHECK(c.go().empty());
  CHECK(c.waits("db") == hold::gated);
  auto held = c.ready.waiting().at(resource_name{"db"}).front();
  CHECK(text_of(held) == "db on n1 waits: a fencing of n1 may still land, until 1970-01-01 00:16:50Z");
  c.clock += 11s;
  c.say(command::tick{});
  c.note();
  CHECK(c.settle() == lines{"start db n1"});
}

TEST_CASE("what is to move to such a node goes on where it is until then") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.settle();
  c.tell(&script::lose, "n1");
  c.assign("db", {"n2"});
  c.tell(&script::attempt, "n1", "n2");
  c.tell(&script::prove, "n1", "n2");
  CHECK(c.settle() == lines{"start db n2"});
  c.join("n1", 2);
  c.note();
  c.assign("db", {"n1"});
  CHECK(c.go().empty());
  auto held = c.ready.waiting().at(resource_name{"db"}).front();
  CHECK(text_of(held) == "db on n2 goes on there for now: a fencing of n1 may still land, until 1970-01-01 00:16:50Z");
  c.clock += 11s;
  c.say(command::tick{});
  c.note();
  CHECK(c.go().empty());
  CHECK(c.waits("db") == hold::not_probed);
  c.probe("n1", "db");
  c.note();
  CHECK(c.settle() == lines{"stop db n2", "start db n1"});
  SUBCASE("but not for what has failed") {
    c.tell(&script::lose, "n1");
    c.assign("db", {"n2"});
    c.tell(&script::attempt, "n1", "n2");
    c.tell(&script::prove, "n1", "n2");
    CHECK(c.settle() == lines{"start db n2"});
    c.join("n1", 3);
    c.note();
    c.monitor_fails("db", "n2");
    c.assign("db", {"n1"});
    CHECK(c.go() == lines{"stop db n2"});
  }
}

TEST_CASE("neither does it get a stop before") {
  planned c(of({plain("db")}));
  c.assign("db", {"n1"});
  c.settle();
  c.tell(&script::lose, "n1");
  c.tell(&script::attempt, "n1", "n2");
  c.join("n1"); // in the same boot: the shot may still land
  c.note();
  c.say(command::fence_failed{node_name{"n1"}, c.attempt_id("n1"), "no answer"}, "n2");
  c.note();
  c.probe("n1", "db", finding::failed);
  c.note();
  CHECK(c.go().empty());
  CHECK(c.waits("db") == hold::gated);
  c.clock += 11s;
  c.say(command::tick{});
  c.note();
  CHECK(c.go() == lines{"stop db n1"});
}

void compare_with_looking_at_everything(const config::cluster& config, random_source& random, int moments) {
  planned c(config);
  std::vector<const char*> names;
  for (auto& r : config.resources) names.push_back(r.name.text.c_str());
  const char* nodes[] = {"n1", "n2", "n3"};
  for (int i = 0; i < moments; ++i) {
    auto r = names[random.below(names.size())];
    if (random.below(3) == 0)
      c.assign(r, {nodes[random.below(3)]});
    else if (random.below(6) == 0)
      c.assign(r, {});
    std::vector<cluster::holder_key> open, closed;
    for (auto& [key, found] : c.s.all<cluster::holder_key>()) (found.value.open ? open : closed).push_back(key);
    if (!closed.empty() && random.below(4) == 0) {
      auto& key = closed[random.below(closed.size())];
      auto *what = key.resource.text.c_str(), *where = key.node.text.c_str();
      auto* up = std::get_if<cluster::running>(&c.held(what, where)->now);
      if (up && up->healthy) c.monitor_fails(what, where);
      if (up && !up->healthy) c.monitor_is_well_again(what, where);
    }
    if (!open.empty() && random.below(2) == 0) {
      auto& key = open[random.below(open.size())];
      bool bad = key.resource.text != "a" && random.below(4) == 0 &&
                 c.held(key.resource.text.c_str(), key.node.text.c_str())->open->action == action::start;
      c.end(key.resource.text.c_str(), key.node.text.c_str(), bad ? command::act_end::failed : command::act_end::ok);
    }
    c.go();
    c.go();
    ordering known(c.s.config().value);
    for (auto name : names) {
      auto fresh = advise(c.s, known, resource_name{name});
      CHECK(fresh.steps.empty());
      auto remembered = c.ready.waiting().find(resource_name{name});
      CHECK(fresh.waits == (remembered == c.ready.waiting().end() ? std::vector<wait>{} : remembered->second));
    }
  }
}

TEST_CASE("looking only at what changed gives what looking at everything gives") {
  auto config = of({plain("a"), plain("b"), plain("c"), plain("d")});
  config.groups = {{config::group_name{"g"}, {resource_name{"a"}, resource_name{"b"}}, {}}};
  config.orders = {ordered("g", "c"), ordered("c", "d", config::order_kind::optional)};
  random_source random{7};
  compare_with_looking_at_everything(config, random, 300);
}

TEST_CASE("so it does whatever the orders are") {
  const char* names[] = {"a", "b", "c", "d", "e", "f"};
  random_source random{11};
  for (int drawn = 0; drawn < 60; ++drawn) {
    auto config = of({plain("a"), plain("b"), plain("c"), plain("d"), plain("e"), plain("f")});
    for (std::size_t first = 0; first < std::size(names); ++first)
      for (auto then = first + 1; then < std::size(names); ++then) {
        if (random.below(3) != 0) continue;
        bool optional = random.below(3) == 0;
        config.orders.push_back(ordered(names[first], names[then],
                                        optional ? config::order_kind::optional : config::order_kind::mandatory));
        config.orders.back().symmetrical = random.below(4) != 0;
      }
    compare_with_looking_at_everything(config, random, 100);
  }
}

TEST_CASE("after a restart of the daemon nobody starts on the word of before; whoever runs goes on") {
  auto c = of({plain("app"), plain("db"), plain("web")});
  c.orders = {ordered("db", "app"), ordered("db", "web")};
  planned p(c);
  p.assign("db", {"n1"});
  p.assign("app", {"n1"});
  CHECK(p.settle() == std::vector<std::string>{"start db n1", "start app n1"});
  p.tell(&script::join, "n1", 1, 0); // the same boot: what ran may run, or have ended with the daemon's stop
  p.tell(&script::probe, "n1", "web", finding::not_held);
  p.assign("web", {"n2"});
  CHECK(p.settle().empty());
  CHECK(p.waits("web") == hold::predecessor);
  SUBCASE("it is found running") {
    p.tell(&script::probe, "n1", "db", finding::started);
    CHECK(p.settle() == std::vector<std::string>{"start web n2"});
  }
  SUBCASE("it is gone") {
    p.tell(&script::probe, "n1", "db", finding::not_held);
    CHECK(p.settle() == std::vector<std::string>{"start db n1", "start web n2"});
  }
}

} // namespace troupe::supervisor::ready_test
