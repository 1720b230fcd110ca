#include "tools/sim/process_table.hpp"

#include "tools/sim/scenario.hpp"

#include <doctest/doctest.h>

#include <set>

namespace troupe::sim::process_test {

using namespace agents;
using namespace std::chrono_literals;

constexpr machine_index n1{0}, n2{1};

struct site { // two machines, and the switch they hang on
  kernel k;
  std::vector<std::string> switched;
  power_grid grid;
  process_table here;
  std::vector<std::string> ends;

  explicit site(std::uint64_t seed = 1)
    : k{{seed, machine_names(2), 1ms, {}}}
    , grid{k,
           [this](machine_index m, std::string why) {
             k.hardware(m).power = power::off;
             switched.push_back(k.name(m) + " off: " + why);
           },
           [this](machine_index m) {
             k.hardware(m).power = power::on;
             switched.push_back(k.name(m) + " on");
           }}
    , here{k, n1, grid} {
    for (auto m : {n1, n2}) {
      k.hardware(m).power = power::on;
      k.hardware(m).boot = 1;
    }
  }
  static command ocf(const std::string& action) {
    return {{"/usr/lib/ocf/resource.d/heartbeat/Dummy", action}, {}, {}, 20s, 5s};
  }
  static command fence(const std::string& input) { return {{"/usr/sbin/fence_sim"}, {}, input, 20s, 5s}; }
  processes::done keep(std::string label) {
    return [this, label](const outcome& o) {
      if (auto* e = std::get_if<exited>(&o))
        ends.push_back(label + "=" + std::to_string(e->status) + (e->timed_out ? " timed out" : ""));
      if (std::holds_alternative<not_started>(o)) ends.push_back(label + " not started");
      if (std::holds_alternative<stuck>(o)) ends.push_back(label + " stuck");
    };
  }
  // Runs it to its end.
  std::string operator()(const std::string& slice, command call) {
    ends.clear();
    here.run({slice, "op"}, std::move(call), keep(""));
    run(60s);
    return ends.size() == 1 ? ends[0] : "ends: " + std::to_string(ends.size());
  }
  void run(duration how_long) {
    for (auto until = k.now() + how_long; k.step(until);) {
    }
  }
  void fault_now(fault_kind what) { k.faults().begin({0s, 0s, std::move(what)}); }
  // The truth about slices, as "started", "stopped:stop" ...
  std::string truth() {
    std::string all;
    for (const auto& e : k.truth().events())
      all += std::string(name_of(e.kind)) + (e.detail.empty() ? "" : ":" + e.detail) + " ";
    return all;
  }
};

TEST_CASE("OCF: start, monitor, promote, stop act on the service of the slice and answer as OCF says") {
  site s;
  CHECK(s("vip", site::ocf("monitor")) == "=7");
  CHECK(s("vip", site::ocf("start")) == "=0");
  CHECK(s("vip", site::ocf("start")) == "=0"); // again: nothing new
  CHECK(s("vip", site::ocf("monitor")) == "=0");
  CHECK(s("web", site::ocf("monitor")) == "=7"); // another slice
  CHECK(s("vip", site::ocf("promote")) == "=0");
  CHECK(s("vip", site::ocf("monitor")) == "=8");
  CHECK(s("vip", site::ocf("demote")) == "=0");
  CHECK(s("vip", site::ocf("stop")) == "=0");
  CHECK(s("vip", site::ocf("stop")) == "=0");
  CHECK(s("vip", site::ocf("promote")) == "=7");
  CHECK(s("vip", site::ocf("no-such")) == "=3");
  CHECK(s.truth() == "service started promoted demoted service stopped:stop ");
}

TEST_CASE("what does not exist is not started") {
  site s;
  CHECK(s("x", {{"/bin/true"}, {}, {}, 1s, 1s}) == " not started");
  CHECK(s("x", {}) == " not started");
}

TEST_CASE("asking twice attaches: one run, two answers") {
  site s;
  s.here.run({"vip", "7"}, site::ocf("start"), s.keep("first"));
  s.here.run({"vip", "7"}, site::ocf("start"), s.keep("second"));
  CHECK(s.here.list().operations == std::vector{scope_name{"vip", "7"}});
  s.run(10s);
  CHECK(s.ends == std::vector<std::string>{"first=0", "second=0"});
  CHECK(s.here.list().operations.empty());
}

TEST_CASE("children outlive the daemon: the work is done, nobody is told, a new one finds the name taken") {
  site s;
  s.here.run({"vip", "7"}, site::ocf("start"), s.keep("old"));
  s.here.forget_callbacks();
  CHECK(s.here.list() == living{{{"vip", "7"}}, {"vip"}});
  s.here.run({"vip", "7"}, site::ocf("start"), s.keep("new"));
  s.run(10s);
  CHECK(s.ends == std::vector<std::string>{"new not started"});
  CHECK(s.here.list() == living{{}, {"vip"}});
  CHECK(s.here.services().contains("vip"));
}

TEST_CASE("ending a scope ends its operation, and not the service") {
  site s;
  s("vip", site::ocf("start"));
  s.ends.clear();
  s.fault_now(faults::agent_hangs{});
  s.here.run({"vip", "7"}, site::ocf("monitor"), s.keep("monitor"));
  s.here.end_scope({"vip", "7"}, 1s, s.keep("end"));
  s.run(5s);
  CHECK(s.ends == std::vector<std::string>{"monitor=137", "end=0"});
  CHECK(s.here.list() == living{{}, {"vip"}});
}

TEST_CASE("everything goes with the machine") {
  site s;
  s("vip", site::ocf("start"));
  s.here.run({"vip", "9"}, site::ocf("stop"), s.keep("stop"));
  s.k.hardware(n1).power = power::off;
  s.here.lose_power();
  s.ends.clear();
  s.run(60s);
  CHECK(s.ends.empty());
  CHECK(s.here.list().operations.empty());
  CHECK(s.truth() == "service started service stopped:power off ");
}

TEST_CASE("an agent that fails: with its code, and its work done or not, as the seed has it") {
  std::set<bool> done;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    site s{seed};
    s.fault_now(faults::agent_fails{{node_name{"n1"}}, "vip", "start", 5});
    CHECK(s("vip", site::ocf("start")) == "=5");
    done.insert(s.here.services().contains("vip"));
    CHECK(s("web", site::ocf("start")) == "=0");
    CHECK(s.k.effects().of(effect::agent_failed) == 1);
  }
  CHECK(done == std::set<bool>{false, true});
}

