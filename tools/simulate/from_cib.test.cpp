// How a CIB becomes the scheduler's input.
#include "actors/scheduler/schedule.hpp"
#include "tools/simulate/cib_fixture.hpp"

namespace troupe::simulate::from_cib_test {

using namespace cib_fixture;

TEST_CASE("options: of an old schema one says whether resources are managed, unless they say so themselves") {
  for (std::string schema : {"pacemaker-1.2", "pacemaker-3.0", "none"}) {
    auto text = cib_with("");
    text.replace(text.find("<cib"), 4, "<cib validate-with=\"" + schema + "\"");
    text.insert(text.find("<nvpair"), R"(<nvpair id="m" name="is-managed-default" value="false"/>)");
    text.insert(
        text.find("</resources>"),
        primitive("x", "D",
                  R"(<meta_attributes id="xm"><nvpair id="xv" name="is-managed" value="true"/></meta_attributes>)"));
    auto i = imported_from(text);
    CHECK(named(i, "a").managed == (schema != "pacemaker-1.2"));
    CHECK(named(i, "x").managed);
  }
}

TEST_CASE("import: a colocation set becomes pairs, each member with the one before it") {
  auto i =
      read(R"(<rsc_colocation id="s" score="INFINITY"><resource_set id="s1"><resource_ref id="a"/><resource_ref id="b"/>
    <resource_ref id="c"/></resource_set></rsc_colocation>)");
  REQUIRE(i.input.colocations.size() == 2);
  CHECK(i.input.resources[i.input.colocations[1].dependent].name == "c");
  CHECK(i.input.resources[i.input.colocations[1].primary].name == "b");
}

TEST_CASE("import: order sets are met at their ends only if it is written that they are sequential") {
  auto orders = [](const std::string& before, const std::string& after) {
    auto i = read("<rsc_order id=\"o\"><resource_set id=\"s1\"" + before +
                  "><resource_ref id=\"a\"/></resource_set><resource_set id=\"s2\"" + after +
                  "><resource_ref id=\"b\"/><resource_ref id=\"c\"/></resource_set></rsc_order>");
    std::string text;
    for (auto& o : i.input.orders) text += i.input.resources[o.first].name + i.input.resources[o.then].name + " ";
    for (auto& o : i.input.any_of_orders) text += "any " + std::to_string(o.then.size());
    return text;
  };
  CHECK(orders("", "") == "bc ab ac ");
  CHECK(orders("", " sequential=\"true\"") == "bc ab ");
  CHECK(orders("", " sequential=\"false\"") == "ab ac ");
  CHECK(orders(" require-all=\"false\"", " sequential=\"true\"") == "bc any 2");
}

TEST_CASE("import: a constraint on a tag of what is cloned is about the clone") {
  auto text = cib_with(R"(<rsc_location id="l" rsc="t" node="n2" score="7"/>)");
  text.insert(text.find("</resources>"),
              R"(<clone id="cl"><primitive id="in" class="ocf" provider="p" type="D"/></clone>)");
  text.insert(text.find("</configuration>"), R"(<tags><tag id="t"><obj_ref id="in"/><obj_ref id="a"/></tag></tags>)");
  auto i = imported_from(text);
  REQUIRE(i.input.locations.size() == 2);
  CHECK(i.input.resources[i.input.locations[0].what].name == "cl");
  CHECK(i.input.resources[i.input.locations[1].what].name == "a");
}

TEST_CASE("import: a constraint on what does not exist is said and left out") {
  auto i = read(R"(<rsc_order id="o" first="a" then="ghost"/>)");
  CHECK(i.input.orders.empty());
  REQUIRE(i.warnings.size() == 1);
  CHECK(i.warnings[0].find("ghost") != std::string::npos);
}

TEST_CASE("import: a score taken from an attribute is 0 if it is no number, and forbids the node that lacks it") {
  auto text = cib_with(R"(<rsc_location id="l" rsc="a"><rule id="r" score-attribute="speed">
    <expression id="e" attribute="#uname" operation="defined"/></rule></rsc_location>)");
  text.replace(
      text.find(R"(uname="n1"/>)"), 12,
      R"(uname="n1"><instance_attributes id="i"><nvpair id="v" name="speed" value="fast"/></instance_attributes></node>)");
  auto i = imported_from(text);
  REQUIRE(i.input.locations.size() == 2);
  CHECK(i.input.locations[0].weight.value() == 0);
  CHECK(i.input.locations[1].weight == score::minus_infinity());
}

TEST_CASE("import: without addresses of their own, replicas with something inside are one per host") {
  auto of_bundle = [](std::string network) {
    auto text = cib_with("");
    auto end = text.find("</resources>");
    text.insert(
        end, R"(<bundle id="box"><podman image="i" replicas="2" replicas-per-host="2"/><network control-port="3121" )" +
                 network + R"(/><primitive id="in" class="ocf" provider="p" type="D"/></bundle>)");
    auto i = imported_from(text);
    REQUIRE(i.input.bundles.size() == 1);
    return std::pair{i.input.bundles[0].per_host, i.input.resources[i.input.bundles[0].clone].unique};
  };
  CHECK(of_bundle("") == std::pair{1u, false});
  CHECK(of_bundle(R"(ip-range-start="10.0.0.1")") == std::pair{2u, true});
}

TEST_CASE("import: the defaults of operations count for what is no longer configured") {
  auto text = cib_with("");
  text.insert(text.find("</configuration>"),
              R"(<op_defaults><meta_attributes id="d"><nvpair id="dn" name="on-fail" value="block"/></meta_attributes>
      </op_defaults>)");
  report_on_n1(text, reported("old", "D", op("old", "start", "0", "1")));
  auto i = imported_from(text);
  auto& old = named(i, "old");
  REQUIRE(!old.operations.empty());
  CHECK(old.operations[0].failure == scheduler::on_fail::block);
  CHECK(old.operations[0].by_default);
}

TEST_CASE("import: what is no longer configured has the defaults of resources, but for what it is to become") {
  for (bool managed : {true, false}) {
    auto text = cib_with("");
    text.insert(text.find("</configuration>"),
                std::string(R"(<rsc_defaults><meta_attributes id="d"><nvpair id="dm" name="is-managed" value=")") +
                    (managed ? "true" : "false") + R"("/><nvpair id="dt" name="target-role" value="Stopped"/>
      </meta_attributes></rsc_defaults>)");
    report_on_n1(text, reported("old", "D", op("old", "start", "0", "0")));
    auto i = imported_from(text);
    CHECK(named(i, "old").target == scheduler::role::unknown);
    CHECK(summary_of(i).empty() == !managed);
  }
}

TEST_CASE("import: what ran alone before it became an instance is stopped where it runs") {
  for (bool unique : {true, false}) {
    auto text = cib_with("");
    std::string in = R"(<primitive id="in" class="ocf" provider="p" type="D"/>)";
    text.insert(text.find("</resources>"),
                unique ? R"(<clone id="cl"><meta_attributes id="m"><nvpair id="mn" name="globally-unique" value="true"/>
      </meta_attributes>)" + in +
                             "</clone>"
                       : R"(<bundle id="box"><podman image="i" replicas="1"/><network ip-range-start="10.0.0.1"/>)" +
                             in + "</bundle>");
    report_on_n1(text, reported("in", "D", op("in", "start", "0", "0")));
    auto i = imported_from(text);
    auto found = summary_of(i);
    CHECK_MESSAGE(found.find("Stop       in ( n1 )") != std::string::npos, found);
    CHECK_MESSAGE(found.find("Start      in:0 (") != std::string::npos, found);
  }
}

