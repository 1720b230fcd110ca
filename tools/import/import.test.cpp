#include "conf/cluster_file.hpp"
#include "tools/import/cib_of.hpp"
#include "tools/import/cluster_toml.hpp"

#include <doctest/doctest.h>

namespace troupe::import_cib::import_test {

// A CIB of two nodes with these resources, constraints and options.
cib::contents cib_with(const std::string& resources, const std::string& constraints = {},
                       const std::string& options = {}, const std::string& op_defaults = {}) {
  auto parsed = cib::parse(
      "<cib have-quorum=\"1\"><configuration><crm_config><cluster_property_set id=\"o\">" + options +
      "</cluster_property_set></crm_config><nodes><node id=\"1\" uname=\"n1\"/><node id=\"2\" uname=\"n2\"/></nodes>"
      "<resources>" +
      resources + "</resources><constraints>" + constraints + "</constraints><op_defaults><meta_attributes id=\"od\">" +
      op_defaults + "</meta_attributes></op_defaults></configuration><status/></cib>");
  REQUIRE(parsed);
  return std::move(*parsed);
}

draft drafted(const cib::contents& from, const conf::abilities& can = {}) {
  return draft_of(from, simulate::from_cib(from, stamp{std::chrono::seconds{1'700'000'000}}).input, can);
}

const std::string db = R"(<primitive id="db" class="ocf" provider="heartbeat" type="Dummy"/>)";
std::string dummy(const std::string& id) {
  return "<primitive id=\"" + id + "\" class=\"ocf\" provider=\"heartbeat\" type=\"Dummy\"/>";
}

// The notes, one a line, without the nodes' part of the text.
std::string notes(const draft& d) {
  std::string text;
  for (auto& n : d.notes) text += (n.differs ? "differs: " : "note: ") + n.feature + ": " + n.text + "\n";
  return text;
}

std::string without_nodes(const std::string& toml) {
  auto at = toml.find("\n[node.");
  auto rest = toml.find("\n\n[", toml.find("[node.n2]"));
  return toml.substr(toml.find("[cluster]"), at - toml.find("[cluster]")) +
         (rest == std::string::npos ? "" : toml.substr(rest + 1));
}

TEST_CASE("what cluster.toml can say is said") {
  auto from = cib_with(R"(
    <primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2">
      <instance_attributes id="vp"><nvpair id="v1" name="ip" value="10.0.0.1"/><nvpair id="v2" name="note" value="a &quot;b&quot;"/></instance_attributes>
      <meta_attributes id="vm"><nvpair id="v3" name="migration-threshold" value="3"/><nvpair id="v4" name="failure-timeout" value="10min"/></meta_attributes>
      <operations><op id="o1" name="monitor" interval="10s" timeout="30s"/><op id="o2" name="stop" interval="0" timeout="90s"/></operations>
    </primitive>
    <group id="web">)" + dummy("a") +
                           dummy("b") + R"(</group>
    <clone id="cache-clone"><meta_attributes id="cm"><nvpair id="c1" name="clone-max" value="2"/><nvpair id="c2" name="interleave" value="true"/></meta_attributes>)" +
                           dummy("cache") + R"(</clone>
    <primitive id="power" class="stonith" type="fence_apc"><instance_attributes id="pp"><nvpair id="p1" name="ip" value="10.0.9.1"/>
      <nvpair id="p2" name="pcmk_host_map" value="n1:7;n2:8"/></instance_attributes></primitive>)",
                       R"(<rsc_location id="l" rsc="web" node="n1" score="50"/>
    <rsc_location id="never" rsc="cache-clone" node="n2" score="-INFINITY"/>
    <rsc_colocation id="c" rsc="vip" with-rsc="web" score="INFINITY"/>
    <rsc_order id="o" first="cache-clone" then="web" kind="Optional"/>)");
  auto d = drafted(from);
  CHECK(notes(d) == "");
  CHECK(without_nodes(cluster_toml(d, "cib.xml")) == R"([cluster]
name = "imported"
stickiness = 0

[resource.vip]
agent = "ocf:heartbeat:IPaddr2"
params = { ip = "10.0.0.1", note = "a \"b\"" }
monitor = { interval = "10s", timeout = "30s" }
stop = { timeout = "90s" }
failure-threshold = 3
failure-timeout = "10m"

[group.web]
members = ["a", "b"]

[resource.a]
agent = "ocf:heartbeat:Dummy"

[resource.b]
agent = "ocf:heartbeat:Dummy"

[resource.cache]
agent = "ocf:heartbeat:Dummy"
clone = { max = 2, interleave = true }
stickiness = 1

[fence.power]
agent = "fence_apc"
targets = ["n1", "n2"]
plugs = { n1 = "7", n2 = "8" }
params = { ip = "10.0.9.1" }

[[location]]
resource = "web"
node = "n1"
score = 50

[[location]]
resource = "cache"
node = "n2"
score = "-infinity"

[[colocation]]
resource = "vip"
with = "web"

[[order]]
first = { start = "cache" }
then = { start = "web" }
kind = "optional"
)");
}

TEST_CASE("op_defaults give the time-outs that are not said; what we do anyhow is no remark") {
  using namespace std::chrono_literals;
  auto from = cib_with(R"(<primitive id="db" class="ocf" provider="heartbeat" type="Dummy"><operations>
      <op id="o1" name="monitor" interval="10s" on-fail="restart"/><op id="o2" name="start" interval="0" timeout="7s"/>
      <op id="o3" name="stop" interval="0" on-fail="fence"/></operations></primitive>)",
                       {}, {}, R"(<nvpair id="t" name="timeout" value="90s"/>)");
  auto d = drafted(from);
  CHECK(notes(d) == "");
  auto& r = d.cluster.resources.at(0);
  CHECK(r.start_timeout == 7s);
  CHECK(r.stop_timeout == 90s);
  CHECK(r.promote_timeout == 90s);
  CHECK(r.monitors.at(0).timeout == 90s);
}

TEST_CASE("a rule on what passes is left out, by name; one on what nodes are configured to be is written") {
  auto from = cib_with(db, R"(<rsc_location id="pref" rsc="db" node="n1" score="50"/>
    <rsc_location id="conn" rsc="db"><rule id="r" score="-INFINITY" boolean-op="or">
      <expression id="e" attribute="pingd" operation="lt" value="1"/>
      <expression id="f" attribute="pingd" operation="not_defined"/></rule></rsc_location>
    <rsc_location id="night" rsc="db"><rule id="d" score="-INFINITY">
      <date_expression id="x" operation="gt" start="2001-01-01"/></rule></rsc_location>
    <rsc_location id="name" rsc="db"><rule id="n" score="7">
      <expression id="g" attribute="#uname" operation="eq" value="n2"/></rule></rsc_location>)");
  auto d = drafted(from);
  CHECK(notes(d) ==
        "differs: attribute rule: conn: a rule on pingd, which agents say as they run: no counterpart; left out\n"
        "differs: date rule: night: a rule with dates: no counterpart; left out\n"
        "note: attribute rule: name: a rule on node attributes, for the nodes as they are configured\n");
  auto& l = d.cluster.locations;
  REQUIRE(l.size() == 2);
  CHECK((l[0].node == node_name{"n1"} && l[0].weight == score{50}));
  CHECK((l[1].node == node_name{"n2"} && l[1].weight == score{7}));
}

TEST_CASE("what a rule says of meta attributes is told") {
  auto from = cib_with(R"(<primitive id="db" class="ocf" provider="heartbeat" type="Dummy"><meta_attributes id="m">
      <rule id="r" score="1"><date_expression id="x" operation="gt" start="2001-01-01"/></rule>
      <nvpair id="v" name="target-role" value="Stopped"/></meta_attributes></primitive>)");
  auto d = drafted(from);
  CHECK(notes(d) == "differs: meta attribute rule: db: meta attributes under a rule, as they are now\n");
  CHECK(d.cluster.resources.at(0).target == config::role::stopped);
}

TEST_CASE("what it cannot say is told by name, and what refers to it goes with it") {
  auto from = cib_with(
      db + R"(<primitive id="old" class="lsb" type="thing"/><bundle id="box"><docker image="i"/></bundle>)",
      R"(<rsc_location id="l" rsc="old" node="n1" score="5"/>
    <rsc_ticket id="t" ticket="T" rsc="db"/>
    <rsc_colocation id="c" rsc="db" with-rsc="old" score="INFINITY"/>)",
      R"(<nvpair id="x" name="symmetric-cluster" value="false"/><nvpair id="y" name="cluster-delay" value="60s"/>)");
  CHECK(notes(drafted(from)) ==
        "differs: symmetric-cluster: symmetric-cluster=false: here a node is allowed unless a location forbids it\n"
        "note: option: option cluster-delay=60s: no counterpart\n"
        "differs: agent standard: old: agents of the standard 'lsb' are not run; left out\n"
        "differs: bundle: box: bundles are not known; left out\n"
        "differs: of what is left out: l: of old, which is left out; left out too\n"
        "differs: of what is left out: c: of old, which is left out; left out too\n"
        "differs: ticket: t: tickets have no counterpart; left out\n");
}

