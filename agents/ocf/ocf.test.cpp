#include "agents/ocf/exit_codes.hpp"
#include "agents/ocf/operation.hpp"
#include "agents/ocf/output.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::ocf_test {

using namespace agents::ocf;
using namespace std::chrono_literals;

namespace {

operation monitor_of_db() {
  operation op;
  op.agent = {"ocf", "heartbeat", "galera"};
  op.resource = "db";
  op.action = "monitor";
  op.params = {{"user", "root"}, {"CRM_meta_timeout", "1"}, {"crm_feature_set", "9"}};
  op.node = "n1";
  op.timeout = 20s;
  return op;
}

cloned three() {
  cloned c;
  c.max = 3;
  c.promotable = config::promotable_options{3, 1};
  notices n;
  n.active = {{"db:0", "n1"}, {"db:1", "n2"}};
  n.promoting = {{"db:0", "n1"}};
  n.inactive = {"db:2"};
  n.all_nodes = {"n1", "n2", "n3"};
  n.available_nodes = {"n1", "n2"};
  c.notify = std::move(n);
  return c;
}

std::string meta(const std::map<std::string, std::string>& env, const std::string& name) {
  auto found = env.find("OCF_RESKEY_CRM_meta_" + name);
  return found == env.end() ? "(unset)" : found->second;
}

} // namespace

TEST_CASE("exit codes: what a monitor found, and how far a failure reaches") {
  struct row {
    int code;
    finding is;
    reach how_far;
    const char* name;
  };
  for (const auto& r : {row{0, {found::started}, reach::none, "ok"}, row{1, {found::failed}, reach::attempt, "error"},
                        row{2, {found::failed}, reach::node, "invalid arguments"},
                        row{3, {found::failed}, reach::node, "not implemented"},
                        row{4, {found::failed}, reach::node, "insufficient permissions"},
                        row{5, {found::not_here}, reach::node, "not installed"},
                        row{6, {found::failed}, reach::resource, "not configured"},
                        row{7, {found::not_here}, reach::attempt, "not running"},
                        row{8, {found::promoted}, reach::none, "running promoted"},
                        row{9, {found::failed_promoted}, reach::attempt, "failed while promoted"},
                        row{190, {found::started, true}, reach::none, "degraded"},
                        row{191, {found::promoted, true}, reach::none, "degraded while promoted"},
                        row{10, {found::failed}, reach::attempt, "exit code 10"},
                        row{137, {found::failed}, reach::attempt, "ended by SIGKILL"},
                        row{-1, {found::failed}, reach::attempt, "exit code -1"},
                        row{256, {found::failed}, reach::attempt, "exit code 256"},
                        row{263, {found::failed}, reach::attempt, "exit code 263"}}) {
    CAPTURE(r.code);
    CHECK(monitored(r.code) == r.is);
    CHECK(reach_of(r.code) == r.how_far);
    CHECK(meaning_of(r.code) == r.name);
    CHECK(succeeded(r.code) == (r.code == 0));
  }
}

TEST_CASE("exit codes, for people") {
  CHECK(exit_text(0) == "exit code 0");
  CHECK(exit_text(1) == "exit code 1");
  CHECK(exit_text(5) == "exit code 5, not installed");
  CHECK(exit_text(9) == "exit code 9, failed while promoted");
  CHECK(exit_text(42) == "exit code 42");
  CHECK(exit_text(128) == "exit code 128");
  CHECK(exit_text(143) == "exit code 143, ended by SIGTERM");
  CHECK(exit_text(137) == "exit code 137, ended by SIGKILL");
  CHECK(exit_text(190) == "exit code 190, degraded");
  CHECK(exit_text(255) == "exit code 255");
  CHECK(exit_text(-1) == "exit code -1");
}

TEST_CASE("the environment of a plain operation, to the letter") {
  CHECK(environment({}, monitor_of_db()) ==
        std::map<std::string, std::string>{{"LC_ALL", "C"},
                                           {"OCF_EXIT_REASON_PREFIX", "ocf-exit-reason:"},
                                           {"OCF_OUTPUT_FORMAT", "text"},
                                           {"OCF_RA_VERSION_MAJOR", "1"},
                                           {"OCF_RA_VERSION_MINOR", "1"},
                                           {"OCF_RESKEY_CRM_meta_name", "monitor"},
                                           {"OCF_RESKEY_CRM_meta_on_node", "n1"},
                                           {"OCF_RESKEY_CRM_meta_on_node_uuid", "n1"},
                                           {"OCF_RESKEY_CRM_meta_timeout", "20000"},
                                           {"OCF_RESKEY_crm_feature_set", "3.16.1"},
                                           {"OCF_RESKEY_user", "root"},
                                           {"OCF_RESOURCE_INSTANCE", "db"},
                                           {"OCF_RESOURCE_PROVIDER", "heartbeat"},
                                           {"OCF_RESOURCE_TYPE", "galera"},
                                           {"OCF_ROOT", "/usr/lib/ocf"},
                                           {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}});
}

TEST_CASE("the commands of the cluster come first, and the daemon is found") {
  installation where;
  where.commands = "/opt/commands";
  where.control = "/run/c.sock";
  auto env = environment(where, monitor_of_db());
  CHECK(env.at("PATH") == "/opt/commands:/usr/sbin:/usr/bin:/sbin:/bin");
  CHECK(env.at("HA_SBIN_DIR") == "/opt/commands");
  CHECK(env.at("TROUPE_CONTROL") == "/run/c.sock");
}

