#include "actors/supervisor/pacing.hpp"

#include <doctest/doctest.h>

namespace troupe::supervisor::pacing_test {

using namespace std::chrono_literals;

const instant t0{100s};

step act_on(const char* node, config::action what) {
  command::cell at{resource_name{"db"}, 0, node_name{node}};
  return {at, command::act{at, what, session_id{1}, {}}, reason::placement, {}};
}
step start_on(const char* node) {
  return act_on(node, config::action::start);
}
std::map<node_name, past_failures> failed(const char* node, std::uint32_t times, instant last = t0) {
  return {{node_name{node}, {times, last}}};
}

TEST_CASE("a start waits longer with each failure on its node, the first retry comes at once") {
  CHECK(pacing::pause_after(0) == 0s);
  CHECK(pacing::pause_after(1) == 0s);
  CHECK(pacing::pause_after(2) == 500ms);
  CHECK(pacing::pause_after(4) == 2s);
  CHECK(pacing::pause_after(1000) == 30s);
  pacing p;
  p.advised({start_on("n1"), start_on("n2")}, failed("n1", 3), t0);
  CHECK(p.due(t0).size() == 1);
  CHECK(p.next_deadline() == t0 + 1s);
  p.advised({start_on("n1")}, failed("n1", 3), t0 + 900ms); // the same advice does not begin the pause anew
  CHECK(p.due(t0 + 999ms).empty());
  CHECK(p.due(t0 + 1s).size() == 1);
}

TEST_CASE("who has been well since its last failure does not wait") {
  pacing p;
  p.advised({start_on("n1")}, failed("n1", 100, t0 - 30s), t0);
  CHECK(p.due(t0).size() == 1);
  p = {};
  p.advised({start_on("n1")}, failed("n1", 100, t0 - 29s), t0);
  CHECK(p.next_deadline() == t0 + 1s);
  p.advised({start_on("n1")}, failed("n1", 100, t0), t0); // the calendar was set back
  CHECK(p.next_deadline() == t0 + 1s);
}

TEST_CASE("a stop never waits") {
  pacing p;
  p.advised({act_on("n1", config::action::stop)}, failed("n1", 9), t0);
  CHECK(p.due(t0).size() == 1);
}

TEST_CASE("what is on its way is not sent again, what is not advised any more is not sent at all") {
  pacing p;
  p.advised({start_on("n1")}, {}, t0);
  CHECK(p.due(t0).size() == 1);
  p.advised({start_on("n1")}, {}, t0);
  CHECK(p.due(t0).empty());
  CHECK_FALSE(p.told(start_on("n1").at, refusal::none, t0));
  CHECK(p.idle());
  p.advised({start_on("n1")}, failed("n1", 5), t0);
  p.advised({}, {}, t0 + 1s);
  CHECK(p.due(t0 + 60s).empty());
}

TEST_CASE("a refusal by stale grounds asks again at once, any other more and more slowly") {
  pacing p;
  p.advised({start_on("n1")}, {}, t0);
  p.due(t0);
  CHECK(p.told(start_on("n1").at, refusal::stale_if, t0));
  CHECK(p.ask_again(t0));
  CHECK_FALSE(p.ask_again(t0));
  for (auto wait : {500ms, 1000ms, 2000ms}) {
    p.advised({start_on("n1")}, {}, t0);
    CHECK(p.due(t0).size() == 1);
    CHECK(p.told(start_on("n1").at, refusal::would_run_twice, t0));
    p.advised({start_on("n1")}, {}, t0);
    CHECK(p.due(t0 + wait - 1ms).empty()); // nor in between
    CHECK_FALSE(p.ask_again(t0 + wait - 1ms));
    CHECK(p.ask_again(t0 + wait));
  }
  CHECK(p.strange() == 3);
}

TEST_CASE("a step that the log had no room for is asked for again after a pause, and is nobody's bug") {
  pacing p;
  p.advised({start_on("n1")}, {}, t0);
  p.due(t0);
  CHECK(p.told(start_on("n1").at, std::nullopt, t0));
  CHECK_FALSE(p.ask_again(t0 + 499ms));
  CHECK(p.ask_again(t0 + 500ms));
  CHECK(p.strange() == 0);
}

} // namespace troupe::supervisor::pacing_test
