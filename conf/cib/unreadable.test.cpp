// Each kind of value that is none, to the letter; a CIB whose values are as they should be costs no sentence.
#include "conf/cib/unreadable.hpp"

#include "conf/cib/expectation.hpp"

#include <doctest/doctest.h>

namespace troupe::conf::cib::unreadable_test {

std::string said_of(const std::string& configuration) {
  auto cib = parse("<cib><configuration>" + configuration + "</configuration></cib>");
  REQUIRE(cib);
  std::string all;
  for (auto& list : {cib->warnings, unreadable_values(*cib)})
    for (auto& sentence : list) all += sentence + "\n";
  return all;
}

std::string nvpairs(const std::string& tag, const std::string& name, const std::string& value) {
  return "<" + tag + " id=\"s\"><nvpair id=\"p\" name=\"" + name + "\" value=\"" + value + "\"/></" + tag + ">";
}

std::string of_resource(const std::string& name, const std::string& value) {
  return said_of("<resources><primitive id=\"a\" class=\"ocf\" type=\"D\">" + nvpairs("meta_attributes", name, value) +
                 "</primitive></resources>");
}

std::string of_operation(const std::string& attributes) {
  return said_of("<resources><primitive id=\"a\" class=\"ocf\" type=\"D\"><operations><op id=\"o\" name=\"monitor\" " +
                 attributes + "/></operations></primitive></resources>");
}

std::string of_constraint(const std::string& constraint) {
  return said_of("<constraints>" + constraint + "</constraints>");
}

TEST_CASE("unreadable: what each notation takes and what it says of the rest") {
  auto says = [](notation kind, text value) { return fault({"x", kind, "INSTEAD", "red|green"}, value); };
  CHECK(says(notation::boolean, "Yes").empty());
  CHECK(says(notation::boolean, "2") == "is neither true nor false: INSTEAD");
  for (text fine : {"INFINITY", "-INFINITY", "1000000", "-5", "+7"}) CHECK(says(notation::score, fine).empty());
  CHECK(says(notation::score, "lots") == "is no score: INSTEAD");
  CHECK(says(notation::score, "12abc") == "is no score: taken as 12");
  CHECK(says(notation::score, "1000001") == "is more than INFINITY: taken as INFINITY");
  CHECK(says(notation::score, "-99999999999999999999") == "is less than -INFINITY: taken as -INFINITY");
  CHECK(says(notation::threshold, "-1") == "is negative: taken as 1");
  CHECK(says(notation::count, "-1") == "is negative: taken as 0");
  CHECK(says(notation::count, "many") == "is no number: INSTEAD");
  CHECK(says(notation::count, "2x") == "is no number: taken as 2");
  CHECK(says(notation::count, "4097") == "is more than 4096: taken as 4096");
  CHECK(says(notation::amount, "2147483648") == "is more than 2147483647: taken as 2147483647");
  for (text fine : {"0", "10s", "PT1M", "4294967295ms"}) CHECK(says(notation::interval, fine).empty());
  CHECK(says(notation::interval, "often") == "is no time: INSTEAD");
  CHECK(says(notation::interval, "-10s") == "is negative: INSTEAD");
  CHECK(says(notation::interval, "4294967296ms") == "is longer than 49 days: taken as 4294967295 ms");
  CHECK(says(notation::duration, "4294967296ms").empty());
  for (text fine : {"5", "1-5", "3-", "-4"}) CHECK(says(notation::range, fine).empty());
  CHECK(says(notation::range, "x-y") == "is no range: INSTEAD");
  CHECK(says(notation::word, "GREEN").empty());
  CHECK(says(notation::word, "gree") == "is none of red, green: INSTEAD");
  CHECK(named({"clone-max"}, "clone_max"));
  CHECK_FALSE(named({"clone-max"}, "clone-maximum"));
}

TEST_CASE("unreadable: a resource's values, by the resource and once") {
  CHECK(of_resource("priority", "high") == "a: priority=\"high\" is no score: taken as 0\n");
  CHECK(of_resource("is_managed", "maybe") == "a: is_managed=\"maybe\" is neither true nor false: taken as false\n");
  CHECK(of_resource("is-managed", "default").empty());
  CHECK(of_resource("failure-timeout", "-5") == "a: failure-timeout=\"-5\" is negative: failures do not age\n");
  CHECK(of_resource("target-role", "Running") == "a: target-role=\"Running\" is none of Stopped, Started, Promoted, "
                                                 "Unpromoted, Master, Slave: ignored\n");
  CHECK(of_resource("anything", "else").empty());
  auto user = [](std::string id) { return "<primitive id=\"" + id + "\" template=\"t\"/>"; };
  CHECK(said_of("<resources><template id=\"t\" class=\"ocf\" type=\"D\">" +
                nvpairs("meta_attributes", "priority", "x") + "</template>" + user("a") + user("b") + "</resources>") ==
        "a: priority=\"x\" is no score: taken as 0\n");
  CHECK(said_of("<rsc_defaults>" + nvpairs("meta_attributes", "priority", "x") + "</rsc_defaults>") ==
        "rsc_defaults priority=\"x\" is no score: taken as 0\n");
}

TEST_CASE("unreadable: options, operations, nodes, bundles") {
  CHECK(said_of("<crm_config>" + nvpairs("cluster_property_set", "maintenance-mode", "perhaps") + "</crm_config>") ==
        "cluster option maintenance-mode=\"perhaps\" is neither true nor false: the usual counts\n");
  CHECK(of_operation("interval=\"10s\" timeout=\"20s\" on-fail=\"block\" role=\"Master\"").empty());
  CHECK(of_operation("interval=\"often\"") ==
        "a, operation monitor: interval=\"often\" is no time: it does not recur\n");
  CHECK(of_operation("timeout=\"-5\"") == "a, operation monitor: timeout=\"-5\" is negative: 20 s count\n");
  CHECK(said_of("<nodes><node id=\"1\" uname=\"n1\" type=\"alien\">" + nvpairs("utilization", "cpu", "lots") +
                "</node></nodes>") ==
        "node n1: type=\"alien\" is none of member, normal, remote, ping: it runs nothing, like a ping node\n"
        "node n1: cpu=\"lots\" is no number: taken as 0\n");
  CHECK(said_of("<resources><bundle id=\"b\"><docker image=\"i\" replicas=\"-2\" "
                "promoted-max=\"x\"/></bundle></resources>") == "b: replicas=\"-2\" is less than 1: taken as 1\n"
                                                                "b: promoted-max=\"x\" is no number: taken as 0\n");
}

TEST_CASE("unreadable: constraints, their sets and rules") {
  CHECK(of_constraint(R"(<rsc_location id="l" rsc="a" node="n" score="red" role="King" resource-discovery="no"/>)") ==
        "l: score=\"red\" is no score: taken as 0\n"
        "l: role=\"King\" is none of Stopped, Started, Promoted, Unpromoted, Master, Slave: counts as not given\n"
        "l: resource-discovery=\"no\" is none of always, never, exclusive: taken as always\n");
  CHECK(of_constraint(R"(<rsc_order id="o" first="a" then="b" kind="Soon" symmetrical="so" first-action="sing"/>)") ==
        "o: kind=\"Soon\" is none of Optional, Mandatory, Serialize: taken as Mandatory\n"
        "o: symmetrical=\"so\" is neither true nor false: counts as not given\n"
        "o: first-action=\"sing\" is none of start, stop, promote, demote: such an action is never planned\n");
  CHECK(of_constraint(R"(<rsc_colocation id="c" rsc="a" with-rsc="b" score="2000000" influence="so"/>)") ==
        "c: score=\"2000000\" is more than INFINITY: taken as INFINITY\n"
        "c: influence=\"so\" is neither true nor false: counts as not given\n");
  CHECK(of_constraint(R"(<rsc_ticket id="t" rsc="a" ticket="T" loss-policy="cry"/>)") ==
        "t: loss-policy=\"cry\" is none of stop, demote, fence, freeze: the usual counts\n");
  CHECK(of_constraint(R"(<rsc_order id="o"><resource_set id="s" sequential="so" kind="Soon"><resource_ref id="a"/>
          </resource_set></rsc_order>)") == "s: sequential=\"so\" is neither true nor false: taken as false\n"
                                            "o: kind=\"Soon\" is none of Optional, Mandatory, Serialize: taken as "
                                            "Mandatory\n");
  CHECK(of_constraint(R"(<rsc_location id="l" rsc="a"><rule id="r" score="x" boolean-op="xor">
          <expression id="e" attribute="z" operation="resembles" type="hue" value="1"/>
          <date_expression id="d" operation="date_spec"><date_spec id="ds" hours="x-y" moon="4"/></date_expression>
          <rule id="r2" boolean-op="or"/></rule></rsc_location>)") ==
        "r: boolean-op=\"xor\" is none of and, or: taken as and\n"
        "the rule r2 has no conditions: it never holds\n"
        "l: score=\"x\" is no score: taken as 0\n"
        "l: operation=\"resembles\" is none of eq, ne, lt, lte, gt, gte, defined, not_defined: never holds\n"
        "l: type=\"hue\" is none of string, integer, number, version: compared as text\n"
        "l: hours=\"x-y\" is no range: never holds\n"
        "l: moon=\"4\" is not looked at: counts as not given\n");
}

TEST_CASE("unreadable: what the status says of nodes and operations") {
  auto cib = parse(R"(<cib have-quorum="maybe" execution-date="99999999999999999999"><configuration/><status>
    <node_state id="1" uname="n1"><transient_attributes id="1"><instance_attributes id="i">
      <nvpair id="a" name="standby" value="perhaps"/><nvpair id="b" name="fail-count-x#start_0" value="lots"/>
      <nvpair id="c" name="last-failure-x#start_0" value="99999999999999"/><nvpair id="d" name="master-x" value="5"/>
      <nvpair id="e" name="#health-cpu" value="purple"/><nvpair id="f" name="#health-disk" value="red"/>
      </instance_attributes></transient_attributes>
    <lrm id="1"><lrm_resources><lrm_resource id="x">
      <lrm_rsc_op id="x_0" call-id="x" last-rc-change="99999999999999999999" rc-code="banana"/>
      </lrm_resource></lrm_resources></lrm></node_state></status></cib>)");
  REQUIRE(cib);
  CHECK(cib->warnings == std::vector<std::string>{
                             "record x_0: call-id=\"x\" is no number: taken as 0",
                             "record x_0: last-rc-change=\"99999999999999999999\" is beyond the year 9999: taken as "
                             "its end",
                             "record x_0: its result is no number: taken as unknown",
                             "record x_0: names no operation"});
  auto& record = cib->states.at(0).resources.at(0).operations.at(0);
  CHECK(record.last_change == 253'402'300'799);
  CHECK(record.rc == 193);
  CHECK(unreadable_values(*cib) ==
        std::vector<std::string>{"the CIB: have-quorum=\"maybe\" is neither true nor false: there is none",
                                 "the CIB: execution-date=\"99999999999999999999\" is beyond the year 9999: taken as "
                                 "its end"});
  CHECK(unreadable_values(*cib, cib->states[0]) ==
        std::vector<std::string>{
            "node n1: standby=\"perhaps\" is neither true nor false: taken as false",
            "node n1: fail-count-x#start_0=\"lots\" is no score: taken as 0",
            "node n1: last-failure-x#start_0=\"99999999999999\" is beyond the year 9999: taken as its end",
            "node n1: #health-cpu=\"purple\" is no score: taken as 0"});
}

TEST_CASE("unreadable: fencing levels that are never tried, operations without a name") {
  CHECK(said_of(R"(<fencing-topology><fencing-level id="f1" target="n1" index="1" devices="d"/>
      <fencing-level id="f2" target="n1" index="10" devices="d"/><fencing-level id="f3" index="1" devices="d"/>
      <fencing-level id="f4" target="n1" index="1" devices=""/></fencing-topology>)") ==
        "the fencing level f2 is ignored: its index is not from 1 to 9\n"
        "the fencing level f3 is ignored: it has no target\n"
        "the fencing level f4 is ignored: it names no device\n");
  CHECK(said_of("<resources><primitive id=\"a\" class=\"ocf\" type=\"D\"><operations><op id=\"o\" interval=\"5\"/>"
                "</operations></primitive></resources>") == "a: an operation has no name: ignored\n");
  CHECK(said_of("<resources><bundle id=\"b\"><docker image=\"i\" replicas=\"513\"/></bundle></resources>") ==
        "b: replicas=\"513\" is more than 512: taken as 512\n");
}

} // namespace troupe::conf::cib::unreadable_test
