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
          <date_expression id="d" operation="date_spec"><date_spec id="ds" hours="x-y"/></date_expression>
          <rule id="r2" boolean-op="or"/></rule></rsc_location>)") ==
        "r: boolean-op=\"xor\" is none of and, or: taken as and\n"
        "the rule r2 has no conditions: it never holds\n"
        "l: score=\"x\" is no score: taken as 0\n"
        "l: operation=\"resembles\" is none of eq, ne, lt, lte, gt, gte, defined, not_defined: never holds\n"
        "l: type=\"hue\" is none of string, integer, number, version: compared as text\n"
        "l: hours=\"x-y\" is no range: never holds\n");
}

} // namespace troupe::conf::cib::unreadable_test
