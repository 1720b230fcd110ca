// What waits for what: groups, orders, clones, and what must be apart.
#include "actors/supervisor/planned.hpp"

namespace troupe::supervisor::ready_test {

TEST_CASE("a group starts in its order, stops in the inverse one, and recovers from its failed member on") {
  auto config = of({plain("a"), plain("b"), plain("c")});
  config.groups = {{config::group_name{"g"}, {resource_name{"a"}, resource_name{"b"}, resource_name{"c"}}, {}}};
  planned c(config);
  for (auto r : {"a", "b", "c"}) c.assign(r, {"n1"});
  CHECK(c.settle() == lines{"start a n1", "start b n1", "start c n1"});
  c.monitor_fails("b", "n1");
  CHECK(c.settle() == lines{"stop c n1", "stop b n1", "start b n1", "start c n1"});
  for (auto r : {"a", "b", "c"}) c.assign(r, {"n2"});
  CHECK(c.settle() == lines{"stop c n1", "stop b n1", "stop a n1", "start a n2", "start b n2", "start c n2"});
}

TEST_CASE("a mandatory order holds across nodes and both ways; an optional one only while both move") {
  SUBCASE("mandatory") {
    auto config = of({plain("db"), plain("web")});
    config.orders = {ordered("db", "web")};
    planned c(config);
    c.assign("web", {"n2"});
    CHECK(c.go().empty());
    CHECK(c.waits("web") == hold::predecessor);
    c.assign("db", {"n1"});
    CHECK(c.settle() == lines{"start db n1", "start web n2"});
    c.monitor_fails("db", "n1");
    CHECK(c.settle() == lines{"stop web n2", "stop db n1", "start db n1", "start web n2"});
    c.assign("db", {});
    CHECK(c.settle() == lines{"stop web n2", "stop db n1"});
  }
  SUBCASE("without its inverse") {
    auto config = of({plain("db"), plain("web")});
    config.orders = {ordered("db", "web")};
    config.orders[0].symmetrical = false;
    planned c(config);
    c.assign("db", {"n1"});
    c.assign("web", {"n2"});
    c.settle();
    c.monitor_fails("db", "n1");
    CHECK(c.settle() == lines{"stop db n1", "start db n1"});
  }
  SUBCASE("optional") {
    auto config = of({plain("db"), plain("web")});
    config.orders = {ordered("db", "web", config::order_kind::optional)};
    planned c(config);
    c.assign("db", {"n1"});
    c.assign("web", {"n2"});
    CHECK(c.settle() == lines{"start db n1", "start web n2"});
    c.monitor_fails("db", "n1");
    CHECK(c.settle() == lines{"stop db n1", "start db n1"}); // web stays
    c.assign("db", {});
    c.settle();
    c.monitor_fails("web", "n2");
    CHECK(c.settle() == lines{"stop web n2", "start web n2"}); // db is nowhere: it is not waited for
  }
}

// db's node is lost and proved dead; web, which needs it, runs on another one.
planned bereft() {
  auto config = of({plain("db"), plain("web")});
  config.orders = {ordered("db", "web")};
  planned c(config);
  c.assign("db", {"n1"});
  c.assign("web", {"n3"});
  c.settle();
  c.tell(&script::lose, "n1");
  c.tell(&script::attempt, "n1", "n2");
  c.tell(&script::prove, "n1", "n2");
  return c;
}

TEST_CASE("what was lost starts again when all that ran on it has stopped, so that this starts anew") {
  SUBCASE("on another node") {
    auto c = bereft();
    c.assign("db", {"n2"});
    CHECK(c.go() == lines{"stop web n3"});
    CHECK(c.waits("db") == hold::ordered_stop);
    c.end("web", "n3");
    CHECK(c.settle() == lines{"start db n2", "start web n3"});
  }
  SUBCASE("nobody waits for what must not be touched") {
    auto c = bereft();
    c.operator_says(
        command::directive{.kind = command::directive_kind::maintenance, .subject = "web", .note = "why not"});
    c.note();
    c.assign("db", {"n2"});
    CHECK(c.settle() == lines{"start db n2"});
  }
  SUBCASE("nor for a stop that has failed") {
    auto c = bereft();
    c.go();
    c.end("web", "n3", command::act_end::failed, 1);
    c.assign("db", {"n2"});
    CHECK(c.settle() == lines{"start db n2"});
  }
}

TEST_CASE("a dependent of a clone needs one instance to stay, and all that were not tried in vain to start") {
  auto cache = plain("cache");
  cache.clone = config::clone_options{};
  auto config = of({cache, plain("web")});
  config.orders = {ordered("cache", "web")};
  planned c(config);
  c.assign("cache", {"n1", "n2", "n3"});
  c.assign("web", {"n1"});
  c.go();
  c.end("cache", "n1");
  CHECK(c.go().empty());
  c.end("cache", "n2");
  c.end("cache", "n3", command::act_end::failed, 1);
  CHECK(c.go() == lines{"stop cache n3", "start web n1"});
  c.settle();
  c.monitor_fails("cache", "n1");
  CHECK(c.settle() == lines{"stop cache n1", "start cache n1"});
}

TEST_CASE("interleaved clones wait for the instance on their own node") {
  auto cache = plain("cache"), api = plain("api");
  cache.clone = config::clone_options{};
  api.clone = config::clone_options{};
  api.clone->interleave = true;
  auto config = of({cache, api});
  config.orders = {ordered("cache", "api")};
  planned c(config);
  c.assign("cache", {"n1", "n2"});
  c.assign("api", {"n1", "n2"});
  CHECK(c.go() == lines{"start cache n1", "start cache n2"});
  c.end("cache", "n2");
  CHECK(c.go() == lines{"start api n2"});
  c.settle();
  c.monitor_fails("cache", "n1");
  CHECK(c.settle() == lines{"stop api n1", "stop cache n1", "start cache n1", "start api n1"});
}

TEST_CASE("what must be apart waits until the other one has gone") {
  auto config = of({plain("db"), plain("web")});
  config::colocation k;
  k.what = "db";
  k.with = "web";
  k.weight = score::minus_infinity();
  config.colocations = {k};
  planned c(config);
  c.assign("db", {"n1"});
  c.assign("web", {"n2"});
  c.settle();
  c.assign("db", {"n3"});
  c.assign("web", {"n1"});
  CHECK(c.go() == lines{"stop db n1", "stop web n2"});
  c.end("web", "n2");
  CHECK(c.go().empty());
  CHECK(c.waits("web") == hold::kept_apart);
  c.end("db", "n1");
  CHECK(c.settle() == lines{"start db n3", "start web n1"});
}

TEST_CASE("whoever waits for the stop of one that need not stop any more goes on at once") {
  auto config = of({plain("b"), plain("c"), plain("d"), plain("e")});
  config.orders = {ordered("b", "c", config::order_kind::optional), ordered("d", "c"), ordered("c", "e")};
  planned c(config);
  c.assign("b", {"n1"});
  c.assign("c", {"n2"});
  c.assign("d", {"n1"});
  c.assign("e", {"n3"});
  c.settle();
  c.monitor_fails("d", "n1");
  CHECK(c.go() == lines{"stop e n3"}); // then c, then d
  c.monitor_fails("b", "n1");
  CHECK(c.go().empty());
  CHECK(c.waits("b") == hold::ordered_stop); // for c
  c.monitor_is_well_again("d", "n1");
  CHECK(c.go() == lines{"stop b n1"}); // c stays
}

TEST_CASE("one of many behind the same concerns that one, not the others") {
  for (auto kind : {config::order_kind::mandatory, config::order_kind::optional}) {
    auto config = of({plain("a"), plain("b"), plain("c"), plain("hub")});
    for (auto leaf : {"a", "b", "c"}) config.orders.push_back(ordered("hub", leaf, kind));
    ordering known(config);
    CHECK(known.concerned({resource_name{"b"}}) == std::vector{resource_name{"b"}, resource_name{"hub"}});
    CHECK(known.concerned({resource_name{"hub"}}).size() == 4);
  }
}

} // namespace troupe::supervisor::ready_test
