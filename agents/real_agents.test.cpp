// Real agents through the real runner: Debian's where they are installed, and our own.
#include "agents/fence/attempt.hpp"
#include "agents/ocf/exit_codes.hpp"
#include "agents/ocf/operation.hpp"
#include "agents/ocf/output.hpp"
#include "agents/parameter_check.hpp"
#include "agents/runner/test_bench.hpp"

#include <algorithm>

namespace troupe::runner_test {

namespace {

struct site : bench {
  site()
    : bench(kinds()[0]) {
    std::filesystem::create_directory(folder / "state");
  }

  exited call(const ocf::operation& op) {
    auto made = ocf::call(where, op, 5s);
    REQUIRE(made);
    return run({op.resource, std::to_string(++last)}, *made);
  }
  ocf::operation operation(const config::agent_ref& agent, const std::string& action, config::parameters params = {}) {
    ocf::operation op;
    op.agent = agent;
    op.resource = "test";
    op.action = action;
    op.params = std::move(params);
    op.node = "n1";
    op.timeout = generous;
    return op;
  }
  metadata describe(const config::agent_ref& agent) {
    auto said = call(operation(agent, "meta-data"));
    REQUIRE(said.status == 0);
    REQUIRE_FALSE(said.output_cut);
    auto m = parse_metadata(said.output);
    if (!m) FAIL(m.error().text);
    return *m;
  }
  // Why an agent of Debian's cannot be tried here; says so.
  bool missing(const config::agent_ref& agent) {
    auto found = ocf::find(where, agent);
    if (!found) std::printf("skipped: %s\n", found.error().text.c_str());
    return !found;
  }

  ocf::installation where{{"/usr/lib/ocf/resource.d", TROUPE_AGENTS "/resource.d"}};
};

std::size_t errors_in(const std::vector<conf::finding>& all) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& f) { return f.level == conf::severity::error; }));
}

const config::agent_ref dummy{"ocf", "heartbeat", "Dummy"}, ipaddr2{"ocf", "heartbeat", "IPaddr2"},
    service{"ocf", "troupe", "service"}, nameplate{"ocf", "troupe", "nameplate"};

} // namespace

TEST_CASE("ocf:heartbeat:Dummy lives through the runner") {
  site s;
  if (s.missing(dummy)) return;
  CHECK(s.describe(dummy).can("monitor"));
  config::parameters params{{"state", s.folder / "state/dummy"}};
  auto status = [&](const char* action) { return s.call(s.operation(dummy, action, params)).status; };
  CHECK(status("validate-all") == 0);
  CHECK(ocf::monitored(status("monitor")).what == ocf::found::not_here);
  CHECK(status("start") == 0);
  CHECK(ocf::monitored(status("monitor")).what == ocf::found::started);
  CHECK(status("stop") == 0);
  CHECK(status("stop") == 0);
  auto monitor = s.operation(dummy, "monitor", params);
  monitor.interval = 10s;
  auto ended = s.call(monitor);
  CHECK(ended.status == 7);
  CHECK(ocf::read_error_output(ended.error_output).reason == "No process state file found");
  CHECK(status("no-such") == 3);
}

TEST_CASE("ocf:heartbeat:IPaddr2 describes itself, and its parameters are checked by that") {
  site s;
  if (s.missing(ipaddr2)) return;
  auto m = s.describe(ipaddr2);
  REQUIRE(m.find("ip") != nullptr);
  CHECK(m.find("ip")->required);
  CHECK(m.can("start"));
  auto check = [&](const config::parameters& given) {
    return check_parameters({m, "ocf:heartbeat:IPaddr2", given, conf::key_path{"params"}, {}});
  };
  CHECK(check({{"ip", "10.0.0.10"}, {"cidr_netmask", "24"}, {"arp_count", "5"}}).empty());
  auto found = check({{"ip", "10.0.0.10"}, {"cidr_netmsk", "24"}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].fix == "did you mean 'cidr_netmask'?");
}

