// What a CIB says and cannot be used: what is said of it, and what counts instead.
#include "actors/scheduler/schedule.hpp"
#include "tools/simulate/cib_fixture.hpp"
#include "tools/simulate/plan_text.hpp"

namespace troupe::simulate::unusable_test {

using namespace cib_fixture;

TEST_CASE("what cannot be used is said, item by item, and the rest is used") {
  auto parsed = cib::parse(R"(<cib have-quorum="1"><configuration>
    <nodes><node id="1" uname="n1"/><node id="2" uname="n1"/><node uname="n3"/></nodes>
    <resources>
      <primitive id="a" class="ocf" provider="p" type="T"><meta_attributes id="m"><nvpair id="m1" name="resource-stickiness" value="much"/>
        <nvpair id="m2" name="failure-timeout" value="soon"/></meta_attributes></primitive>
      <primitive id="a" class="ocf" provider="p" type="T"/>
      <primitive id="t" template="none"/>
      <group id="empty"/>
    </resources>
    <constraints>
      <rsc_location id="l1" rsc="a" node="n9" score="5"/>
      <rsc_location id="l2" rsc="a" node="n1" score="lots"/>
      <rsc_location id="l3" rsc="a"/>
      <rsc_location id="l4" rsc-pattern="(" node="n1" score="5"/>
      <rsc_location id="l5" rsc="a"><rule id="r" score="1"><date_expression id="d" operation="gt" start="tomorrow"/></rule></rsc_location>
      <rsc_colocation id="c1" rsc="a" with-rsc="gone" score="INFINITY"/>
      <rsc_order id="o1" first="gone" then="a"/>
      <rsc_ticket id="t1" rsc="a"/>
      <rsc_wish id="w"/>
    </constraints></configuration>
    <status><node_state id="7" uname="n7"/><node_state id="1" uname="n1"><lrm id="1"><lrm_resources><lrm_resource/></lrm_resources></lrm></node_state></status></cib>)");
  REQUIRE(parsed);
  auto imported = from_cib(*parsed, stamp{std::chrono::seconds{1'700'000'000}});
  std::string all;
  for (auto& w : imported.warnings) all += w + "\n";
  CHECK(all == R"(a <node> without id or uname: ignored
t uses the template "none", which does not exist: t is ignored
empty has no members: ignored
a rule's date "tomorrow" is none: it counts as not given
<rsc_wish> is no constraint: ignored
a history entry of node n1 names no resource: ignored
a: resource-stickiness="much" is no score: taken as 0
a: failure-timeout="soon" is no time: failures do not age
l2: score="lots" is no score: taken as 0
node n1 is defined twice: the second is ignored
resource a is defined twice: the second is ignored
the status speaks of the node n7, which is not configured: ignored
l1: there is no node n9: ignored
l3: names neither a node nor a rule: ignored
l4: "(" is no regular expression: ignored
c1: there is no resource gone: ignored
o1: there is no resource gone: ignored
t1: names no ticket: ignored
)");
  CHECK(imported.input.resources.size() == 1);
  CHECK(imported.input.nodes.size() == 1);
}

TEST_CASE("import: a value that is none counts as is said") {
  auto with = [](const std::string& name, const std::string& value) {
    auto text = cib_with("");
    text.insert(text.find("</resources>"), "<clone id=\"cl\">" +
                                               primitive("in", "D",
                                                         "<meta_attributes id=\"m\"><nvpair id=\"mn\" name=\"" + name +
                                                             "\" value=\"" + value + "\"/></meta_attributes>") +
                                               "<meta_attributes id=\"cm\"><nvpair id=\"cn\" name=\"" + name +
                                               "\" value=\"" + value + "\"/></meta_attributes></clone>");
    return imported_from(text);
  };
  for (auto value : {"maybe", ""}) {
    auto i = with("is-managed", value);
    CHECK_FALSE(named(i, "in").managed);
    i = with("resource-stickiness", value);
    CHECK(named(i, "in").stickiness == 0);
    i = with("migration-threshold", value);
    CHECK(named(i, "in").migration_threshold == 0);
    i = with("clone-max", value);
    CHECK(named(i, "cl").clone_max == 0);
    CHECK(i.warnings.size() == 2); // the member's and the clone's
  }
  auto i = with("is-managed", "default");
  CHECK(named(i, "in").managed);
  i = with("migration-threshold", "-3");
  CHECK(named(i, "in").migration_threshold == 1);
  i = with("clone-max", "-1");
  CHECK(named(i, "cl").clone_max == 0);
}

TEST_CASE("import: an operation's interval has a longest, a timeout below zero is the usual one") {
  auto of = [](const std::string& attributes) {
    auto text = cib_with("");
    text.insert(text.find("</resources>"),
                R"(<primitive id="z" class="ocf" provider="p" type="D"><operations><op id="o" name="monitor" )" +
                    attributes + "/></operations></primitive>");
    auto i = imported_from(text);
    return named(i, "z").operations.at(0);
  };
  CHECK(of(R"(interval="99999999999999999999s")").interval_ms == 4'294'967'295);
  CHECK(of(R"(interval="-10s")").interval_ms == 0);
  CHECK(of(R"(interval="10s" timeout="-5")").timeout_ms == 20'000);
  CHECK(of(R"(interval="10s" enabled="perhaps")").enabled);
}

TEST_CASE("import: a start does not recur, a container and a fence device must be there, a guest is no other node") {
  auto text = cib_with("");
  text.insert(
      text.find("</resources>"),
      R"(<primitive id="z" class="ocf" provider="p" type="D"><meta_attributes id="m"><nvpair id="c" name="container" value="ghost"/>
      <nvpair id="g" name="remote-node" value="n2"/></meta_attributes>
      <operations><op id="o" name="start" interval="10s"/></operations></primitive>
      <bundle id="box"><podman image="i" replicas="2"/><network ip-range-start="fe80::1"/></bundle>)");
  text.insert(text.find("</configuration>"), R"(<fencing-topology>
      <fencing-level id="f" target="n1" index="1" devices="watchdog,gone"/></fencing-topology>)");
  auto i = imported_from(text);
  CHECK(i.warnings == std::vector<std::string>{
                          "z: the operation start cannot recur: ignored",
                          "z: container=\"ghost\" is no resource before it: ignored",
                          "box: ip-range-start=\"fe80::1\" is no IPv4 address: all replicas have the same",
                          "the guest node n2 has the name of a node, which is taken to be that guest",
                          "a fencing level names the device gone, which does not exist: it counts as one that fails"});
  CHECK(named(i, "z").operations.empty());
}

TEST_CASE("import: cluster options that are none are as usual, and a node of a kind nobody knows runs nothing") {
  auto text = cib_with("");
  text.insert(text.find("</cluster_property_set>"), R"(<nvpair id="x1" name="symmetric-cluster" value="maybe"/>
      <nvpair id="x2" name="maintenance-mode" value="maybe"/>)");
  text.replace(text.find("uname=\"n1\"/>"), 12, "uname=\"n1\" type=\"alien\"/>");
  auto i = imported_from(text);
  CHECK(i.input.settings.symmetric);
  CHECK_FALSE(i.input.settings.maintenance);
  CHECK(i.input.nodes[scheduler::node_id{std::size_t{0}}].ping);
  CHECK_FALSE(i.input.nodes[scheduler::node_id{std::size_t{1}}].ping);
  CHECK(i.warnings.size() == 3);
}

TEST_CASE("import: what ran, and whose template is missing now, is stopped") {
  auto text = cib_with("");
  text.insert(text.find("</resources>"), R"(<primitive id="z" template="ghost"/>)");
  report_on_n1(text, reported("z", "D", op("z", "start", "0", "0")));
  auto i = imported_from(text);
  auto found = summary_of(i);
  CHECK_MESSAGE(found.find("Stop       z ( n1 )") != std::string::npos, found);
}

} // namespace troupe::simulate::unusable_test
