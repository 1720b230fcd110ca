// Whose turn it is; in which order a lone node stops; when it knows that it is alone.
#include "actors/resource/bench.hpp"
#include "actors/resource/contact_watch.hpp"
#include "actors/resource/lone_stop.hpp"
#include "actors/resource/turnstile.hpp"

#include <doctest/doctest.h>

namespace troupe::resource::order_test {

using namespace test;

namespace {

instance named(const std::string& name) {
  return {resource_name{name}, 0};
}

std::string names(const std::vector<turnstile::turn>& turns) {
  std::string out;
  for (auto& t : turns) out += (out.empty() ? "" : " ") + t.who.resource.text;
  return out;
}

} // namespace

TEST_CASE("turns: acts first, then probes, then monitors, each in the order of asking") {
  turnstile t(4);
  t.ask(named("m"), urgency::monitor);
  t.ask(named("p"), urgency::probe);
  t.ask(named("b"), urgency::act);
  t.ask(named("a"), urgency::act);
  CHECK(names(t.next(true)) == "b a p m");
  t.ask(named("n"), urgency::monitor);
  t.ask(named("c"), urgency::act);
  CHECK(names(t.next(true)) == "");
  t.give_back(named("a"));
  CHECK(names(t.next(true)) == "c");
}

TEST_CASE("turns: monitors take half of the places, with probes three quarters; acts find the rest") {
  turnstile t(8);
  for (int i = 0; i < 8; ++i) t.ask(named("m" + std::to_string(i)), urgency::monitor);
  CHECK(names(t.next(true)) == "m0 m1 m2 m3");
  for (int i = 0; i < 4; ++i) t.ask(named("p" + std::to_string(i)), urgency::probe);
  CHECK(names(t.next(true)) == "p0 p1");
  for (int i = 0; i < 3; ++i) t.ask(named("a" + std::to_string(i)), urgency::act);
  CHECK(names(t.next(true)) == "a0 a1");
  t.give_back(named("a1"));
  CHECK(names(t.next(true)) == "a2");
  CHECK(t.under_way() == 8);
  CHECK(t.waiting() == 6);
}

TEST_CASE("turns: no act without contact; what asks again moves up; what is gone has no place") {
  turnstile t(4);
  t.ask(named("a"), urgency::act);
  t.ask(named("m"), urgency::monitor);
  CHECK(names(t.next(false)) == "m");
  CHECK(t.acts_wait());
  CHECK(names(t.next(true)) == "a");
  t.ask(named("x"), urgency::monitor);
  t.ask(named("y"), urgency::monitor);
  t.ask(named("y"), urgency::act);
  CHECK(names(t.next(true)) == "y x");
  t.forget(named("a"));
  t.forget(named("y"));
  CHECK(t.under_way() == 2);
}

namespace {

struct plan {
  config::cluster c;
  lone_stop core;

  std::string stops(const std::vector<std::string>& here) {
    std::vector<holding> held;
    for (auto& name : here) held.push_back({named(name), blueprint_of(definition_of(name.c_str()))});
    core = lone_stop(held, c);
    return next();
  }
  std::string next() {
    std::string out;
    for (auto& h : core.next()) out += (out.empty() ? "" : " ") + h.what.resource.text;
    return out;
  }
  std::string then(const std::string& ended) {
    core.ended(named(ended));
    return next();
  }
  void order(const char* first, const char* second, config::order_kind kind = config::order_kind::mandatory) {
    config::order o;
    o.first = first;
    o.then = second;
    o.kind = kind;
    c.orders.push_back(o);
  }
  void group(const char* name, std::vector<const char*> members) {
    config::group g{config::group_name{name}, {}, {}};
    for (auto m : members) g.members.emplace_back(m);
    c.groups.push_back(g);
  }
};

} // namespace

TEST_CASE("alone: later members of a group, and what is ordered after, stop first") {
  plan p;
  p.group("front", {"vip", "haproxy"});
  p.order("db", "front");
  p.order("log", "web", config::order_kind::optional);
  CHECK(p.stops({"db", "haproxy", "log", "vip", "web"}) == "haproxy log web");
  CHECK(p.then("log") == "");
  CHECK(p.then("haproxy") == "vip");
  CHECK_FALSE(p.core.finished());
  CHECK(p.then("vip") == "db");
  CHECK(p.then("db") == "");
  CHECK(p.then("web") == "");
  CHECK(p.core.finished());
}

TEST_CASE("alone: an order holds through what is not here; a circle is cut") {
  plan p;
  p.order("a", "b");
  p.order("b", "c");
  CHECK(p.stops({"a", "c"}) == "c");
  CHECK(p.then("c") == "a");
  p.order("c", "a");
  CHECK(p.stops({"a", "c"}) == "a");
  CHECK(p.then("a") == "c");
}

TEST_CASE("alone: a leader is heard again, the rest stays") {
  plan p;
  p.order("a", "b");
  p.stops({"a", "b"});
  p.core.no_more();
  CHECK(p.then("b") == "");
  CHECK(p.core.finished());
}

TEST_CASE("contact: asked when something hangs on it, and only then") {
  instant start{100s};
  contact_watch c(1s, start);
  CHECK_FALSE(c.ask_at({}, start)); // policy freeze, nothing waits
  CHECK(c.fresh(start + 1s));
  CHECK_FALSE(c.fresh(start + 1001ms));
  CHECK(c.ask_at({true, false}, start) == start + 1s + duration{1});
  c.stop_after(4s);
  CHECK(c.ask_at({}, start) == start + 4s);
  CHECK_FALSE(c.alone());

  c.asked(start + 4s);
  CHECK_FALSE(c.ask_at({}, start + 4s));
  CHECK_FALSE(c.alone()); // not before the answer
  SUBCASE("heard meanwhile") {
    c.told(start + 3950ms);
    CHECK_FALSE(c.alone());
    CHECK(c.ask_at({}, start + 4s) == start + 7950ms);
  }
  SUBCASE("not heard") {
    c.told(start);
    CHECK(c.alone());
    CHECK(c.ask_at({false, true}, start + 4s) == start + 5s);
    c.asked(start + 5s);
    c.told(start + 4900ms);
    CHECK_FALSE(c.alone());
  }
  SUBCASE("the replica says nothing") {
    c.unanswered();
    CHECK(c.alone());
  }
}

TEST_CASE("contact: an act that waits has it asked, but not all the time") {
  instant start{100s};
  contact_watch c(1s, start);
  auto later = start + 10s;
  CHECK(c.ask_at({true, false}, later) == later);
  c.asked(later);
  c.told(start + 1s);
  CHECK_FALSE(c.fresh(later));
  CHECK(c.ask_at({true, false}, later) == later + 250ms);
}

} // namespace troupe::resource::order_test