TEST_CASE("ocf:troupe:service: one process, its starts and stops in the log") {
  site s;
  auto m = s.describe(service);
  config::parameters params{{"log", s.folder / "log"}, {"run", s.folder / "state"}, {"holder", s.folder / "holder"}};
  CHECK(errors_in(check_parameters({m, "ocf:troupe:service", params, {}, {}})) == 0);
  auto call = [&](const char* action) { return s.call(s.operation(service, action, params)); };
  auto log = [&] { // without times
    std::string out, time, rest;
    std::ifstream file(s.folder / "log");
    while (file >> time && std::getline(file, rest)) out += rest + ";";
    return out;
  };
  CHECK(call("monitor").status == 7);
  CHECK(call("stop").status == 0);
  CHECK(log().empty());
  CHECK(call("start").status == 0);
  CHECK(call("start").status == 0);
  CHECK(call("monitor").status == 0);
  CHECK(s.content("holder") == "n1\n");
  CHECK(log() == " n1 test start;");
  CHECK(s.alive() == living{{}, {"test"}});
  CHECK(call("stop").status == 0);
  CHECK(s.alive() == living{});
  CHECK(call("monitor").status == 7);
  CHECK(log() == " n1 test start; n1 test stop;");

  CHECK(call("start").status == 0);
  s.get([&](auto done) { s.runner->end_slice("test", 0s, done); }); // its process dies
  CHECK(call("monitor").status == 7);
  CHECK(call("stop").status == 0);
  CHECK(log() == " n1 test start; n1 test stop; n1 test start; n1 test stop;");

  params.erase("log");
  auto wrong = call("start");
  CHECK(ocf::reach_of(wrong.status) == ocf::reach::resource);
  CHECK(ocf::read_error_output(wrong.error_output).reason == "the parameter 'log' is missing");
}

TEST_CASE("ocf:troupe:nameplate: held where the file says so") {
  site s;
  auto m = s.describe(nameplate);
  config::parameters params{{"file", s.folder / "state/plate"}};
  CHECK(errors_in(check_parameters({m, "ocf:troupe:nameplate", params, {}, {}})) == 0);
  auto status = [&](const std::string& node, const char* action) {
    auto op = s.operation(nameplate, action, params);
    op.node = node;
    return s.call(op).status;
  };
  CHECK(status("n1", "monitor") == 7);
  CHECK(status("n1", "start") == 0);
  CHECK(status("n1", "start") == 0);
  CHECK(status("n1", "monitor") == 0);
  CHECK(status("n2", "monitor") == 7);
  CHECK(status("n2", "stop") == 0); // what another holds stays
  CHECK(s.content("state/plate") == "n1\n");
  CHECK(status("n2", "start") == 0); // the one before is dead
  CHECK(s.content("state/plate") == "n2\n");
  CHECK(status("n1", "monitor") == 7);
  CHECK(status("n2", "stop") == 0);
  CHECK_FALSE(std::filesystem::exists(s.folder / "state/plate"));
  params["file"] = "plate";
  CHECK(ocf::reach_of(status("n1", "start")) == ocf::reach::resource);
  params["file"] = s.folder / "missing/plate";
  CHECK(status("n1", "start") == 4);
}

