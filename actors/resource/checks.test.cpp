#include "actors/resource/bench.hpp"

#include <doctest/doctest.h>

namespace troupe::resource::checks_test {

using namespace test;

namespace {

struct watched {
  checks core;
  instant now{100s};

  explicit watched(std::vector<config::monitor> monitors, upkeep as = {}) {
    core.begin(std::make_shared<const config::resource>(definition_of("db", std::move(monitors))), as, now);
  }
  // "", "healthy", "failed"
  std::string says(const agents::outcome& o, std::size_t monitor = 0) {
    auto told = core.answered(monitor, of_monitor(o, "agent", 20s, core.role()), now);
    return !told ? "" : told->good ? "healthy" : "failed";
  }
};

} // namespace

TEST_CASE("failures in a row are borne as often as configured") {
  watched w({monitor_every(10s, 2)});
  CHECK(w.says(exit_of(1)) == "");
  CHECK(w.says(exit_of(1)) == "");
  CHECK(w.says(exit_of(0)) == "");
  CHECK(w.says(exit_of(1)) == "");
  CHECK(w.says(exit_of(1)) == "");
  CHECK(w.says(exit_of(1)) == "failed");
  CHECK(w.says(exit_of(1)) == "");
  CHECK(w.says(exit_of(0)) == "healthy");
}

TEST_CASE("one monitor without an answer says nothing about the service, two in a row do") {
  watched w({monitor_every(10s)});
  CHECK(w.says(timed_out()) == "");
  CHECK(w.says(exit_of(0)) == "");
  CHECK(w.says(timed_out()) == "");
  CHECK(w.says(agents::not_started{11, "no process"}) == "failed");
}

TEST_CASE("an answer after a silent one counts at once") {
  watched w({monitor_every(10s)});
  CHECK(w.says(timed_out()) == "");
  CHECK(w.says(exit_of(7)) == "failed");
}

TEST_CASE("healthy again only when every monitor says so") {
  watched w({monitor_every(10s), monitor_every(60s)});
  CHECK(w.says(exit_of(1), 1) == "failed");
  CHECK(w.says(exit_of(0), 0) == "");
  CHECK(w.says(exit_of(0), 1) == "healthy");
}

TEST_CASE("begun with something unhealthy: one good answer of several monitors is not enough") {
  watched w({monitor_every(10s), monitor_every(60s)}, {config::role::started, false});
  CHECK(w.says(exit_of(0), 0) == "");
  CHECK(w.says(exit_of(0), 1) == "healthy");
}

TEST_CASE("the longest overdue one is first; each by its own interval") {
  watched w({monitor_every(10s), monitor_every(15s)});
  CHECK_FALSE(w.core.due(w.now + 9s));
  CHECK(w.core.due(w.now + 20s) == 0u);
  w.now += 20s;
  w.says(exit_of(0), 0);
  CHECK(w.core.due(w.now) == 1u);
  w.says(exit_of(0), 1);
  CHECK(w.core.next_deadline() == w.now + 10s);
}

TEST_CASE("monitors of another role do not recur") {
  auto promoted = monitor_every(5s);
  promoted.only_in = config::role::promoted;
  watched started({promoted, monitor_every(10s)});
  CHECK(started.core.due(started.now + 1h) == 1u);
  watched leading({promoted, monitor_every(10s)}, {config::role::promoted, true});
  CHECK(leading.core.due(leading.now + 5s) == 0u);
}

TEST_CASE("promoted where it must not be, and the reverse, are failures") {
  watched started({monitor_every(10s)});
  CHECK(started.says(exit_of(8)) == "failed");
  watched promoted({monitor_every(10s)}, {config::role::promoted, true});
  CHECK(promoted.says(exit_of(8)) == "");
  CHECK(promoted.says(exit_of(191)) == "");
  CHECK(promoted.says(exit_of(0)) == "failed");
}

} // namespace troupe::resource::checks_test
