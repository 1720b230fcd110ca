#include "actors/fencing/device_work.hpp"

#include <doctest/doctest.h>

#include <cerrno>

namespace troupe::device_work_test {

using namespace fencing;
using namespace std::chrono_literals;
using agents::exited;
using agents::not_started;

namespace {

const agents::outcome good = exited{0, false, "", ""};
const agents::outcome is_on = exited{0, false, "Status: ON\n", ""};
const agents::outcome is_off = exited{2, false, "Status: OFF\n", ""};
const agents::outcome bad = exited{1, false, "", "Unable to connect\n"};
const agents::outcome absent = not_started{ENOENT, "no such file"};
agents::outcome describes(const std::string& parameter) {
  return exited{0, false,
                "<resource-agent name=\"x\"><parameters><parameter name=\"" + parameter +
                    "\"/></parameters></resource-agent>",
                ""};
}

config::fence_device ipmi() {
  config::fence_device d;
  d.name = device_name{"ipmi"};
  d.agent = "fence_x";
  d.targets = {node_name{"n1"}, node_name{"n2"}};
  d.plugs = {{node_name{"n1"}, "7"}};
  d.params = {{"ip", "10.0.9.1"}};
  d.retries = 1;
  d.timeout = 20s;
  d.budget = 60s;
  return d;
}
job job_of(std::uint64_t attempt, aim what = aim::off, const char* target = "n1") {
  return {log_index{attempt}, what, node_name{target}};
}

// Carries the work out by hand: what was asked for is text, in order.
struct bench {
  explicit bench(instant first_check = instant{1h})
    : work(ipmi(), {{"/a", "/b"}, "/bin"}, first_check) {}

  void see(const device_work::outputs& all) {
    for (const auto& each : all) {
      if (const auto* c = std::get_if<device_work::start_call>(&each)) {
        number = c->number;
        last = c->what;
        said += c->scope + " ";
      } else if (const auto* e = std::get_if<device_work::end_call>(&each)) {
        said += "end:" + e->scope + " ";
      } else if (const auto* h = std::get_if<device_work::health>(&each)) {
        said += h->good ? "good " : "bad:" + h->trouble + " ";
      } else {
        const auto& o = std::get<job_over>(each);
        said += std::to_string(o.what.attempt.value) + (o.reached ? ":reached" : ":failed " + o.note) +
                (o.called ? "" : " uncalled") + " ";
      }
    }
  }
  void take(const job& j) { see(work.take(now, j)); }
  void answer(const agents::outcome& how) {
    now += 1s;
    see(work.answered(now, number, how));
  }
  void at_deadline() {
    REQUIRE(work.next_deadline());
    now = *work.next_deadline();
    see(work.tick(now));
  }
  std::string told() { return std::exchange(said, {}); }