TEST_CASE("fence_pid: an attempt kills a node, and reads back that it is dead") {
  site s;
  std::filesystem::create_directory(s.folder / "nodes");
  auto started = s.run({"node", "1"}, s.script("sleep 1000 & cat /proc/$!/stat > $T/nodes/n1; echo $!"));
  int pid = std::stoi(started.output);
  fence::installation devices{{TROUPE_AGENTS "/fence"}};
  auto program = fence::find(devices, "fence_pid");
  REQUIRE(program);
  auto ask = [&](fence::action what, const std::string& plug) -> outcome {
    auto made =
        fence::call(devices, {*program, what, "n1", plug, {{"folder", s.folder / "nodes"}}, "plug", generous, 5s});
    REQUIRE(made);
    return s.run({"fence", std::to_string(++s.last)}, *made);
  };
  auto described = parse_metadata(std::get<exited>(ask(fence::action::metadata, "")).output);
  REQUIRE(described);
  CHECK(fence::plug_parameter(*described) == "plug");
  CHECK(fence::failure_of(ask(fence::action::monitor, "")).empty());
  CHECK(std::get<exited>(ask(fence::action::list, "")).output == "n1,\n");
  CHECK(fence::read_status(ask(fence::action::status, "n1")).is == fence::power::on);
  auto unknown = fence::read_status(ask(fence::action::status, "n2"));
  CHECK(unknown.is == fence::power::unknown);
  CHECK(unknown.why == "exit code 1: nothing is known of 'n2': No such file or directory");

  fence::attempt core{{true, 0, generous, 10 * generous}};
  constexpr instant now{1s};
  std::string said;
  for (auto todo = core.begin(now); !todo.empty();) {
    std::optional<fence::attempt::make_call> next;
    for (const auto& each : todo) {
      if (const auto* c = std::get_if<fence::attempt::make_call>(&each)) next = *c;
      if (std::holds_alternative<fence::attempt::proved_off>(each)) {
        auto left = stat_of(pid);
        said += left && left->alive() ? "FALSE " : "proved ";
      }
      if (const auto* o = std::get_if<fence::attempt::over>(&each)) said += o->note;
    }
    if (!next) break;
    todo = core.answered(now, next->number, ask(next->what, "n1"));
  }
  CHECK(said == "proved off, but it did not come on again: exit code 1: it cannot switch on (tried 1 times)");

  // The number may be someone else's by now: he is not touched, and says nothing about the node.
  std::ofstream(s.folder / "nodes/other") << ::getpid() << " (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0";
  CHECK(fence::failure_of(ask(fence::action::off, "other")).empty());
  CHECK(fence::read_status(ask(fence::action::status, "other")).is == fence::power::off);
  std::ofstream(s.folder / "nodes/broken") << "1234";
  CHECK(fence::read_status(ask(fence::action::status, "broken")).is == fence::power::unknown);
}

TEST_CASE("fence_pid through a switch: what a namespace cannot see, a process outside does for it") {
  site s;
  s.make_pipe("up");
  std::filesystem::create_directory(s.folder / "nodes");
  s.run({"node", "1"}, s.script("sleep 1000 & cat /proc/$!/stat > $T/nodes/n1"));
  auto outside =
      s.start({"switch", "1"}, s.script("exec " TROUPE_AGENTS "/fence/fence_pid --serve $T/s $T/nodes > $T/up"));
  std::string ready;
  std::ifstream up(s.folder / "up");
  std::getline(up, ready);
  REQUIRE(ready == "ready");
  auto ask = [&](fence::action what, const std::string& plug, const std::string& socket) -> outcome {
    auto made = fence::call(
        {},
        {TROUPE_AGENTS "/fence/fence_pid", what, "n1", plug, {{"switch", s.folder / socket}}, "plug", generous, 5s});
    return s.run({"fence", std::to_string(++s.last)}, *made);
  };
  CHECK(fence::read_status(ask(fence::action::status, "n1", "s")).is == fence::power::on);
  CHECK(fence::failure_of(ask(fence::action::off, "n1", "s")).empty());
  CHECK(fence::read_status(ask(fence::action::status, "n1", "s")).is == fence::power::off);
  CHECK(fence::read_status(ask(fence::action::status, "n2", "s")).is == fence::power::unknown);
  CHECK(fence::read_status(ask(fence::action::status, "n1", "none")).is == fence::power::unknown);
  s.get([&](auto done) { s.runner->end_slice("switch", generous, done); });
  CHECK(bench::wait(std::move(outside)).index() == 0);
}

} // namespace troupe::runner_test