TEST_CASE("a slow agent takes longer, up to its timeout") {
  site s;
  s.fault_now(faults::agent_slow{{}, "", "", 10s});
  auto before = s.k.now();
  s.here.run({"vip", "1"}, site::ocf("start"), [&](const outcome&) { CHECK(s.k.now() - before > 10s); });
  s.run(15s);
  CHECK(s.here.services().contains("vip"));
  s.fault_now(faults::agent_slow{{}, "", "stop", 60s});
  auto how = s("vip", site::ocf("stop"));
  CHECK(how == "=143 timed out");
  CHECK(s.here.services().contains("vip")); // it had not got half way
  CHECK(s.k.effects().of(effect::agent_was_slow) == 2);
}

TEST_CASE("a hanging agent is ended by TERM or by KILL, and may have done its work") {
  std::set<std::string> ends;
  std::set<bool> done;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    site s{seed};
    s.fault_now(faults::agent_hangs{});
    ends.insert(s("vip", site::ocf("start")));
    done.insert(s.here.services().contains("vip"));
    CHECK(s.here.list().operations.empty());
  }
  CHECK(ends == std::set<std::string>{"=143 timed out", "=137 timed out"});
  CHECK(done == std::set<bool>{false, true});
}

TEST_CASE("a stuck agent survives KILL: said after timeout and grace, and its slice cannot be emptied") {
  site s;
  s.fault_now(faults::agent_stuck{{}, "", "stop"});
  s("vip", site::ocf("start"));
  s.ends.clear();
  s.here.run({"vip", "2"}, site::ocf("stop"), s.keep("stop"));
  s.run(24s);
  CHECK(s.ends.empty());
  s.run(2s);
  CHECK(s.ends == std::vector<std::string>{"stop stuck"});
  CHECK(s.here.list().operations.size() == 1);
  s.here.run({"vip", "2"}, site::ocf("stop"), s.keep("again"));
  CHECK(s.ends.back() == "again stuck");
  s.here.end_slice("vip", 1s, s.keep("end"));
  s.run(5s);
  CHECK(s.ends.back() == "end stuck");
  CHECK(s.k.effects().of(effect::agent_stuck) == 1);
}

