#include "actors/resource/reporter.hpp"

#include "actors/cluster/script.hpp"
#include "actors/resource/bench.hpp"

#include <doctest/doctest.h>

namespace troupe::resource::reporter_test {

using cluster::test::mark;
using cluster::test::script;
using namespace std::chrono_literals;

namespace {

// A reporter of n1 against the kernel itself.
struct desk {
  script s;
  node_view view{node_name{"n1"}, boot_id{mark(1)}};
  reporter core{node_name{"n1"}};
  instant now{10s};
  std::optional<command::report> sent;

  desk() {
    s.join("n1");
    look();
    view.session_is(s.session("n1"));
  }
  void look() { view.take(s.s); }
  void add(command::report_item item) { core.add(view.session(), std::move(item)); }
  std::string next() {
    sent = core.next(view, now);
    if (!sent) return "";
    std::string out = std::to_string(sent->number);
    for (auto& i : sent->items) out += ", " + test::words(i);
    return out;
  }
  refusal arrives() {
    s.say(*sent, "n1");
    core.answered(sent->session, s.last.answer);
    return s.last.answer.refused;
  }
};

command::report_item probe(const char* name) {
  return command::probed{resource_name{name}, 0, command::finding::not_held, 7};
}
command::report_item health(const char* name, bool healthy) {
  return command::monitored{resource_name{name}, 0, healthy, healthy ? 0 : 1, ""};
}

} // namespace

TEST_CASE("one report on its way; what comes meanwhile goes together into the next") {
  desk d;
  CHECK(d.next() == "");
  d.add(probe("db"));
  CHECK(d.next() == "1, probed not-held 7");
  d.add(probe("redis"));
  d.add(health("db", false));
  CHECK_FALSE(d.core.next(d.view, d.now));
  CHECK(d.arrives() == refusal::none);
  CHECK(d.next() == "2, probed not-held 7, monitored failed 1");
  CHECK(d.arrives() == refusal::none);
  CHECK(d.core.idle());
}

TEST_CASE("of a monitor only the last word waits, per instance") {
  desk d;
  d.add(health("db", false));
  d.add(health("redis", false));
  d.add(probe("db"));
  d.add(health("db", true));
  CHECK(d.next() == "1, monitored failed 1, probed not-held 7, monitored healthy 0");
}

TEST_CASE("refused for a number: it goes on from what the state says") {
  desk d;
  d.s.probe("n1", "redis"); // somebody reported in our name: number 1 is taken
  d.add(probe("db"));
  CHECK(d.next() == "1, probed not-held 7");
  CHECK(d.arrives() == refusal::out_of_order);
  CHECK(d.next() == ""); // the view is behind
  d.look();
  CHECK(d.next() == "2, probed not-held 7");
  CHECK(d.arrives() == refusal::none);
  CHECK_FALSE(d.core.lost_its_way());
}

TEST_CASE("refused for a closed act: that one is left out") {
  desk d;
  d.s.probe("n1", "db");
  d.look();
  d.core = reporter{node_name{"n1"}};
  d.add(command::act_done{resource_name{"db"}, 0, log_index{99}, command::act_end::ok, 0, ""});
  d.add(probe("redis"));
  d.next();
  CHECK(d.arrives() == refusal::out_of_order);
  d.look();
  CHECK(d.next() == "2, probed not-held 7");
  CHECK(d.arrives() == refusal::none);
}

TEST_CASE("another session drops what the old one had to say, and counts from one") {
  desk d;
  d.add(probe("db"));
  d.next();
  d.arrives();
  d.add(probe("redis"));
  d.next();
  auto old = *d.sent;
  d.s.join("n1");
  d.look();
  d.view.session_is(d.s.session("n1"));
  CHECK(d.next() == "");
  d.add(probe("db"));
  CHECK(d.next() == "1, probed not-held 7");
  d.core.answered(old.session, {log_index{1}, refusal::stale_session}); // late: nobody's any more
  CHECK_FALSE(d.core.idle());
  CHECK(d.arrives() == refusal::none);
}

TEST_CASE("the desk was full: tried again later, the same report") {
  desk d;
  d.add(probe("db"));
  d.next();
  d.core.not_taken(d.sent->session, d.now);
  CHECK(d.core.next_deadline() == d.now + desk_retry);
  CHECK(d.next() == "");
  d.now += desk_retry;
  CHECK(d.next() == "1, probed not-held 7");
}

TEST_CASE("refused again and again: it has lost its way") {
  desk d;
  d.add(probe("db"));
  for (unsigned i = 0; i <= max_refused_in_a_row; ++i) {
    CHECK_FALSE(d.core.lost_its_way());
    REQUIRE(d.next() != "");
    d.core.answered(d.sent->session, {d.s.s.index(), refusal::too_large});
  }
  CHECK(d.core.lost_its_way());
  CHECK(d.next() == "");
}

TEST_CASE("a report is no larger than a batch of the log takes") {
  desk d;
  for (int i = 0; i < 200; ++i)
    d.add(command::monitored{resource_name{"r" + std::to_string(i)}, 0, false, 1, std::string(1024, 'x')});
  d.next();
  CHECK(d.sent->items.size() > 50);
  CHECK(d.sent->items.size() <= max_report_bytes / 1024);
}

} // namespace troupe::resource::reporter_test
