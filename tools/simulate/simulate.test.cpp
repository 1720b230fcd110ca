#include "actors/scheduler/schedule.hpp"
#include "tools/simulate/digests.hpp"
#include "tools/simulate/from_cib.hpp"
#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/status_text.hpp"
#include "tools/simulate/transition_key.hpp"
#include "tools/simulate/what_if.hpp"
#include "tools/simulate/why.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

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
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
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
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
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
    auto parsed = cib::parse(text);
    REQUIRE(parsed);
    auto i = from_cib(*parsed, stamp{});
    REQUIRE(i.input.bundles.size() == 1);
    return std::pair{i.input.bundles[0].per_host, i.input.resources[i.input.bundles[0].clone].unique};
  };
  CHECK(of_bundle("") == std::pair{1u, false});
  CHECK(of_bundle(R"(ip-range-start="10.0.0.1")") == std::pair{2u, true});
}

std::string op(std::string of, std::string what, std::string interval, std::string rc) {
  return "<lrm_rsc_op id=\"" + of + what + interval + "\" operation=\"" + what + "\" interval=\"" + interval +
         "\" call-id=\"" + (interval == "0" ? "1" : "2") + "\" rc-code=\"" + rc +
         "\" op-status=\"0\" op-digest=\"f2317cad3d54cec5d7d7aa7d0bf35cf8\" last-rc-change=\"1700000000\" "
         "transition-key=\"1:1:" +
         (what == "monitor" && interval == "0" ? rc : "0") + ":x\"/>";
}

std::string reported(std::string id, std::string type, std::string operations) {
  return "<lrm_resource id=\"" + id + "\" class=\"ocf\" provider=\"p\" type=\"" + type + "\">" + operations +
         "</lrm_resource>";
}

std::string primitive(std::string id, std::string type, std::string meta = "") {
  return "<primitive id=\"" + id + "\" class=\"ocf\" provider=\"" + (type == "remote" ? "pacemaker" : "p") +
         "\" type=\"" + type + "\">" + meta + "<operations><op id=\"" + id +
         "-m\" name=\"monitor\" interval=\"10s\"/></operations></primitive>";
}

const std::string way_to_far = primitive(
    "box", "V", R"(<meta_attributes id="bm"><nvpair id="bn" name="remote-node" value="far"/></meta_attributes>)");

void report_on_n1(std::string& cib, const std::string& what) {
  cib.replace(cib.find("/><node_state"), 2,
              "><lrm id=\"1\"><lrm_resources>" + what + "</lrm_resources></lrm></node_state>");
}

scheduler::resource& named(imported& i, std::string_view name) {
  for (auto& r : i.input.resources)
    if (r.name == name) return r;
  throw std::logic_error{"no such resource"};
}

// Two nodes, one of them with a way to a node `far` behind it, on which `a` runs.
imported behind(std::string resources, std::string on_n1) {
  auto status = [](std::string id, std::string name, std::string as, std::string what) {
    return "<node_state id=\"" + id + "\" uname=\"" + name + "\" " + as + "><lrm id=\"" + id + "\"><lrm_resources>" +
           what + "</lrm_resources></lrm></node_state>";
  };
  std::string up = R"(in_ccm="true" crmd="online" join="member" expected="member")";
  auto parsed = cib::parse(
      R"(<cib have-quorum="1"><configuration><crm_config><cluster_property_set id="o"><nvpair id="s" name="stonith-enabled"
      value="false"/></cluster_property_set></crm_config><nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes><resources>)" +
      resources + primitive("a", "D") +
      R"(</resources><constraints><rsc_location id="l" rsc="a" node="n1" score="-INFINITY"/></constraints></configuration><status>)" +
      status("1", "n1", up, on_n1 + reported("a", "D", op("a", "monitor", "0", "7"))) + status("2", "n2", up, "") +
      status("far", "far", R"(remote_node="true")", reported("a", "D", op("a", "start", "0", "0"))) +
      "</status></cib>");
  REQUIRE(parsed);
  return from_cib(*parsed, stamp{});
}