TEST_CASE("monitors say their interval and role; a probe's is 0") {
  auto op = monitor_of_db();
  op.interval = 10s;
  op.monitored_role = config::role::started;
  op.check_level = 10;
  CHECK(meta(environment({}, op), "interval") == "10000");
  CHECK(meta(environment({}, op), "role") == "Started");
  CHECK(environment({}, op).at("OCF_CHECK_LEVEL") == "10");
  op.clone = three();
  CHECK(meta(environment({}, op), "role") == "Unpromoted");
  op.monitored_role = config::role::promoted;
  CHECK(meta(environment({}, op), "role") == "Promoted");
  op.interval = 0s;
  CHECK(meta(environment({}, op), "interval") == "0");
}

TEST_CASE("a promotable clone: the new names and the old ones") {
  auto op = monitor_of_db();
  op.clone = three();
  auto env = environment({}, op);
  for (const char* name : {"promoted_max", "master_max", "clone_max"}) CHECK(meta(env, name) == "3");
  for (const char* name : {"promoted_node_max", "master_node_max", "clone_node_max"}) CHECK(meta(env, name) == "1");
  CHECK(meta(env, "clone") == "0");
  CHECK(meta(env, "globally_unique") == "false");
  CHECK(meta(env, "notify") == "true");
  CHECK(meta(env, "notify_active_resource") == "(unset)"); // a monitor gets no lists
}

TEST_CASE("notices: lists on every operation but monitor, an empty one is one blank") {
  auto op = monitor_of_db();
  op.action = "start";
  op.clone = three();
  auto env = environment({}, op);
  CHECK(meta(env, "notify_active_resource") == "db:0 db:1");
  CHECK(meta(env, "notify_active_uname") == "n1 n2");
  CHECK(meta(env, "notify_inactive_resource") == "db:2");
  CHECK(meta(env, "notify_inactive_uname") == "(unset)");
  CHECK(meta(env, "notify_promote_uname") == "n1");
  CHECK(meta(env, "notify_all_uname") == "n1 n2 n3");
  CHECK(meta(env, "notify_available_uname") == "n1 n2");
  for (const char* name : {"start", "stop", "demote", "promoted", "master", "unpromoted", "slave"})
    for (const char* kind : {"_resource", "_uname"}) CHECK(meta(env, "notify_" + std::string(name) + kind) == " ");
  CHECK(meta(env, "notify_type") == "(unset)");
  op.action = "notify";
  op.notify = notice{"pre", "promote"};
  env = environment({}, op);
  for (const char* name : {"notify_type", "notify_key_type"}) CHECK(meta(env, name) == "pre");
  for (const char* name : {"notify_operation", "notify_key_operation"}) CHECK(meta(env, name) == "promote");
}

TEST_CASE("agents are found by name in the folders, and only by name") {
  installation none{{"/nonexistent"}, "/usr/lib/ocf", "/bin"};
  CHECK(find(none, {"ocf", "heartbeat", "Dummy"}).error().text ==
        "ocf:heartbeat:Dummy is not installed (looked for /nonexistent/heartbeat/Dummy)");
  CHECK(find({{""}, "", ""}, {"ocf", "etc", "passwd"}).error().text ==
        "ocf:etc:passwd is not installed (looked for /etc/passwd, which is not executable)");
  for (const char* bad : {"", "..", ".x", "../../../bin/sh"}) {
    CHECK_FALSE(find({{"/"}, "", ""}, {"ocf", "bin", bad}));
    CHECK_FALSE(find({{"/"}, "", ""}, {"ocf", bad, "sh"}));
  }
  CHECK(find({{"/nonexistent", ""}, "", ""}, {"ocf", "bin", "sh"}) == "/bin/sh");
  CHECK(candidates({{"/a", "/b"}, "", ""}, {"ocf", "bin", "sh"}) == std::vector<std::string>{"/a/bin/sh", "/b/bin/sh"});
  CHECK_FALSE(candidates({{"/a"}, "", ""}, {"ocf", "..", "sh"}));
  auto op = monitor_of_db();
  op.agent = {"ocf", "bin", "sh"};
  auto made = call({{""}, "", ""}, op, 5s);
  REQUIRE(made);
  CHECK(made->arguments == std::vector<std::string>{"/bin/sh", "monitor"});
  CHECK(made->timeout == 20s);
  CHECK(made->grace == 5s);
  CHECK_FALSE(call(none, op, 5s));
}

TEST_CASE("the exit reason is taken out of standard error; the last one counts") {
  auto said = read_error_output("warning\nocf-exit-reason: first\nmore\nocf-exit-reason:no such\xff address \nend");
  CHECK(said.reason == "no such\xef\xbf\xbd address");
  CHECK(said.chatter == "warning\nmore\nend");
  CHECK(read_error_output("").reason.empty());
  CHECK(read_error_output("x ocf-exit-reason:in the middle\n").reason.empty());
  CHECK(read_error_output("ocf-exit-reason:").reason.empty());
}

} // namespace troupe::ocf_test
