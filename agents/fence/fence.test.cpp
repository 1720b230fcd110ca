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
      } else if (const auto* o = std::get_if<attempt::over>(&each)) {
        said += (o->proved ? "over:proved" : "over:failed") + (o->note.empty() ? "" : " " + o->note);
      } else {
        said += "PROVED ";
      }
    }
  }
  attempt core;
  instant now{100s};
  std::uint64_t number = 0;
  duration timeout{};
  std::string said;
};

attempt::rules usual{true, 2, 20s, 60s};

} // namespace

TEST_CASE("off, read back, on again") {
  carrier c{usual};
  CHECK(c.timeout == 20s);
  c.answer(good);
  c.answer(is_off);
  c.answer(good);
  CHECK(c.said == "off status PROVED on over:proved");
  CHECK_FALSE(c.core.due());
}

TEST_CASE("off and stay off") {
  carrier c{{false, 2, 20s, 60s}};
  c.answer(good);
  c.answer(is_off);
  CHECK(c.said == "off status PROVED over:proved");
}

TEST_CASE("the read-back decides: an off that failed may have landed, one that succeeded may not have") {
  carrier landed{{false, 0, 20s, 60s}};
  landed.answer(late);
  landed.answer(is_off);
  CHECK(landed.said == "off status PROVED over:proved");
  carrier lied{{false, 0, 20s, 60s}};
  lied.answer(good);
  lied.answer(is_on);
  CHECK(lied.said == "off status over:failed it reads back as on (tried 1 times)");
}

TEST_CASE("retries, after a pause, each with its own read-back") {
  carrier c{usual};
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

TEST_CASE("it did not come on again: the proof stands") {
  carrier c{{true, 1, 20s, 60s}};
  c.answer(good);
  c.answer(is_off);
  c.answer(failed);
  c.pause_over();
  c.answer(late);
  CHECK(c.said == "off status PROVED on on over:proved off, but it did not come on again: timed out (tried 2 times)");
}

TEST_CASE("no call gets more time than the budget has left, and none is begun after it") {
  carrier c{{true, 20, 20s, 25s}};
  c.now += 9s;
  c.answer(late); // 10 s gone
  CHECK(c.timeout == 15s);
  c.answer(is_on);
  c.pause_over();
  CHECK(c.timeout == 13s);
  c.now += 13s;
  c.answer(late);
  CHECK(c.said == "off status off over:failed off failed: timed out; its budget is used up");
  carrier d{{true, 20, 20s, 3s}};
  d.answer(good);
  d.answer(is_on);
  CHECK(d.said == "off status over:failed it reads back as on (tried 1 times; its budget is used up)");
}

TEST_CASE("answers of another call are ignored, also after the end") {
  carrier c{{false, 0, 20s, 60s}};
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
  CHECK(read_status(exited{2, false, "status: off", ""}).is == power::off);
  for (const char* no : {"", "Status: ON\n", "offline", "switchoff2"}) {
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
  CHECK(find({{"/nonexistent", "/none"}, ""}, "fence_x").error().text ==
        "fence_x is not installed (looked for /nonexistent/fence_x, /none/fence_x)");
  for (const char* bad : {"", "sh", "fence_/../../bin/sh", "/usr/sbin/fence_x"}) CHECK_FALSE(find({}, bad));
}

} // namespace troupe::fence_test