TEST_CASE("ending a slice ends the service and what runs there, and nothing else") {
  site s;
  s("vip", site::ocf("start"));
  s("web", site::ocf("start"));
  s.ends.clear();
  s.fault_now(faults::agent_hangs{});
  s.here.run({"vip", "3"}, site::ocf("monitor"), s.keep("monitor"));
  s.here.run({"web", "3"}, site::ocf("monitor"), s.keep("other"));
  s.here.end_slice("vip", 2s, s.keep("end"));
  s.run(5s);
  CHECK(s.ends == std::vector<std::string>{"monitor=137", "end=0"});
  CHECK_FALSE(s.here.services().contains("vip"));
  CHECK(s.here.services().contains("web"));
}

TEST_CASE("a service dies unasked: the monitor says 7") {
  site s;
  s("vip", site::ocf("start"));
  s.here.kill_service("vip", "died");
  CHECK(s("vip", site::ocf("monitor")) == "=7");
  CHECK(s.truth() == "service started service stopped:died ");
}

TEST_CASE("fence agents: off, on, reboot, status, list, metadata") {
  site s;
  CHECK(s("f", site::fence("action=status\nplug=n2\n")) == "=0");
  CHECK(s("f", site::fence("action=off\nplug=n2\n")) == "=0");
  CHECK(s("f", site::fence("action=status\nport=n2\n")) == "=2");
  CHECK(s("f", site::fence("action=on\nnodename=n2\n")) == "=0");
  CHECK(s("f", site::fence("# comment\nplug=n2\n\n")) == "=0"); // reboot is the default
  CHECK(s.switched == std::vector<std::string>{"n2 off: fenced", "n2 on", "n2 off: fenced", "n2 on"});
  CHECK(s("f", site::fence("action=off\nplug=nobody\n")) == "=1");
  CHECK(s("f", site::fence("action=explode\nplug=n2\n")) == "=1");
  CHECK(s("f", site::fence("action=metadata\n")) == "=0");
  CHECK(s("f", site::fence("action=list\n")) == "=0");
  CHECK(s.truth() == "fence landed:off fence landed:reboot ");
}

TEST_CASE("fence devices in trouble: fail, hang, land late") {
  site s;
  SUBCASE("fails") {
    s.fault_now(faults::fence_fails{{node_name{"n2"}}});
    CHECK(s("f", site::fence("action=off\nplug=n2\n")) == "=1");
    CHECK(s.switched.empty());
    CHECK(s.k.effects().of(effect::fence_failed) == 1);
  }
  SUBCASE("hangs") {
    s.fault_now(faults::fence_hangs{});
    CHECK(s("f", site::fence("action=off\nplug=n2\n")).find("timed out") != std::string::npos);
    CHECK(s.switched.empty());
    CHECK(s.k.effects().of(effect::fence_hung) == 1);
  }
  SUBCASE("late: it says failed, reads back on, and lands all the same") {
    s.fault_now(faults::fence_late{{}, 30s});
    s.here.run({"f", "1"}, site::fence("action=off\nplug=n2\n"), s.keep("off"));
    s.run(10s);
    CHECK(s.ends == std::vector<std::string>{"off=1"});
    s.here.run({"f", "2"}, site::fence("action=status\nplug=n2\n"), s.keep("status"));
    s.run(10s);
    CHECK(s.ends.back() == "status=0");
    CHECK(s.switched.empty());
    s.run(15s);
    CHECK(s.switched == std::vector<std::string>{"n2 off: fenced"});
    CHECK(s.k.effects().of(effect::fence_landed_late) == 1);
  }
}

} // namespace troupe::sim::process_test
