#include "agents/fence/attempt.hpp"

#include <doctest/doctest.h>

namespace troupe::fence_test {

using namespace agents;
using namespace agents::fence;
using namespace std::chrono_literals;

namespace {

const outcome good = exited{0, false, "", ""};
const outcome is_on = exited{0, false, "Status: ON\n", ""};
const outcome is_off = exited{2, false, "Status: OFF\n", ""};
const outcome failed = exited{1, false, "", "Unable to connect\n"};
const outcome late = exited{143, true, "", ""};

// Carries an attempt: says what it wants, gives answers after a second each.
struct carrier {
  explicit carrier(attempt::rules r)
    : core(r) {
    take(core.begin(now));
  }
  void answer(const outcome& how) {
    now += 1s;
    take(core.answered(now, number, how));
  }
  void pause_over() {
    REQUIRE(core.due());
    now = *core.due();
    take(core.tick(now));
  }
  void take(const std::vector<attempt::output>& all) {
    for (const auto& each : all) {
      if (const auto* c = std::get_if<attempt::make_call>(&each)) {
        number = c->number;
        timeout = c->timeout;
        said += std::string(name_of(c->what)) + " ";
        continue;
      }
      const auto& o = std::get<attempt::over>(each);
      said += (o.reached ? "over:reached" : "over:failed") + (o.note.empty() ? "" : " " + o.note);
    }
  }
  attempt core;
  instant now{100s};
  std::uint64_t number = 0;
  duration timeout{};
  std::string said;
};

attempt::rules off(std::uint32_t retries, duration budget = 60s) {
  return {aim::off, retries, 20s, budget};
}

} // namespace

TEST_CASE("off, read back") {
  carrier c{off(2)};
  CHECK(c.timeout == 20s);
  c.answer(good);
  c.answer(is_off);
  CHECK(c.said == "off status over:reached");
  CHECK_FALSE(c.core.due());
}

TEST_CASE("the read-back decides: an off that failed may have landed, one that succeeded may not have") {
  carrier landed{off(0)};
  landed.answer(late);
  landed.answer(is_off);
  CHECK(landed.said == "off status over:reached");
  carrier lied{off(0)};
  lied.answer(good);
  lied.answer(is_on);
  CHECK(lied.said == "off status over:failed it reads back as on (tried 1 times)");
}

TEST_CASE("retries, after a pause, each with its own read-back") {
  carrier c{off(2)};
  c.answer(failed);
  c.answer(failed);
  CHECK(c.said == "off status ");
  CHECK(c.core.due() == c.now + retry_pause);
  CHECK(c.core.tick(c.now).empty()); // not yet
  c.pause_over();
  c.answer(good);
  c.answer(is_on);
  c.pause_over();
  c.answer(failed);
  c.answer(is_on);
  CHECK(c.said == "off status off status off status over:failed off failed: exit code 1: Unable to connect; "
                  "it reads back as on (tried 3 times)");
}

TEST_CASE("on again, with retries") {
  carrier c{{aim::on, 1, 20s, 60s}};
  c.answer(failed);
  c.pause_over();
  c.answer(good);
  CHECK(c.said == "on on over:reached");
  carrier d{{aim::on, 1, 20s, 60s}};
  d.answer(failed);
  d.pause_over();
  d.answer(late);
  CHECK(d.said == "on on over:failed timed out (tried 2 times)");
}

TEST_CASE("still off? one that is on again is told at once; one that cannot be read is asked again") {
  carrier c{{aim::confirm_off, 1, 20s, 60s}};
  c.answer(failed);
  c.pause_over();
  c.answer(is_off);
  CHECK(c.said == "status status over:reached");
  carrier d{{aim::confirm_off, 1, 20s, 60s}};
  d.answer(is_on);
  CHECK(d.said == "status over:failed it is on again");
}

TEST_CASE("cancelled: no further call; what is under way is let end, and what it reads counts") {
  carrier c{off(2)};
  CHECK(c.core.cancel().empty());
  c.answer(good);
  CHECK(c.said == "off over:failed nobody waits for it any more");
  carrier d{off(2)};
  d.answer(good);
  CHECK(d.core.cancel().empty());
  d.answer(is_off);
  CHECK(d.said == "off status over:reached");
  carrier e{off(2)};
  e.answer(good);
  CHECK(e.core.cancel().empty());
  e.answer(is_on);
  CHECK(e.said == "off status over:failed nobody waits for it any more");
  carrier f{off(2)};
  f.answer(good);
  f.answer(is_on);
  f.take(f.core.cancel());
  CHECK(f.said == "off status over:failed nobody waits for it any more");
  CHECK_FALSE(f.core.due());
}

TEST_CASE("no call gets more time than the budget has left, and none is begun after it") {
  carrier c{off(20, 25s)};
  c.now += 9s;
  c.answer(late); // 10 s gone
  CHECK(c.timeout == 15s);
  c.answer(is_on);
  c.pause_over();
  CHECK(c.timeout == 13s);
  c.now += 13s;
  c.answer(late);
  CHECK(c.said == "off status off over:failed off failed: timed out; its budget is used up");
  carrier d{off(20, 3s)};
  d.answer(good);
  d.answer(is_on);
  CHECK(d.said == "off status over:failed it reads back as on (tried 1 times; its budget is used up)");
}

TEST_CASE("answers of another call are ignored, also after the end") {
  carrier c{off(0)};
  CHECK(c.core.answered(c.now, c.number + 1, is_off).empty());
  c.answer(good);
  CHECK(c.core.answered(c.now, c.number - 1, is_off).empty());
  c.answer(is_off);
  CHECK(c.core.answered(c.now, c.number, is_on).empty());
  CHECK(c.core.tick(c.now + 1h).empty());
}

TEST_CASE("status: 0 is on, 2 is off only if it says so, all else is unknown") {
  CHECK(read_status(is_on).is == power::on);
  CHECK(read_status(is_off).is == power::off);
  for (const char* off : {"status: off", "OFF", "logged in\r\nStatus:  OFF \r\n"})
    CHECK(read_status(exited{2, false, off, ""}).is == power::off);
  for (const char* no :
       {"", "Status: ON\n", "offline", "action: on, off, reboot\n", "-o on|off\n", "could not turn\nit off\n"}) {
    auto read = read_status(exited{2, false, no, "usage: fence_x [-h]"});
    CHECK(read.is == power::unknown);
    CHECK(read.why == "exit code 2 without saying OFF: usage: fence_x [-h]");
  }
  CHECK(read_status(exited{2, true, "Status: OFF", ""}).is == power::unknown);
  CHECK(read_status(exited{1, false, "Status: OFF", "no\x1b login\n\nat all"}).why ==
        "exit code 1: no\xef\xbf\xbd login; at all");
  CHECK(read_status(not_started{2, "x: gone"}).why == "x: gone");
  CHECK(read_status(stuck{"1 of f/1 alive"}).why == "stuck: 1 of f/1 alive");
}

TEST_CASE("a call: parameters on standard input, the target under the agent's own name, nothing else") {
  call_of c{"/usr/sbin/fence_x",
            action::off,
            "n1",
            "7",
            {{"ip", "10.0.0.1"}, {"password", "a=b"}, {"action", "on"}},
            "port",
            20s,
            5s};
  auto made = call({}, c);
  REQUIRE(made);
  CHECK(made->arguments == std::vector<std::string>{"/usr/sbin/fence_x"});
  CHECK(made->input == "action=off\nip=10.0.0.1\nnodename=n1\npassword=a=b\nport=7\n");
  CHECK(made->timeout == 20s);
  c.what = action::monitor;
  CHECK(call({}, c)->input == "action=monitor\nip=10.0.0.1\npassword=a=b\n");
  c.params["password"] = "two\nlines";
  CHECK(call({}, c).error().text ==
        "the value of 'password' has more than one line; a fence agent cannot be told that");
}

TEST_CASE("how an agent calls its target") {
  metadata m;
  CHECK(plug_parameter(m) == "nodename");
  m.parameters.push_back({"port", {}, {}, {}, {}});
  CHECK(plug_parameter(m) == "port");
  m.parameters.push_back({"plug", {}, {}, {}, {}});
  CHECK(plug_parameter(m) == "plug");
}

TEST_CASE("agents are looked for by name only") {
  CHECK(candidates({{"/a", "/b"}, ""}, "fence_x") == std::vector<std::string>{"/a/fence_x", "/b/fence_x"});
  CHECK(find({{"/nonexistent", "/none"}, ""}, "fence_x").error().text ==
        "fence_x is not installed (looked for /nonexistent/fence_x, /none/fence_x)");
  for (const char* bad : {"", "sh", "fence_/../../bin/sh", "/usr/sbin/fence_x"}) CHECK_FALSE(find({}, bad));
}

} // namespace troupe::fence_test
