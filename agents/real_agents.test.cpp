// Real agents through the real runner: Debian's where they are installed, and our own.
#include "agents/fence/attempt.hpp"
#include "agents/ocf/exit_codes.hpp"
#include "agents/ocf/operation.hpp"
#include "agents/ocf/output.hpp"
#include "agents/parameter_check.hpp"
#include "agents/runner/test_bench.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

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

namespace {

// Nodes for fence_pid: processes, recorded in a folder.
struct pid_site : site {
  pid_site() {
    std::filesystem::create_directory(folder / "nodes");
    params = {{"folder", folder / "nodes"}};
  }
  // As a node's start does it.
  static std::string recorded(const std::string& name, const std::string& pid) {
    return TROUPE_AGENTS "/fence/fence_pid --record $T/nodes " + name + " " + pid + "; ";
  }
  outcome ask(fence::action what, const std::string& plug) {
    auto made = fence::call(devices, {program, what, "n1", plug, params, "plug", generous, 5s});
    REQUIRE(made);
    if (!around.empty()) made->arguments.insert(made->arguments.begin(), around.begin(), around.end());
    return run({"fence", std::to_string(++last)}, *made);
  }
  fence::power_read status(const std::string& plug) { return fence::read_status(ask(fence::action::status, plug)); }
  std::string failure(fence::action what, const std::string& plug) { return fence::failure_of(ask(what, plug)); }
  // A namespace's process 1 and two more in it, recorded as n1: their numbers out here. Empty: not allowed here.
  std::vector<int> namespace_as_n1() {
    make_pipe("up");
    auto started =
        run({"node", std::to_string(++last)},
            script("if ! " + apart + " true; then exit 0; fi; " + apart +
                   " sh -c 'sleep 1000 & sleep 1000 & echo > $T/up; wait' & cat $T/up; "
                   "first=$(cat /proc/$!/task/$!/children); " +
                   recorded("n1", "$first") + "echo $first $(cat /proc/${first% }/task/${first% }/children)"));
    std::istringstream numbers(started.output);
    std::vector<int> out{std::istream_iterator<int>(numbers), {}};
    if (out.empty()) std::printf("skipped: no user namespaces here: %s\n", started.error_output.c_str());
    return out;
  }

  const std::string apart = "unshare --user --map-root-user --pid --fork --kill-child --mount-proc";
  fence::installation devices{{TROUPE_AGENTS "/fence"}};
  std::string program = TROUPE_AGENTS "/fence/fence_pid";
  config::parameters params;
  std::vector<std::string> around; // a program that runs the agent
};

} // namespace

TEST_CASE("fence_pid: an attempt kills a node, and reads back that it is dead") {
  pid_site s;
  auto started = s.run({"node", "1"}, s.script("sleep 1000 & " + s.recorded("n1", "$!") + "echo $!"));
  int pid = std::stoi(started.output);
  CHECK(*fence::find(s.devices, "fence_pid") == s.program);
  auto described = parse_metadata(std::get<exited>(s.ask(fence::action::metadata, "")).output);
  REQUIRE(described);
  CHECK(fence::plug_parameter(*described) == "plug");
  CHECK(s.failure(fence::action::monitor, "").empty());
  CHECK(std::get<exited>(s.ask(fence::action::list, "")).output == "n1,\n");
  CHECK(s.status("n1").is == fence::power::on);
  CHECK(s.status("n2").is == fence::power::unknown);
  CHECK(s.status("n2").why == "exit code 1: nothing is known of 'n2': No such file or directory");

  fence::attempt core{{fence::aim::off, 0, generous, 10 * generous}};
  constexpr instant now{1s};
  auto todo = core.begin(now);
  while (const auto* next = std::get_if<fence::attempt::make_call>(&todo.at(0)))
    todo = core.answered(now, next->number, s.ask(next->what, "n1"));
  CHECK(std::get<fence::attempt::over>(todo.at(0)) == fence::attempt::over{true, {}});
  CHECK_FALSE(lives(pid));
  CHECK(s.failure(fence::action::off, "n1").empty());
  CHECK(s.failure(fence::action::on, "n1") == "exit code 1: it cannot switch on: no command for that was given (on=)");
  CHECK(s.failure(fence::action::off, "../n1") == "exit code 1: '../n1' is no name of a node");
}

