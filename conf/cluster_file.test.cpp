#include "conf/cluster_file.hpp"

#include "conf/cluster_text.hpp"

#include <doctest/doctest.h>

namespace troupe::conf::cluster_file_test {

using namespace std::chrono_literals;
using namespace cluster_text;
using config::action;
using config::role;

config::cluster read(const std::string& text) {
  diagnostics d;
  auto c = parse_cluster_file(
      text, d, {.standards = {"ocf", "systemd"}, .promotable = true, .notify = true, .many_on_a_node = true});
  REQUIRE_MESSAGE(c.has_value(), d.text("f"));
  return *c;
}

TEST_CASE("cluster.toml: the least one has every default") {
  auto c = read(with_rest(""));
  config::cluster wanted;
  wanted.name = "c";
  wanted.fencing = config::fencing_policy::devices;
  for (int i = 1; i <= 3; ++i) {
    config::node n;
    n.name = node_name("n" + std::to_string(i));
    n.addresses = {{"10.0.0." + std::to_string(i), 5410}};
    n.key = c.nodes[static_cast<std::size_t>(i - 1)].key;
    wanted.nodes.push_back(n);
  }
  config::fence_device f;
  f.name = device_name("f");
  f.agent = "fence_dummy";
  f.targets = {node_name("n1"), node_name("n2"), node_name("n3")};
  f.timeout = 20s;
  f.budget = 60s;
  wanted.devices = {f};
  CHECK(c == wanted);
  CHECK(c.nodes[0].key.bytes[21] == std::byte{'1'});
  CHECK(c.nodes[2].key.bytes[21] == std::byte{'3'});
}

TEST_CASE("[cluster] and [node.NAME]: everything they may say") {
  auto c = read("[cluster]\nname = \"c\"\ntolerate = \"500ms\"\nrestart-grace = \"1s\"\nboot-grace = "
                "\"5m\"\nlate-margin = \"3s\"\nno-quorum = "
                "\"freeze\"\nmass-loss = \"fence\"\nstickiness = \"infinity\"\nfencing = \"off\"\n[node.b]\nkey = \"" +
                key1 + "\"\naddresses = [\"[::1]:2\", \"10.0.0.1:1\"]\nvoter = true\n[node.a]\nkey = \"" + key2 +
                "\"\naddresses = [\"10.0.0.2:1\"]\nvoter = false\n");
  CHECK(c.tolerate == 500ms);
  CHECK(c.restart_grace == 1s);
  CHECK(c.boot_grace == 5min);
  CHECK(c.late_margin == 3s);
  CHECK(c.no_quorum == config::no_quorum_policy::freeze);
  CHECK(c.mass_loss == config::mass_loss_policy::fence);
  CHECK(c.stickiness.must());
  CHECK(c.fencing == config::fencing_policy::off);
  REQUIRE(c.nodes.size() == 2);
  CHECK(c.nodes[0].name == node_name("a")); // sorted
  CHECK(c.nodes[0].voter == false);
  CHECK(c.nodes[1].voter == true);
  CHECK(c.nodes[1].addresses == std::vector<config::address>{{"::1", 2}, {"10.0.0.1", 1}}); // in their order
}

TEST_CASE("[resource.NAME]: everything it may say") {
  auto c = read(with_rest(R"([resource.db]
agent = "systemd:postgres"
params = { text = "a b", number = -7, yes = true, no = false }
start = { timeout = "1s" }
stop = { timeout = "2s" }
promote = { timeout = "3s" }
demote = { timeout = "4s" }
monitor = [{ interval = "10s", timeout = "5s", tolerate-failures = 2 }, { interval = "11s", role = "promoted" }]
clone = { max = 3, node-max = 2, interleave = true, ordered = true, notify = true }
promotable = { max = 2, node-max = 1, score = -3 }
target = "started"
managed = false
priority = -5
stickiness = 7
failure-threshold = 3
failure-timeout = "10m"
accepts = ["power", "operator"]
)"));
  REQUIRE(c.resources.size() == 1);
  config::resource r;
  r.name = resource_name("db");
  r.agent = {"systemd", "", "postgres"};
  r.params = {{"no", "false"}, {"number", "-7"}, {"text", "a b"}, {"yes", "true"}};
  r.start_timeout = 1s;
  r.stop_timeout = 2s;
  r.promote_timeout = 3s;
  r.demote_timeout = 4s;
  r.monitors = {{10s, 5s, std::nullopt, 2}, {11s, 20s, role::promoted, 0}};
  r.clone = config::clone_options{3, 2, true, true, true};
  r.promotable = config::promotable_options{2, 1, -3};
  r.target = role::started;
  r.managed = false;
  r.priority = -5;
  r.stickiness = score{7};
  r.failure_threshold = 3;
  r.failure_timeout = 10min;
  r.accepts = {config::proof_kind::power, config::proof_kind::operator_word};
  CHECK(c.resources[0] == r);
}

TEST_CASE("a resource's defaults: target, time-outs, and the proofs that the policy can give") {
  using enum config::proof_kind;
  auto c = read(with_rest(dummy("a") + dummy("p", "promotable = {}\n")));
  CHECK(c.resources[0].target == role::started);
  CHECK(c.resources[1].target == role::promoted);
  CHECK(c.resources[0].start_timeout == 60s);
  CHECK(c.resources[0].stop_timeout == 60s);
  CHECK(c.resources[0].monitors.at(0).timeout == 20s);
  CHECK(c.resources[0].accepts == std::set{power, reboot, operator_word});
  auto off = read(dummy("a") + head + "fencing = \"off\"\n" + nodes);
  CHECK(off.resources[0].accepts == std::set{power, reboot, operator_word, assumed});
  auto none = read(dummy("a") + head + nodes);
  CHECK(none.fencing == config::fencing_policy::none);
}

TEST_CASE("groups, locations, orders and colocations") {
  auto c = read(dummy("a") + dummy("b") + dummy("p", "promotable = {}\n") + R"(
[group.g]
members = ["b", "a"]
clone = { max = 2 }
[[location]]
resource = "g"
node = "n2"
score = "-infinity"
[[order]]
first = { promote = "p" }
then = "g"
[[order]]
first = { stop = "g" }
then = { demote = "p" }
kind = "optional"
symmetrical = false
[[colocation]]
resource = "g"
with = { promoted = "p" }
[[colocation]]
resource = { started = "p" }
with = "g"
score = -5
)" + head + nodes +
                device);
  CHECK(c.groups.at(0) == config::group{config::group_name("g"),
                                        {resource_name("b"), resource_name("a")},
                                        config::clone_options{.max = 2}});
  CHECK(c.locations.at(0) == config::location{"g", node_name("n2"), score::minus_infinity()});
  CHECK(c.orders.at(0) == config::order{"p", action::promote, "g", action::start});
  CHECK(c.orders.at(1) == config::order{"g", action::stop, "p", action::demote, config::order_kind::optional, false});
  CHECK(c.colocations.at(0) == config::colocation{"g", {}, "p", role::promoted, score::infinity()});
  CHECK(c.colocations.at(1) == config::colocation{"p", role::started, "g", {}, score{-5}});
}

TEST_CASE("fencing devices") {
  auto c = read(head + nodes + R"([fence.x]
agent = "fence_ipmilan"
targets = ["n3", "n1", "n2"]
plugs = { n1 = 4, n3 = "three" }
params = { ip = "10.0.9.1", lanplus = true }
action = "off"
level = 2
retries = 0
timeout = "5s"
budget = "15s"
)");
  config::fence_device d;
  d.name = device_name("x");
  d.agent = "fence_ipmilan";
  d.targets = {node_name("n1"), node_name("n2"), node_name("n3")};
  d.plugs = {{node_name("n1"), "4"}, {node_name("n3"), "three"}};
  d.params = {{"ip", "10.0.9.1"}, {"lanplus", "true"}};
  d.reboot = false;
  d.level = 2;
  d.retries = 0;
  d.timeout = 5s;
  d.budget = 15s;
  CHECK(c.devices.at(0) == d);
}

std::string voters_of(std::vector<std::optional<bool>> votes) {
  config::cluster c;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    config::node n;
    n.name = node_name(std::string(1, static_cast<char>('z' - i)));
    n.voter = votes[i];
    c.nodes.push_back(n);
  }
  std::string out;
  for (const auto& n : config::voters(c)) out += n.text;
  return out;
}

TEST_CASE("voters: those that were named, else an odd number of the willing, by name") {
  auto any = std::optional<bool>();
  CHECK(voters_of({}) == "");
  CHECK(voters_of({any}) == "z");
  CHECK(voters_of({any, any}) == "y");
  CHECK(voters_of({any, any, any}) == "xyz");
  CHECK(voters_of({any, any, any, any}) == "wxy");
  CHECK(voters_of({any, any, any, false}) == "xyz");
  CHECK(voters_of({any, true, any, true}) == "wy");
  CHECK(voters_of({false, false}) == "");
  CHECK(voters_of(std::vector<std::optional<bool>>(9, any)) == "rstuvwx");
}

} // namespace troupe::conf::cluster_file_test