TEST_CASE("import: the defaults of operations count for what is no longer configured") {
  auto text = cib_with("");
  text.insert(text.find("</configuration>"),
              R"(<op_defaults><meta_attributes id="d"><nvpair id="dn" name="on-fail" value="block"/></meta_attributes>
      </op_defaults>)");
  report_on_n1(text, reported("old", "D", op("old", "start", "0", "1")));
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
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
    auto parsed = cib::parse(text);
    REQUIRE(parsed);
    auto i = from_cib(*parsed, stamp{});
    CHECK(named(i, "old").target == scheduler::role::unknown);
    CHECK(summary_text(i.input, scheduler::schedule(i.input)).empty() == !managed);
  }
}

TEST_CASE("order: what comes after a bundle restarts when a replica starts, on whichever node") {
  auto text = cib_with(
      R"(<rsc_order id="o" first="box" then="a"/><rsc_location id="l" rsc="box" node="n1" score="-INFINITY"/>)");
  text.insert(text.find("</resources>"),
              R"(<bundle id="box"><podman image="i" replicas="1"/><network ip-range-start="10.0.0.1"/>
      </bundle>)");
  report_on_n1(text, reported("a", "D", op("a", "start", "0", "0")));
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
  CHECK(summary_text(i.input, scheduler::schedule(i.input)).find("Restart    a ( n1 )") != std::string::npos);
}

TEST_CASE("colocation: a bundle of several replicas takes its nodes before what it would like to be with") {
  auto text = cib_with(R"(<rsc_colocation id="c" rsc="box" with-rsc="a" score="50"/>)");
  text.insert(text.find("<primitive"),
              R"(<bundle id="box"><podman image="i" replicas="3"/><network ip-range-start="10.0.0.1"/>
      </bundle>)");
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
  CHECK(summary_text(i.input, scheduler::schedule(i.input)).find("Start      box-podman-0 ( n1 )") !=
        std::string::npos);
}

TEST_CASE("instances: a container's own address says nothing about its turn") {
  auto text = cib_with(R"(<rsc_location id="la" rsc="a" node="n2" score="INFINITY"/>
      <rsc_location id="lb" rsc="b" node="n2" score="INFINITY"/><rsc_location id="l" rsc="box" node="n1" score="1000"/>)");
  text.insert(text.find("</resources>"),
              R"(<bundle id="box"><podman image="i" replicas="2"/><network ip-range-start="10.0.0.1"/></bundle>)");
  text.insert(text.find("</nodes>"), R"(<node id="3" uname="n3"/>)");
  report_on_n1(text, reported("box-podman-1", "podman", op("box-podman-1", "start", "0", "0")));
  auto on_n2 = reported("box-podman-0", "podman", op("box-podman-0", "start", "0", "0"));
  text.replace(text.find("/></status>"), 2,
               "><lrm id=\"2\"><lrm_resources>" + on_n2 + R"(</lrm_resources></lrm></node_state>
      <node_state id="3" uname="n3" in_ccm="true" crmd="online" join="member" expected="member"/>)");
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
  auto summary = summary_text(i.input, scheduler::schedule(i.input));
  CHECK(summary.find("Move       box-podman-0 ( n2 -> n3 )") != std::string::npos);
}

TEST_CASE("bundles: a container may run on a guest, if there is nothing inside of it that would be connected to") {
  for (bool something : {false, true}) {
    auto text = cib_with(R"(<rsc_location id="l" rsc="a" node="n1" score="-INFINITY"/>)");
    text.insert(text.find("</resources>"),
                way_to_far + R"(<bundle id="b0"><podman image="i" replicas="1"/><network control-port="3121"/>)" +
                    (something ? primitive("inner", "D") : "") + "</bundle>");
    text.insert(text.find("</constraints>"), R"(<rsc_location id="m" rsc="b0" node="far" score="100"/>)");
    auto parsed = cib::parse(text);
    REQUIRE(parsed);
    auto i = from_cib(*parsed, stamp{});
    auto summary = summary_text(i.input, scheduler::schedule(i.input));
    CHECK((summary.find("Start      b0-podman-0 ( far )") == std::string::npos) == something);
  }
}

TEST_CASE("status: an instance on a node that left is listed nowhere") {
  auto text = cib_with("");
  text.insert(text.find("</resources>"), "<clone id=\"cl\">" + primitive("x", "D") + "</clone>");
  report_on_n1(text, reported("x", "D", op("x", "start", "0", "0")));
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
  auto lines = [&] {
    auto all = reported_text(i.input, false);
    return all.substr(all.find("Clone Set"));
  };
  CHECK(lines() == "Clone Set: cl [x]:\n      * Started: [ n1 ]\n      * Stopped: [ n2 ]\n");
  i.input.settings.shutdown_lock = true; // so what is gone is asked what it had, without fencing, too
  i.input.nodes[scheduler::node_id{std::size_t{0}}].in_membership = false;
  CHECK(lines() == "Clone Set: cl [x]:\n      * Stopped: [ n2 ]\n");
}

