// Ways along orders: exponentially many of them, or as long as max_resources. What is counted is what was worked out,
// so that a walk that begins anew for each way fails (or never ends), whatever machine it runs on.
#include "actors/supervisor/planned.hpp"
#include "actors/supervisor/situation.hpp"

#include <fmt/format.h>

namespace troupe::supervisor::ready_test {

using config::order_kind;

// Names by number: the larger the number, the earlier the name, so that the end of a chain is looked at first.
static std::string numbered(std::size_t i) {
  return fmt::format("r{:05}", config::max_resources - i);
}

static config::cluster many(std::size_t count) {
  std::vector<config::resource> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(plain(numbered(i).c_str()));
  return of(std::move(all));
}

// All have their place on n1; `running` there, or nothing was started yet.
struct crowd : script {
  explicit crowd(config::cluster c, bool running = false)
    : script(std::move(c))
    , known(s.config().value)
    , sees(s, known) {
    for (auto name : {"n1", "n2", "n3"}) join(name);
    cluster::transaction t(s, s.index().next(), s.now(), {});
    for (auto name : {"n1", "n2", "n3"}) t.erase(cluster::inventory_key{node_name{name}});
    t.commit();
    command::assigned all;
    for (auto& r : s.config().value.resources) all.items.push_back({r.name, {{node_name{"n1"}, 0, role::started}}});
    REQUIRE(say(std::move(all)) == refusal::none);
    if (running)
      for (auto& r : s.config().value.resources) is(r.name, cluster::running{});
  }

  void is(const resource_name& r, cluster::running how) {
    cluster::transaction t(s, s.index().next(), s.now(), {});
    t.put(cluster::holder_key{r, 0, node_name{"n1"}, node("n1").boot},
          cluster::holder{how, role::started, {}, cluster::standing_of(s, r)->defined_at});
    t.commit();
  }
  void fails(const std::string& r) { is(resource_name{r}, cluster::running{false}); }

  // What is due, as "start r1", and what each of the others waits for.
  void look() {
    for (auto& r : s.config().value.resources) note(advise(sees, r.name));
  }
  void note(const advice& a) {
    static constexpr const char* words[] = {"start", "stop", "promote", "demote"};
    for (auto& st : a.steps)
      due.push_back(std::string(words[static_cast<int>(std::get<command::act>(st.what).action)]) + " " +
                    a.resource.text);
    for (auto& w : a.waits) waits[a.resource.text] = w;
  }

