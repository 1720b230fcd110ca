#include "actors/scheduler/schedule.hpp"
#include "tools/simulate/digests.hpp"
#include "tools/simulate/from_cib.hpp"
#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/what_if.hpp"
#include "tools/simulate/why.hpp"

#include <doctest/doctest.h>

namespace troupe::simulate::simulate_test {

TEST_CASE("digests: as the peer writes them down") {
  CHECK(md5_hex(parameters_element({})) == "f2317cad3d54cec5d7d7aa7d0bf35cf8");
  CHECK(md5_hex(parameters_element({{"ip", "127.0.0.10"}})) == "21ccbd2b8e65014ca7b36a2070642a2e");
  CHECK(parameters_element({{"b", "<&>"}, {"a", "1"}}) == " <parameters a=\"1\" b=\"&lt;&amp;&gt;\"/>\n");
}

std::string cib_with(std::string constraints) {
  std::string nodes, states, resources;
  for (auto n : {"1", "2"}) {
    nodes += std::string("<node id=\"") + n + "\" uname=\"n" + n + "\"/>";
    states += std::string("<node_state id=\"") + n + "\" uname=\"n" + n +
              "\" in_ccm=\"true\" crmd=\"online\" join=\"member\" expected=\"member\"/>";
  }
  for (auto r : {"a", "b", "c"})
    resources += std::string("<primitive id=\"") + r + "\" class=\"ocf\" provider=\"p\" type=\"D\"/>";
  return "<cib have-quorum=\"1\"><configuration><crm_config><cluster_property_set id=\"o\"><nvpair id=\"s\" "
         "name=\"stonith-enabled\" "
         "value=\"false\"/></cluster_property_set></crm_config><nodes>" +
         nodes + "</nodes><resources>" + resources + "</resources><constraints>" + std::move(constraints) +
         "</constraints></configuration><status>" + states + "</status></cib>";
}

imported read(std::string constraints) {
  auto parsed = cib::parse(cib_with(std::move(constraints)));
  REQUIRE(parsed);
  return from_cib(*parsed, stamp{});
}

TEST_CASE("import: a colocation set becomes pairs, each member with the one before it") {
  auto i =
      read(R"(<rsc_colocation id="s" score="INFINITY"><resource_set id="s1"><resource_ref id="a"/><resource_ref id="b"/>
    <resource_ref id="c"/></resource_set></rsc_colocation>)");
  REQUIRE(i.input.colocations.size() == 2);
  CHECK(i.input.resources[i.input.colocations[1].dependent].name == "c");
  CHECK(i.input.resources[i.input.colocations[1].primary].name == "b");
}

TEST_CASE("import: a constraint on what does not exist is said and left out") {
  auto i = read(R"(<rsc_order id="o" first="a" then="ghost"/>)");
  CHECK(i.input.orders.empty());
  REQUIRE(i.warnings.size() == 1);
  CHECK(i.warnings[0].find("ghost") != std::string::npos);
}

TEST_CASE("what if: a node in standby is not used, an unwanted resource not started, an unknown name refused") {
  auto i = read("");
  REQUIRE(node_in_standby(i.input, "n1"));
  REQUIRE(resource_unwanted(i.input, "c"));
  CHECK(summary_text(i.input, scheduler::schedule(i.input)) == "  * Start      a ( n2 )\n  * Start      b ( n2 )\n");
  CHECK(node_lost(i.input, "n9").error().text == "there is no node n9");
}

TEST_CASE("why: the score of each node and the rule behind it") {
  auto i = read(R"(<rsc_location id="likes" rsc="a" node="n2" score="7"/>)");
  auto text = why_text(i.input, scheduler::schedule(i.input), "a");
  CHECK(text.find("a: assigned to n2") == 0);
  CHECK(text.find("7 by location likes") != std::string::npos);
  CHECK(why_text(i.input, scheduler::schedule(i.input), "ghost").empty());
}

} // namespace troupe::simulate::simulate_test