TEST_CASE("what it wrote is a good cluster.toml and means what was drafted") {
  auto from = cib_with("<group id=\"g\">" + dummy("a") + dummy("b") + "</group>" + dummy("c") + dummy("x@y"),
                       R"(<rsc_order id="1" first="g" then="c"/><rsc_order id="2" first="c" then="g"/>
    <rsc_colocation id="3" rsc="a" with-rsc="b" score="-INFINITY"/>)");
  auto d = drafted(from);
  conf::diagnostics found;
  auto read = conf::parse_cluster_file(cluster_toml(d, "x"), found);
  INFO(found.text("x"));
  REQUIRE(read);
  CHECK(read->resources.size() == 4);
  CHECK(read->resources[3].name.text == "x-y");
  CHECK(read->orders.size() == 1);  // a circle was opened
  CHECK(read->colocations.empty()); // it contradicts the group
  CHECK(notes(d) ==
        "differs: name: x@y: no name here; it is x-y\n"
        "differs: refused: order[1]: orders run in a circle: a -> b -> g -> c -> g -> a; left out\n"
        "differs: refused: colocation[0]: 'a' must not be with 'b', but other rules put them together; left out\n");
}

TEST_CASE("a comment of what it wrote holds no control character, which TOML would refuse") {
  auto d = drafted(cib_with("<primitive id=\"a\" class=\"l\x7fsb\" type=\"thing\"/>" + dummy("b")));
  CHECK(notes(d) == "differs: agent standard: a: agents of the standard 'l\x7fsb' are not run; left out\n");
  auto text = cluster_toml(d, "a\x1b[1m\x7f\n.xml");
  CHECK(text.starts_with("# Made by `troupe import-cib` from a [1m  .xml.\n"));
  CHECK(text.find("'l sb'") != std::string::npos);
  conf::diagnostics found;
  auto read = conf::parse_cluster_file(text, found);
  INFO(found.text("x"));
  CHECK(read);
}

TEST_CASE("back: under the peer's rules the file's order counts, and the status is that of the CIB") {
  auto from = cib_with(dummy("z") + "<group id=\"g\">" + dummy("m") + dummy("a") + "</group><clone id=\"k\">" +
                       dummy("c") + "</clone>");
  auto d = drafted(from);
  conf::diagnostics found;
  auto root = conf::parse(cluster_toml(d, "x"), found);
  REQUIRE(root);
  auto back = cib_of(conf::read_cluster_tree(*root, {}, found), order_of(*root), nullptr);
  REQUIRE(back.cib.resources.size() == 3);
  CHECK(back.cib.resources[0].id == "z");
  CHECK(back.cib.resources[1].children[1].id == "a");
  CHECK(back.cib.resources[2].id == "c-clone");
  auto in = simulate::from_cib(back.cib, stamp{std::chrono::seconds{1'700'000'000}}).input;
  CHECK(in.nodes.size() == 2);
  CHECK(in.nodes[sched::node_id{std::size_t{0}}].join == sched::join_state::member);
  CHECK(in.settings.quorate);
}

} // namespace troupe::import_cib::import_test