TEST_CASE("status: what a lost ticket freezes is shown as the nodes report it") {
  auto i = read(R"(<rsc_ticket id="t" rsc="a" ticket="site" loss-policy="freeze"/>)");
  i.input.histories.push_back({.where = scheduler::node_id{std::size_t{0}}, .what = i.input.top.front()});
  i.input.histories[0].operations.push_back(
      {.what = scheduler::task::start, .call_id = 1, .rc = 0, .status = scheduler::operation_status::done});
  auto line = [](const std::string& text) {
    return text.substr(text.find("* a"), text.find("* b") - text.find("* a"));
  };
  CHECK(line(status_text(i.input, scheduler::unpack(i.input), true)).find("blocked") != std::string::npos);
  CHECK(line(reported_text(i.input, true)).find("Started n1\n") != std::string::npos);
}

TEST_CASE("status: an orphan on a node that is gone is listed only if it is not managed") {
  auto i = behind(way_to_far, "");
  i.input.settings.fencing = true; // then also who is gone is asked what it had
  named(i, "a").orphan = true;
  auto listed = [&] { return status_text(i.input, scheduler::unpack(i.input), true).find("p:D") != std::string::npos; };
  CHECK_FALSE(listed());
  i.input.settings.stop_orphans = false;
  CHECK(listed());
}

TEST_CASE("execution: a guest that comes up is probed for what is configured, but not yet if its container comes up as "
          "well") {
  for (bool up : {true, false})
    for (bool configured : {true, false}) {
      auto i = behind(way_to_far, reported("box", "V", op("box", up ? "start" : "stop", "0", "0")));
      auto& a = named(i, "a");
      a.orphan = !configured;
      a.target = scheduler::role::stopped;
      auto after = scheduler::execute(i.input, scheduler::schedule(i.input));
      bool kept = status_text(after, scheduler::unpack(after), false).find("Started far") != std::string::npos;
      CHECK(kept == (!up || !configured));
    }
}

TEST_CASE("capacity: what is to run on a guest that finds no host waits for it, however small the guest is") {
  for (bool host : {true, false}) {
    auto i = behind(way_to_far, "");
    i.input.settings.strategy = scheduler::placement::utilization;
    for (auto r : scheduler::ids_of(i.input.resources)) {
      auto& it = i.input.resources[r];
      if (it.name == "a") it.uses = {{.kind = 0, .amount = 1}};
      for (auto n : {std::size_t{0}, std::size_t{1}})
        if (it.name == "a" || (it.name == "box" && !host))
          i.input.locations.push_back({.what = r, .where = scheduler::node_id{n}, .weight = score::minus_infinity()});
    }
    auto text = summary_text(i.input, scheduler::schedule(i.input));
    CHECK((text.find("Start      a ( far )") != std::string::npos) == !host);
  }
}

TEST_CASE("capacity: what a bundle's resource uses its containers need") {
  auto text = cib_with("");
  text.insert(text.find("</resources>"),
              R"(<bundle id="box"><podman image="i" replicas="2"/><network ip-range-start="10.0.0.1"/>
      <primitive id="in" class="ocf" provider="p" type="D"><utilization id="u"><nvpair id="un" name="ram" value="3"/>
      </utilization></primitive></bundle>)");
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
  CHECK(named(i, "in").uses.empty());
  for (auto name : {"box-podman-0", "box-podman-1"}) {
    REQUIRE(named(i, name).uses.size() == 1);
    CHECK(named(i, name).uses[0].amount == 3);
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
    auto parsed = cib::parse(text);
    REQUIRE(parsed);
    auto i = from_cib(*parsed, stamp{});
    auto found = summary_text(i.input, scheduler::schedule(i.input));
    CHECK_MESSAGE(found.find("Stop       in ( n1 )") != std::string::npos, found);
    CHECK_MESSAGE(found.find("Start      in:0 (") != std::string::npos, found);
  }
}