TEST_CASE("import: what is said of a guest counts only while it is up, or if fencing makes sure of it") {
  for (bool up : {true, false})
    for (bool fencing : {true, false}) {
      auto text = cib_with("");
      text.insert(text.find("</resources>"), way_to_far);
      if (fencing) text.replace(text.find("\"false\""), 7, "\"true\"");
      if (up)
        report_on_n1(text, reported("box", "V", op("box", "start", "0", "0")) +
                               R"(<lrm_resource id="far" class="ocf" provider="pacemaker" type="remote">)" +
                               op("far", "start", "0", "0") + "</lrm_resource>");
      text.insert(text.find("</status>"),
                  R"(<node_state id="far" uname="far" remote_node="true"><transient_attributes id="far">
        <instance_attributes id="t"><nvpair id="v" name="standby" value="true"/></instance_attributes>
        </transient_attributes></node_state>)");
      auto i = imported_from(text);
      auto far = std::find_if(i.input.nodes.begin(), i.input.nodes.end(), [](auto& n) { return n.name == "far"; });
      REQUIRE(far != i.input.nodes.end());
      CHECK(far->standby == (up || fencing));
    }
}

TEST_CASE("import: a guest's connection may migrate only if that is said") {
  auto may = [](const std::string& more) {
    auto way = primitive("box", "V",
                         R"(<meta_attributes id="bm"><nvpair id="bn" name="remote-node" value="far"/>)" + more +
                             "</meta_attributes>");
    auto i = behind(way, "");
    return named(i, "far").allow_migrate;
  };
  CHECK_FALSE(may(""));
  CHECK_FALSE(may(R"(<nvpair id="ba" name="allow-migrate" value="true"/>)"));
  CHECK(may(R"(<nvpair id="ba" name="remote-allow-migrate" value="true"/>)"));
}

} // namespace troupe::simulate::from_cib_test