TEST_CASE("fence_pid: a number is no identity") {
  pid_site s;
  s.run({"node", "1"}, s.script(s.recorded("n1", std::to_string(::getpid()))));
  auto record = s.content("nodes/n1");
  auto write = [&](const std::string& key, const std::string& value) {
    auto text = record;
    auto at = text.find(key + "=") + key.size() + 1;
    text.replace(at, text.find('\n', at) - at, value);
    std::ofstream(s.folder / "nodes/n1") << text;
  };
  CHECK(s.status("n1").is == fence::power::on);
  write("start", "1"); // someone else has the number now: he is not touched, and says nothing about the node
  CHECK(s.failure(fence::action::off, "n1").empty());
  CHECK(s.status("n1").is == fence::power::off);
  write("boot", "before");
  CHECK(s.failure(fence::action::off, "n1") == "exit code 1: 'n1' was recorded in another boot, or on another machine");
  CHECK(s.status("n1").is == fence::power::unknown);
  write("pid", "x");
  CHECK(s.status("n1").why == "exit code 1: the record of 'n1' is not one of fence_pid --record");
  std::ofstream(s.folder / "nodes/n1") << record.substr(0, 20);
  CHECK(s.status("n1").is == fence::power::unknown);
  CHECK(s.failure(fence::action::off, "n1") == "exit code 1: the record of 'n1' is not one of fence_pid --record");
}

TEST_CASE("fence_pid: process 1 takes its namespace along; from inside of another nobody is taken for dead") {
  pid_site s;
  auto inside = s.namespace_as_n1();
  if (inside.empty()) return;
  REQUIRE(inside.size() == 3);
  s.around = {"/usr/bin/unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"};
  CHECK(s.status("n1").why == "exit code 1: 'n1' was recorded in another PID namespace; ask a switch there");
  s.around.pop_back(); // with the /proc of outside
  CHECK(s.status("n1").why == "exit code 1: /proc shows another PID namespace than this one");
  CHECK(s.failure(fence::action::off, "n1") == "exit code 1: /proc shows another PID namespace than this one");
  s.around.clear();
  for (int pid : inside) CHECK(lives(pid));
  CHECK(s.status("n1").is == fence::power::on);
  CHECK(s.failure(fence::action::off, "n1").empty());
  for (int pid : inside) CHECK_FALSE(lives(pid));
  CHECK(s.status("n1").is == fence::power::off);
}

TEST_CASE("fence_pid: the link goes first, and a command switches on") {
  pid_site s;
  s.run({"node", "1"}, s.script("sleep 1000 & echo $! > $T/first; " + s.recorded("n1", "$!")));
  auto program = [&](const std::string& text) { // of the device, which gives it the PATH and no T
    return s.script("export T=" + s.folder.path() + "; " + text).arguments[0];
  };
  s.params["link_down"] =
      program("grep -q '^State:.*sleeping' /proc/$(cat $T/first)/status && echo down $1 >> $T/story");
  s.params["on"] = program("sleep 1000 & echo on $1 >> $T/story; " + s.recorded("$1", "$!"));
  CHECK(s.failure(fence::action::off, "n1").empty());
  CHECK(s.status("n1").is == fence::power::off);
  CHECK(s.failure(fence::action::on, "n1").empty());
  CHECK(s.failure(fence::action::on, "n1").empty()); // it is on already
  CHECK(s.status("n1").is == fence::power::on);
  CHECK(s.content("story") == "down n1\non n1\n");

  s.params["link_down"] = program("echo no such link >&2; exit 2");
  CHECK(s.failure(fence::action::off, "n1") ==
        "exit code 1: 'n1' was killed, but its link was not taken down: exit code 2 no such link");
  CHECK(s.status("n1").is == fence::power::off);
  s.params["on"] = program("exit 0");
  CHECK(s.failure(fence::action::on, "n1") == "exit code 1: the command ended well, but 'n1' is not there");
}

TEST_CASE("fence_pid through a switch: what a namespace cannot see, a process outside does for it") {
  pid_site s;
  s.make_pipe("ready");
  s.run({"node", "1"}, s.script("sleep 1000 & " + s.recorded("n1", "$!")));
  auto start_again = s.script("export T=" + s.folder.path() + "; sleep 1000 & " + s.recorded("$1", "$!"));
  auto outside =
      s.start({"switch", "1"},
              s.script("exec " + s.program + " --serve $T/s $T/nodes on=" + start_again.arguments[0] + " > $T/ready"));
  std::string ready;
  std::ifstream up(s.folder / "ready");
  std::getline(up, ready);
  REQUIRE(ready == "ready");
  s.params = {{"switch", s.folder / "s"}};
  CHECK(s.status("n1").is == fence::power::on);
  CHECK(s.failure(fence::action::off, "n1").empty());
  CHECK(s.status("n1").is == fence::power::off);
  CHECK(s.failure(fence::action::on, "n1").empty());
  CHECK(s.status("n1").is == fence::power::on);
  CHECK(s.status("n2").is == fence::power::unknown);
  CHECK(s.failure(fence::action::monitor, "").empty());
  s.get([&](auto done) { s.runner->end_slice("switch", generous, done); });
  CHECK(bench::wait(std::move(outside)).index() == 0);
  CHECK(s.status("n1").is == fence::power::unknown); // nobody serves any more
}

} // namespace troupe::runner_test