// A bundle of one replica, which its guest reported last; there is no fence device.
imported replica_without_container() {
  auto text = cib_with("");
  text.insert(text.find("</resources>"),
              R"(<bundle id="box"><podman image="i" replicas="1"/><network control-port="3121"/>
      <primitive id="in" class="ocf" provider="p" type="D"/></bundle>)");
  text.replace(text.find("\"false\""), 7, "\"true\""); // fencing: then a guest that is gone is asked what it had
  text.insert(text.find("</status>"),
              R"(<node_state id="box-0" uname="box-0" remote_node="true"><lrm id="box-0"><lrm_resources>)" +
                  reported("in", "D", op("in", "start", "0", "0")) + "</lrm_resources></lrm></node_state>");
  auto parsed = cib::parse(text);
  REQUIRE(parsed);
  return from_cib(*parsed, stamp{});
}

TEST_CASE("status: a replica whose container is gone is nowhere, whatever its guest reported last") {
  auto i = replica_without_container();
  auto found = status_text(i.input, scheduler::unpack(i.input), true);
  CHECK_MESSAGE(found.find("box-0\t(ocf:p:D):\t FAILED\n") != std::string::npos, found);
}

TEST_CASE("fencing: for a guest it is enough that its bundle is managed, though nothing may start without a device") {
  for (bool managed : {true, false}) {
    auto i = replica_without_container();
    if (!managed)
      for (auto& r : i.input.resources) r.managed = false;
    auto text = summary_text(i.input, scheduler::schedule(i.input));
    CHECK_MESSAGE((text.find("Fence (off) box-0") != std::string::npos) == managed, text);
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

TEST_CASE("unfencing: a guest is let in when it comes up, not only later") {
  for (bool up : {true, false}) {
    auto i = behind(primitive("st", "D") + way_to_far, "");
    i.input.settings.fencing = true;
    for (auto r : scheduler::ids_of(i.input.resources)) {
      auto& it = i.input.resources[r];
      if (it.name == "st") it.fence_device = it.unfences = true;
      if (it.name != "box" || up) continue;
      for (auto n : {std::size_t{0}, std::size_t{1}})
        i.input.locations.push_back({.what = r, .where = scheduler::node_id{n}, .weight = score::minus_infinity()});
    }
    for (auto& n : i.input.nodes) n.unfenced = true; // it is still to be done
    auto text = summary_text(i.input, scheduler::schedule(i.input));
    CHECK_MESSAGE((text.find("Fence (on) far") != std::string::npos) == up, text);
  }
}

TEST_CASE("nodes: with an unmanaged connection a remote node is in maintenance") {
  for (bool managed : {true, false}) {
    auto i = behind(way_to_far, reported("box", "V", op("box", "start", "0", "0")) +
                                    reported("far", "remote", op("far", "start", "0", "0")));
    named(i, "far").managed = managed;
    named(i, "a").target = scheduler::role::stopped;
    auto text = summary_text(i.input, scheduler::schedule(i.input));
    CHECK_MESSAGE((text.find("Stop       a ( far )") != std::string::npos) == managed, text);
  }
}

TEST_CASE("fencing: a guest whose container has nowhere to start is switched off, not rebooted") {
  auto i = behind(primitive("st", "D") + way_to_far, "");
  i.input.settings.fencing = true;
  for (auto r : scheduler::ids_of(i.input.resources)) {
    if (i.input.resources[r].name == "st") i.input.resources[r].fence_device = true;
    if (i.input.resources[r].name != "box") continue;
    for (auto n : {std::size_t{0}, std::size_t{1}})
      i.input.locations.push_back({.what = r, .where = scheduler::node_id{n}, .weight = score::minus_infinity()});
  }
  auto text = summary_text(i.input, scheduler::schedule(i.input));
  CHECK_MESSAGE(text.find("Fence (off) far") != std::string::npos, text);
}

TEST_CASE("promotion: a replica whose container has no host is not promoted, however good its score") {
  auto parsed =
      cib::parse(R"(<cib have-quorum="1"><configuration><crm_config><cluster_property_set id="o"><nvpair id="s"
    name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
    <nodes><node id="1" uname="n1"/><node id="box-1" uname="box-1" type="remote"><instance_attributes id="i">
      <nvpair id="m" name="master-in" value="10"/></instance_attributes></node></nodes>
    <resources><bundle id="box"><podman image="i" replicas="2" promoted-max="1"/><network control-port="3121"/>
      <primitive id="in" class="ocf" provider="p" type="D"/></bundle></resources><constraints/></configuration>
    <status><node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member"/></status></cib>)");
  REQUIRE(parsed);
  auto i = from_cib(*parsed, stamp{});
  CHECK(summary_text(i.input, scheduler::schedule(i.input)).find("Promote") == std::string::npos);
}

TEST_CASE("remote: what runs behind a connection that recovers stays as it is") {
  auto i = behind(primitive("far", "remote"),
                  reported("far", "remote", op("far", "start", "0", "0") + op("far", "monitor", "10000", "1")));
  CHECK(summary_text(i.input, scheduler::schedule(i.input)) == "  * Recover    far ( n1 )\n");
}

TEST_CASE("fencing: a remote node that nobody knows is fenced unless its connection comes up") {
  for (bool connects : {true, false})
    for (bool startup : {true, false}) {
      auto i = behind(primitive("st", "D") + primitive("far", "remote"), "");
      i.input.settings.fencing = true;
      i.input.settings.startup_fencing = startup;
      named(i, "st").fence_device = true;
      if (!connects) named(i, "far").target = scheduler::role::stopped;
      for (auto n : scheduler::ids_of(i.input.nodes))
        if (i.input.nodes[n].name == "far") {
          i.input.nodes[n].seen = false;
          std::erase(i.input.reporting_order, n);
          std::erase_if(i.input.histories, [&](auto& h) { return h.where == n; });
        }
      auto plan = scheduler::schedule(i.input);
      CHECK(plan.steps.fencing.size() == (startup && !connects ? 1 : 0));
      CHECK(scheduler::schedule(scheduler::execute(i.input, plan)).steps.fencing.empty());
    }
}

TEST_CASE("fencing: on a guest whose host is lost and cannot be fenced nothing can be done, not even stopped") {
  for (bool quorate : {true, false}) {
    auto i = behind(primitive("st", "D") + way_to_far, reported("box", "V", op("box", "start", "0", "0")) +
                                                           reported("far", "remote", op("far", "start", "0", "0")));
    i.input.settings.fencing = true;
    i.input.settings.quorate = quorate; // without it nobody is fenced
    named(i, "st").fence_device = true;
    named(i, "a").target = scheduler::role::stopped;
    auto& host = i.input.nodes[scheduler::node_id{std::size_t{0}}];
    host.in_membership = host.process_online = false;
    host.join = scheduler::join_state::down;
    auto text = summary_text(i.input, scheduler::schedule(i.input));
    bool blocked =
        text.find("Stop       a ( far )  due to node's host cannot be fenced (blocked)") != std::string::npos;
    CHECK_MESSAGE(blocked == !quorate, text);
  }
}

TEST_CASE("digests: a monitor that goes on with other parameters restarts nothing, but unfences if it is a device's") {
  for (std::string parameters : {" CRM_meta_timeout=\"20000\"", " CRM_meta_timeout=\"20000\" old=\"1\""})
    for (bool unfences : {true, false}) {
      auto text = cib_with("");
      auto record = op("a", "monitor", "10000", "0");
      auto digest = md5_hex(" <parameters" + parameters + "/>\n");
      record.replace(record.find("f2317cad3d54cec5d7d7aa7d0bf35cf8"), 32, digest);
      report_on_n1(text, reported("a", "D", record));
      auto parsed = cib::parse(text);
      REQUIRE(parsed);
      auto i = from_cib(*parsed, stamp{});
      i.input.settings.fencing = true;
      named(i, "a").fence_device = true;
      named(i, "a").unfences = unfences;
      for (auto& n : i.input.nodes) n.unfenced = false;
      auto plan = scheduler::schedule(i.input);
      bool changed = parameters.find("old") != std::string::npos;
      CHECK(plan.steps.fencing.size() == (changed && unfences ? 1 : 0));
      bool restarts = summary_text(i.input, plan).find("Restart    a ( n1 )") != std::string::npos;
      CHECK(restarts == (changed && unfences));
    }
}

TEST_CASE("a transition key: plan, expected exit code and coordinator; what cannot be read is not guessed") {
  auto key = read_transition_key("3:17:7:a1-b2");
  CHECK(key.plan == 17);
  CHECK(key.expected == 7);
  CHECK(key.coordinator == "a1-b2");
  for (auto bad : {"", "3", "3:17", "3:17:7"}) {
    CHECK(read_transition_key(bad).plan == -1);
    CHECK(!read_transition_key(bad).expected);
  }
  CHECK(read_transition_key("3:x:7:u").plan == -1);
  CHECK(read_transition_key("3:x:7:u").expected == 7);
  CHECK(!read_transition_key("3:17:-1:u").expected);
  CHECK(!read_transition_key("3:17:4294967296:u").expected);
}

TEST_CASE("digests: a failure under parameters that have changed since is outdated, also a recurring monitor's") {
  for (std::string parameters : {" CRM_meta_timeout=\"20000\"", " CRM_meta_timeout=\"20000\" old=\"1\""}) {
    auto text = cib_with("");
    auto record = op("a", "monitor", "10000", "1");
    record.replace(record.find("f2317cad3d54cec5d7d7aa7d0bf35cf8"), 32, md5_hex(" <parameters" + parameters + "/>\n"));
    auto id = record.find("id=\"") + 4;
    record.replace(id, record.find('"', id) - id, "a_last_failure_0");
    report_on_n1(text, reported("a", "D", record));
    auto parsed = cib::parse(text);
    REQUIRE(parsed);
    auto i = from_cib(*parsed, stamp{});
    REQUIRE(i.input.histories.size() == 1);
    CHECK(i.input.histories[0].operations[0].outdated_failure == (parameters.find("old") != std::string::npos));
  }
}

TEST_CASE("digests: what is in a clone has the clone's parameters too, and its own before them") {
  auto digest = md5_hex(parameters_element({{"deep", "1"}, {"wide", "2"}}));
  for (std::string wide : {"2", "3"}) {
    auto text = cib_with("");
    auto params = [](std::string id, std::string pairs) {
      return "<instance_attributes id=\"" + id + "\">" + pairs + "</instance_attributes>";
    };
    text.insert(text.find("</resources>"), "<clone id=\"cl\">" + params("cp", R"(<nvpair id="c1" name="deep" value="9"/>
                  <nvpair id="c2" name="wide" value=")" + wide + "\"/>") +
                                               R"(<primitive id="in" class="ocf" provider="p" type="D">)" +
                                               params("ip", R"(<nvpair id="i1" name="deep" value="1"/>)") +
                                               "</primitive></clone>");
    auto record = op("in", "start", "0", "0");
    record.replace(record.find("f2317cad3d54cec5d7d7aa7d0bf35cf8"), 32, digest);
    report_on_n1(text, reported("in", "D", record));
    auto parsed = cib::parse(text);
    REQUIRE(parsed);
    auto i = from_cib(*parsed, stamp{});
    bool restarts =
        summary_text(i.input, scheduler::schedule(i.input)).find("Restart    in:0 ( n1 )") != std::string::npos;
    CHECK(restarts == (wide == "3"));
  }
}

TEST_CASE("execution: nobody reports that a guest is gone, and what was on it, with its container") {
  auto i = behind(way_to_far, reported("box", "V", op("box", "start", "0", "0") + op("box", "monitor", "10000", "1")) +
                                  reported("far", "remote", op("far", "start", "0", "0")));
  auto& l = i.input.locations[0];
  l.where = scheduler::node_id{std::size_t{2}};
  REQUIRE(i.input.nodes[l.where].name == "far");
  auto decided = scheduler::schedule(i.input);
  CHECK(summary_text(i.input, decided).find("Recover    a ( far -> n2 )") != std::string::npos);
  auto after = scheduler::execute(i.input, decided);
  CHECK(status_text(after, scheduler::unpack(after), false).find("Started [ n2 far ]") != std::string::npos);
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
t uses the template none, which does not exist
t has no class or no type: no agent can run it
empty has no members: ignored
a rule's date "tomorrow" is none: it counts as not given
<rsc_wish> is no constraint: ignored
a history entry of node n1 names no resource: ignored
node n1 is defined twice: the second is ignored
a: "much" is no score: taken as 0
a: "soon" is no time: failures do not age
resource a is defined twice: the second is ignored
the status speaks of the node n7, which is not configured: ignored
l1: there is no node n9: ignored
l2: "lots" is no score: taken as 0
l3: names neither a node nor a rule: ignored
l4: "(" is no regular expression: ignored
a colocation names the resource gone, which does not exist: ignored
an order names the resource gone, which does not exist: ignored
t1 names no ticket: ignored
)");
  CHECK(imported.input.resources.size() == 2);
  CHECK(imported.input.nodes.size() == 1);
}

} // namespace troupe::simulate::simulate_test