  device_work work;
  instant now{100s};
  std::uint64_t number = 0;
  agents::command last;
  std::string said;
};

} // namespace

TEST_CASE("the first job asks the agent how it calls a target; later ones know") {
  bench b;
  b.take(job_of(5));
  CHECK(b.told() == "metadata.1 ");
  b.answer(describes("port"));
  CHECK(b.told() == "5-off.2 ");
  CHECK(b.last.arguments == std::vector<std::string>{"/a/fence_x"});
  CHECK(b.last.input == "action=off\nip=10.0.9.1\nnodename=n1\nport=7\n");
  CHECK(b.last.timeout == 20s);
  CHECK(b.last.grace == call_grace);
  CHECK(b.work.status().at == job_of(5));
  b.answer(good);
  b.answer(is_off);
  CHECK(b.told() == "5-status.3 5:reached ");
  CHECK_FALSE(b.work.status().at);
  CHECK(b.work.status().last == job_over{job_of(5), true, true, ""});
  b.take(job_of(6, aim::on, "n2"));
  CHECK(b.told() == "6-on.4 ");
  CHECK(b.last.input == "action=on\nip=10.0.9.1\nnodename=n2\nport=n2\n");
}

TEST_CASE("an agent that does not describe itself is told the usual name, and asked again the next time") {
  bench b;
  b.take(job_of(5));
  b.answer(bad);
  CHECK(b.last.input == "action=off\nip=10.0.9.1\nnodename=n1\nplug=7\n");
  b.answer(good);
  b.answer(is_off);
  b.told();
  b.take(job_of(6));
  CHECK(b.told() == "metadata.4 ");
}

TEST_CASE("a program is where it can be started; then it is known") {
  bench b;
  b.take(job_of(5));
  b.answer(absent);
  CHECK(b.told() == "metadata.1 metadata.2 ");
  CHECK(b.last.arguments.at(0) == "/b/fence_x");
  b.answer(describes("plug"));
  CHECK(b.last.arguments.at(0) == "/b/fence_x");
  CHECK(b.told() == "5-off.3 ");
  b.answer(absent); // it was removed
  CHECK(b.last.arguments.at(0) == "/a/fence_x");
  b.answer(absent);
  b.answer(is_on);
  b.at_deadline();
  b.told();
  b.answer(bad);
  b.answer(absent);
  b.answer(absent);
  CHECK(b.told() ==
        "5-status.7 5-status.8 5:failed off failed: exit code 1: Unable to connect; its state cannot be read: "
        "fence_x is not installed: no such file; no such file (tried 2 times) ");
}

TEST_CASE("one job at a time, in order; the pause of one does not let another in between") {
  bench b;
  b.take(job_of(5));
  b.answer(describes("plug"));
  b.take(job_of(6, aim::off, "n2"));
  b.answer(bad);
  b.answer(is_on);
  CHECK(b.told() == "metadata.1 5-off.2 5-status.3 ");
  CHECK(b.work.status().waiting == 1);
  b.at_deadline();
  b.answer(good);
  b.answer(is_off);
  CHECK(b.told() == "5-off.4 5-status.5 5:reached 6-off.6 ");
}

TEST_CASE("what waits longer than its budget is over") {
  bench b;
  b.take(job_of(5));
  b.now += 10s;
  b.take(job_of(6));
  b.now = instant{169s};
  b.see(b.work.tick(b.now));
  CHECK(b.told() == "metadata.1 ");
  CHECK(b.work.next_deadline() == instant{170s});
  b.at_deadline();
  CHECK(b.told() == "6:failed the device was busy for all of its budget uncalled ");
}

TEST_CASE("more than max_jobs are turned away") {
  bench b;
  for (std::size_t i = 0; i <= max_jobs; ++i) b.take(job_of(i + 1));
  b.told();
  b.take(job_of(999));
  CHECK(b.told() == "999:failed too much waits for the device uncalled ");
}

TEST_CASE("withdrawn: what waits is over at once, what is under way ends with its present call") {
  bench b;
  b.take(job_of(5));
  b.answer(describes("plug"));
  b.take(job_of(6));
  b.told();
  b.see(b.work.withdraw(b.now, log_index{6}));
  CHECK(b.told() == "6:failed withdrawn before it began uncalled ");
  b.see(b.work.withdraw(b.now, log_index{5}));
  CHECK(b.told().empty());
  b.answer(good);
  CHECK(b.told() == "5:failed nobody waits for it any more ");
  bench c;
  c.take(job_of(5));
  c.see(c.work.withdraw(c.now, log_index{5}));
  c.answer(describes("plug"));
  CHECK(c.told() == "metadata.1 5:failed withdrawn before it began uncalled ");
}

TEST_CASE("checks: at first, every hour while good, sooner while bad; only news is told") {
  bench b{instant{103s}};
  b.at_deadline();
  b.answer(describes("plug"));
  b.answer(good);
  CHECK(b.told() == "metadata.1 monitor.2 good ");
  CHECK(b.work.next_deadline() == b.now + check_every);
  b.at_deadline();
  b.answer(good);
  CHECK(b.told() == "monitor.3 ");
  b.at_deadline();
  b.answer(bad);
  CHECK(b.told() == "monitor.4 bad:exit code 1: Unable to connect ");
  CHECK(b.work.status().good == false);
  CHECK(b.work.next_deadline() == b.now + check_again);
  b.at_deadline();
  b.answer(good);
  CHECK(b.told() == "monitor.5 good ");
  bench c{instant{103s}};
  c.at_deadline();
  c.answer(absent);
  c.answer(absent);
  CHECK(c.told() == "metadata.1 metadata.2 bad:fence_x is not installed: no such file; no such file ");
}

TEST_CASE("a check gives way to a job, and is made after it") {
  bench b{instant{103s}};
  b.at_deadline();
  b.answer(describes("plug"));
  b.told();
  b.take(job_of(5));
  CHECK(b.told() == "end:monitor.2 ");
  b.answer(exited{137, false, "", ""});
  CHECK(b.told() == "5-off.3 ");
  CHECK_FALSE(b.work.status().good);
  b.answer(good);
  b.answer(is_off);
  CHECK(b.told() == "5-status.4 5:reached monitor.5 ");
}

TEST_CASE("a new definition counts from the next job on, and is checked") {
  bench b;
  b.take(job_of(5));
  b.answer(describes("plug"));
  auto d = ipmi();
  d.params["ip"] = "10.0.9.2";
  b.see(b.work.configure(b.now, d, b.now + 1s));
  b.answer(good);
  CHECK(b.last.input == "action=status\nip=10.0.9.1\nnodename=n1\nplug=7\n");
  b.answer(is_off);
  CHECK(b.told() == "metadata.1 5-off.2 5-status.3 5:reached monitor.4 ");
  CHECK(b.last.input == "action=monitor\nip=10.0.9.2\n");
}

TEST_CASE("retired: nothing new, over when nothing is under way") {
  bench b;
  b.take(job_of(5));
  b.answer(describes("plug"));
  b.take(job_of(6));
  b.told();
  b.see(b.work.retire(b.now));
  CHECK(b.told() == "6:failed the device is not configured any more uncalled ");
  CHECK_FALSE(b.work.done());
  b.take(job_of(7));
  CHECK(b.told() == "7:failed the device is not configured any more uncalled ");
  b.answer(good);
  CHECK(b.told() == "5:failed nobody waits for it any more ");
  CHECK(b.work.done());
  CHECK_FALSE(b.work.next_deadline());
}

TEST_CASE("a parameter that no agent can be told fails the job, without a call") {
  auto d = ipmi();
  d.params["password"] = "two\nlines";
  d.retries = 0;
  bench b;
  b.see(b.work.configure(b.now, d, instant{1h}));
  b.take(job_of(5));
  CHECK(b.told() == "5:failed off failed: the value of 'password' has more than one line; a fence agent cannot be told "
                    "that; its state cannot be read: the value of 'password' has more than one line; a fence agent "
                    "cannot be told that (tried 1 times) ");
}

} // namespace troupe::device_work_test