  ordering known;
  situation sees;
  lines due;
  std::map<std::string, wait> waits;
};

constexpr std::size_t layers = 28, width = 4;

static config::cluster lattice(order_kind kind) {
  auto c = many(layers * width);
  for (std::size_t layer = 0; layer + 1 < layers; ++layer)
    for (std::size_t i = 0; i < width; ++i)
      for (std::size_t k = 0; k < width; ++k)
        c.orders.push_back(
            ordered(numbered(layer * width + i).c_str(), numbered((layer + 1) * width + k).c_str(), kind));
  return c;
}

TEST_CASE("a lattice of optional orders is looked at once, not along each of its ways") {
  crowd c(lattice(order_kind::optional));
  REQUIRE(c.s.config().value.orders.size() == 432);
  c.look();
  CHECK(c.sees.worked_out() == layers * width);
  // Waited for is what starts, or could: not what waits itself, nobody knows for how long.
  lines expected;
  for (std::size_t i = layers * width; i-- > 0;) {
    if (i / width % 2 == 0)
      expected.push_back("start " + numbered(i));
    else
      CHECK_MESSAGE(c.waits[numbered(i)].why == hold::predecessor, i);
  }
  CHECK(c.due == expected);
}

TEST_CASE("so it is on the leader, all at once") {
  crowd c(lattice(order_kind::optional));
  readiness ready;
  ready.begin(c.s);
  for (auto& a : ready.take(c.s)) c.note(a);
  CHECK(c.due.size() == layers * width / 2);
  CHECK(c.waits.size() == layers * width / 2);
}

TEST_CASE("a lattice of mandatory orders starts with its first layer; when that fails it stops from its last one") {
  SUBCASE("nothing runs yet") {
    crowd c(lattice(order_kind::mandatory));
    c.look();
    CHECK(c.sees.worked_out() <= 2 * layers * width);
    CHECK(c.due ==
          lines{"start " + numbered(3), "start " + numbered(2), "start " + numbered(1), "start " + numbered(0)});
    CHECK(c.waits.size() == (layers - 1) * width);
  }
  SUBCASE("all of it runs, and the first one fails") {
    crowd c(lattice(order_kind::mandatory), true);
    c.fails(numbered(0));
    c.look();
    CHECK(c.sees.worked_out() == layers * width);
    lines last; // of the last layer
    for (std::size_t i = layers * width; i-- > (layers - 1) * width;) last.push_back("stop " + numbered(i));
    CHECK(c.due == last);
    CHECK(c.waits.size() == 1 + (layers - 2) * width); // the rest of the first layer goes on
  }
}

static config::cluster chain(order_kind kind) {
  auto c = many(config::max_resources);
  for (std::size_t i = 0; i + 1 < config::max_resources; ++i)
    c.orders.push_back(ordered(numbered(i).c_str(), numbered(i + 1).c_str(), kind));
  return c;
}

TEST_CASE("a chain of orders may be as long as there are resources") {
  SUBCASE("optional") {
    crowd c(chain(order_kind::optional));
    c.look();
    CHECK(c.sees.worked_out() == config::max_resources);
    REQUIRE(c.due.size() == config::max_resources / 2);
    CHECK(c.due.back() == "start " + numbered(0));
    CHECK(c.waits.at(numbered(1)).resource.text == numbered(0));
    CHECK(c.waits.at(numbered(19'999)).resource.text == numbered(19'998));
  }
  SUBCASE("mandatory, and its first one has failed") {
    crowd c(chain(order_kind::mandatory), true);
    c.fails(numbered(0));
    c.look();
    CHECK(c.sees.worked_out() == config::max_resources);
    CHECK(c.due == lines{"stop " + numbered(19'999)});
    CHECK(c.waits.at(numbered(0)).why == hold::ordered_stop);
  }
  SUBCASE("both by turns: only what needs the failed one stops") {
    auto config = chain(order_kind::mandatory);
    for (std::size_t i = 0; i < config.orders.size(); i += 2) config.orders[i].kind = order_kind::optional;
    crowd c(config, true);
    c.fails(numbered(1));
    c.look();
    CHECK(c.sees.worked_out() == config::max_resources);
    CHECK(c.due == lines{"stop " + numbered(2)});
    CHECK(c.waits.at(numbered(1)).resource.text == numbered(2));
  }
}

TEST_CASE("so may a group") {
  auto config = many(config::max_resources);
  config::group g{config::group_name{"g"}, {}, {}};
  for (std::size_t i = 0; i < config::max_resources; ++i) g.members.push_back(resource_name{numbered(i)});
  config.groups = {g};
  SUBCASE("its first member starts") {
    crowd c(config);
    c.look();
    CHECK(c.due == lines{"start " + numbered(0)});
    CHECK(c.sees.worked_out() <= 2 * config::max_resources);
  }
  SUBCASE("its first member has failed: the last one stops") {
    crowd c(config, true);
    c.fails(numbered(0));
    c.look();
    CHECK(c.due == lines{"stop " + numbered(19'999)});
    CHECK(c.sees.worked_out() == config::max_resources);
  }
}

TEST_CASE("what changes at the same time along a chain is followed in one walk") {
  ordering known(chain(order_kind::mandatory));
  std::set<resource_name> all;
  for (auto& name : known.names()) all.insert(name);
  CHECK(known.concerned(all).size() == config::max_resources);
  CHECK(known.concerned({resource_name{numbered(19'998)}}).size() == 3); // it, its next, the one right before
}

TEST_CASE("orders of both kinds, a clone and what must be apart, in one web") {
  auto cache = plain("cache"), api = plain("api");
  cache.clone = api.clone = config::clone_options{};
  api.clone->interleave = true;
  auto config = of({cache, api, plain("db"), plain("mail"), plain("spool"), plain("web")});
  config.orders = {ordered("db", "cache"),
                   ordered("cache", "api"),
                   ordered("api", "web", order_kind::optional),
                   ordered("db", "web", order_kind::optional),
                   ordered("spool", "mail", order_kind::optional),
                   ordered("web", "mail", order_kind::optional)};
  config::colocation apart;
  apart.what = "spool";
  apart.with = "db";
  apart.weight = score::minus_infinity();
  config.colocations = {apart};
  planned c(config);
  c.assign("spool", {"n1"});
  CHECK(c.settle() == lines{"start spool n1"});
  c.assign("db", {"n1"});
  c.assign("spool", {"n2"});
  c.assign("cache", {"n1", "n2"});
  c.assign("api", {"n1", "n2"});
  c.assign("web", {"n3"});
  c.assign("mail", {"n3"});
  // db waits for spool to leave its node, cache for db, api for cache; web waits for neither of those that wait, so
  // that mail, before which it would be started, waits for web.
  CHECK(c.go() == lines{"stop spool n1", "start web n3"});
  CHECK(c.waits("db") == hold::kept_apart);
  CHECK(c.waits("cache") == hold::predecessor);
  CHECK(c.waits("api") == hold::predecessor);
  CHECK(c.waits("mail") == hold::predecessor);
  c.end("spool", "n1");
  c.end("web", "n3");
  CHECK(c.settle() == lines{"start db n1", "start spool n2", "start cache n1", "start cache n2", "start mail n3",
                            "start api n1", "start api n2"});
  c.monitor_fails("db", "n1");
  CHECK(c.settle() == lines{"stop api n1", "stop api n2", "stop cache n1", "stop cache n2", "stop db n1", "start db n1",
                            "start cache n1", "start cache n2", "start api n1", "start api n2"});
}

} // namespace troupe::supervisor::ready_test
