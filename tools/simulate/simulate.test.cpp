// What is decided for what only a CIB can say: guests, remote nodes and bundles; and how it is shown.
#include "actors/scheduler/schedule.hpp"
#include "tools/simulate/cib_fixture.hpp"
#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/status_text.hpp"
#include "tools/simulate/what_if.hpp"

namespace troupe::simulate::simulate_test {

using namespace cib_fixture;

TEST_CASE("order: what comes after a bundle restarts when a replica starts, on whichever node") {
  auto text = cib_with(
      R"(<rsc_order id="o" first="box" then="a"/><rsc_location id="l" rsc="box" node="n1" score="-INFINITY"/>)");
  text.insert(text.find("</resources>"),
              R"(<bundle id="box"><podman image="i" replicas="1"/><network ip-range-start="10.0.0.1"/>
      </bundle>)");
  report_on_n1(text, reported("a", "D", op("a", "start", "0", "0")));
  auto i = imported_from(text);
  CHECK(summary_of(i).find("Restart    a ( n1 )") != std::string::npos);
}

TEST_CASE("colocation: a bundle of several replicas takes its nodes before what it would like to be with") {
  auto text = cib_with(R"(<rsc_colocation id="c" rsc="box" with-rsc="a" score="50"/>)");
  text.insert(text.find("<primitive"),
              R"(<bundle id="box"><podman image="i" replicas="3"/><network ip-range-start="10.0.0.1"/>
      </bundle>)");
  auto i = imported_from(text);
  CHECK(summary_of(i).find("Start      box-podman-0 ( n1 )") != std::string::npos);
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
  auto i = imported_from(text);
  auto summary = summary_of(i);
  CHECK(summary.find("Move       box-podman-0 ( n2 -> n3 )") != std::string::npos);
}

TEST_CASE("bundles: a container may run on a guest, if there is nothing inside of it that would be connected to") {
  for (bool something : {false, true}) {
    auto text = cib_with(R"(<rsc_location id="l" rsc="a" node="n1" score="-INFINITY"/>)");
    text.insert(text.find("</resources>"),
                way_to_far + R"(<bundle id="b0"><podman image="i" replicas="1"/><network control-port="3121"/>)" +
                    (something ? primitive("inner", "D") : "") + "</bundle>");
    text.insert(text.find("</constraints>"), R"(<rsc_location id="m" rsc="b0" node="far" score="100"/>)");
    auto i = imported_from(text);
    auto summary = summary_of(i);
    CHECK((summary.find("Start      b0-podman-0 ( far )") == std::string::npos) == something);
  }
}

TEST_CASE("what stops says why, also if nothing but its place is gone") {
  auto text = cib_with(R"(<rsc_location id="la" rsc="a" node="n1" score="-INFINITY"/>
      <rsc_location id="lb" rsc="a" node="n2" score="-INFINITY"/>)");
  report_on_n1(text, reported("a", "D", op("a", "start", "0", "0")) + reported("b", "D", op("b", "start", "0", "0")));
  auto i = imported_from(text);
  CHECK(summary_of(i).find("Stop       a ( n1 )  due to node availability\n") != std::string::npos);
  for (auto& r : i.input.resources)
    if (r.name == "b") r.target = scheduler::role::stopped;
  CHECK(summary_of(i).find("Stop       b ( n1 )  due to target-role\n") != std::string::npos);
}

TEST_CASE("bundles: what is inside waits for its own container, wherever another bundle stands in the alphabet") {
  auto text = cib_with("");
  for (auto box : {"box", "ark"})
    text.insert(text.find("</resources>"), std::string{"<bundle id=\""} + box +
                                               "\"><podman image=\"i\"/><network control-port=\"31\"/>" +
                                               primitive(box + std::string{"-in"}, "D") + "</bundle>");
  auto i = imported_from(text);
  for (auto& n : i.input.nodes) n.standby = true;
  auto summary = summary_of(i);
  CHECK(summary.find("Start      box-in:0 ( box-0 )") != std::string::npos);
  CHECK(summary.find("Start      ark-in:0 ( ark-0 )") != std::string::npos);
}

TEST_CASE("bundles: what failed hard inside is started there again, until it has failed as often as it may") {
  for (bool often : {false, true}) {
    auto text = cib_with("");
    text.insert(
        text.find("</resources>"),
        R"(<bundle id="box"><podman image="i"/><network control-port="31"/><primitive id="in" class="ocf" provider="p"
                type="D"><meta_attributes id="m"><nvpair id="t" name="migration-threshold" value="2"/></meta_attributes>
                </primitive></bundle>)");
    text.insert(text.find("</status>"),
                R"(<node_state id="box-0" uname="box-0" remote_node="true"><transient_attributes id="box-0">
                <instance_attributes id="ta"><nvpair id="fc" name="fail-count-in#monitor_10000" value=")" +
                    std::string{often ? "2" : "1"} +
                    R"("/></instance_attributes></transient_attributes><lrm id="box-0"><lrm_resources>)" +
                    reported("in", "D", op("in", "start", "0", "0") + op("in", "monitor", "10000", "5")) +
                    "</lrm_resources></lrm></node_state>");
    report_on_n1(text, reported("box-podman-0", "podman", op("box-podman-0", "start", "0", "0")) +
                           reported("box-0", "remote", op("box-0", "start", "0", "0")));
    auto summary = summary_of(imported_from(text));
    CHECK(summary.find(often ? "Stop       in:0" : "Recover    in:0") != std::string::npos);
  }
}

TEST_CASE("status: an instance on a node that left is listed nowhere") {
  auto text = cib_with("");
  text.insert(text.find("</resources>"), "<clone id=\"cl\">" + primitive("x", "D") + "</clone>");
  report_on_n1(text, reported("x", "D", op("x", "start", "0", "0")));
  auto i = imported_from(text);
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
    auto text = summary_of(i);
    CHECK((text.find("Start      a ( far )") != std::string::npos) == !host);
  }
}

TEST_CASE("capacity: what a bundle's resource uses its containers need") {
  auto text = cib_with("");
  text.insert(text.find("</resources>"),
              R"(<bundle id="box"><podman image="i" replicas="2"/><network ip-range-start="10.0.0.1"/>
      <primitive id="in" class="ocf" provider="p" type="D"><utilization id="u"><nvpair id="un" name="ram" value="3"/>
      </utilization></primitive></bundle>)");
  auto i = imported_from(text);
  CHECK(named(i, "in").uses.empty());
  for (auto name : {"box-podman-0", "box-podman-1"}) {
    REQUIRE(named(i, name).uses.size() == 1);
    CHECK(named(i, name).uses[0].amount == 3);
  }
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
    auto text = summary_of(i);
    CHECK_MESSAGE((text.find("Fence (off) box-0") != std::string::npos) == managed, text);
  }
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
    auto text = summary_of(i);
    CHECK_MESSAGE((text.find("Fence (on) far") != std::string::npos) == up, text);
  }
}

TEST_CASE("fencing: a remote node whose connection failed and has no place is not known, whatever was seen of it") {
  for (bool lost : {false, true}) {
    auto text = cib_with(R"(<rsc_location id="l1" rsc="far" node="n1" score="-INFINITY"/>
                            <rsc_location id="l2" rsc="far" node="n2" score="-INFINITY"/>)");
    text.replace(text.find("\"false\""), 7, "\"true\"");
    text.insert(text.find("</resources>"),
                R"(<primitive id="st" class="stonith" type="fence_x"/>)" + primitive("far", "remote"));
    text.insert(text.find("</status>"), R"(<node_state id="far" uname="far" remote_node="true"/>)");
    report_on_n1(text, reported("far", "remote", op("far", "start", "0", lost ? "0" : "1")));
    if (lost) text.replace(text.find("in_ccm=\"true\""), 13, "in_ccm=\"false\"");
    auto summary = summary_of(imported_from(text));
    CHECK_MESSAGE(
        summary.find(lost ? "Fence (reboot) far 'resources are in unknown state and connection is unrecoverable'"
                          : "Fence (reboot) far 'the connection is unrecoverable'") != std::string::npos,
        summary);
  }
}

TEST_CASE("guests: what runs on one whose connection is to stop does not start again") {
  for (bool leaves : {false, true}) {
    auto text = cib_with("");
    text.insert(text.find("</resources>"), R"(<bundle id="box"><podman image="i"/><network control-port="31"/>)" +
                                               primitive("in", "D") + "</bundle>");
    text.insert(text.find("</status>"),
                R"(<node_state id="box-0" uname="box-0" remote_node="true"><transient_attributes id="box-0">
                <instance_attributes id="ta"><nvpair id="sd" name="shutdown" value=")" +
                    std::string{leaves ? "1700000000" : "0"} +
                    R"("/></instance_attributes></transient_attributes><lrm id="box-0"><lrm_resources>)" +
                    reported("in", "D", op("in", "start", "0", "0")) + "</lrm_resources></lrm></node_state>");
    report_on_n1(text, reported("box-podman-0", "podman", op("box-podman-0", "start", "0", "0")) +
                           reported("box-0", "remote", op("box-0", "start", "0", "0")));
    auto summary = summary_of(imported_from(text));
    CHECK_MESSAGE(summary.find(leaves ? "Stop       in:0" : "Restart    in:0") != std::string::npos, summary);
  }
}

TEST_CASE("shutdown lock: a remote node that is configured no more shuts down with its connection") {
  for (bool locks : {false, true}) {
    auto text = cib_with("");
    text.insert(text.find("<nvpair"), std::string{"<nvpair id=\"lock\" name=\"shutdown-lock\" value=\""} +
                                          (locks ? "true" : "false") + "\"/>");
    text.insert(text.find("</status>"),
                R"(<node_state id="far" uname="far" remote_node="true"><lrm id="far"><lrm_resources>)" +
                    reported("a", "D", op("a", "start", "0", "0")) + "</lrm_resources></lrm></node_state>");
    report_on_n1(text, R"(<lrm_resource id="far" class="ocf" provider="pacemaker" type="remote">)" +
                           op("far", "start", "0", "0") + "</lrm_resource>");
    auto summary = summary_of(imported_from(text));
    CHECK_MESSAGE(summary.find(locks ? "Stop       a ( far )" : "Move       a ( far ->") != std::string::npos, summary);
  }
}

TEST_CASE("fence devices: one that is said to require fencing counts where it ran on what is lost") {
  for (std::string requires_what : {"fencing", "quorum", "unfencing"}) {
    auto text = cib_with("");
    text.replace(text.find("\"false\""), 7, "\"true\"");
    text.insert(text.find("</resources>"), R"(<primitive id="st" class="stonith" type="fence_x"><meta_attributes id="m">
        <nvpair id="v" name="requires" value=")" +
                                               requires_what + R"("/></meta_attributes></primitive>)");
    auto i = imported_from(text);
    CHECK((named(i, "st").needs == scheduler::requirement::fencing) == (requires_what == "fencing"));
    for (auto n : {std::size_t{0}, std::size_t{1}}) {
      scheduler::history h{.where = scheduler::node_id{n}, .what = i.input.top.back()};
      h.operations.push_back(
          {.what = scheduler::task::start, .call_id = 1, .rc = 0, .status = scheduler::operation_status::done});
      i.input.histories.push_back(h);
    }
    i.input.nodes[scheduler::node_id{std::size_t{0}}].in_membership = false;
    auto summary = summary_of(i);
    CHECK_MESSAGE((summary.find("st ( n1 -> n2 )") != std::string::npos) == (requires_what == "fencing"), summary);
  }
}

TEST_CASE("unfencing: one resource that requires it is enough, or a default") {
  auto meta = [](std::string name, std::string value) {
    return "<meta_attributes id=\"m\"><nvpair id=\"v\" name=\"" + name + "\" value=\"" + value +
           "\"/></meta_attributes>";
  };
  auto unfenced = [&](std::string where, std::string said) {
    auto text = cib_with("");
    text.replace(text.find("\"false\""), 7, "\"true\"");
    text.insert(text.find("</resources>"), R"(<primitive id="st" class="stonith" type="fence_x"/>)" +
                                               primitive("x", "D", where == "x" ? said : ""));
    if (where == "default") text.insert(text.find("<resources>"), "<rsc_defaults>" + said + "</rsc_defaults>");
    return summary_of(imported_from(text)).find("Fence (on) n1") != std::string::npos;
  };
  CHECK(unfenced("x", meta("requires", "unfencing")));
  CHECK(unfenced("x", meta("provides", "unfencing")));
  CHECK_FALSE(unfenced("x", meta("requires", "fencing")));
  CHECK(unfenced("default", meta("requires", "unfencing")));
  CHECK_FALSE(unfenced("default", meta("requires", "fencing")));
}

TEST_CASE("nodes: with an unmanaged connection a remote node is in maintenance") {
  for (bool managed : {true, false}) {
    auto i = behind(way_to_far, reported("box", "V", op("box", "start", "0", "0")) +
                                    reported("far", "remote", op("far", "start", "0", "0")));
    named(i, "far").managed = managed;
    named(i, "a").target = scheduler::role::stopped;
    auto text = summary_of(i);
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
  auto text = summary_of(i);
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
  CHECK(summary_of(i).find("Promote") == std::string::npos);
}

TEST_CASE("remote: what runs behind a connection that recovers stays as it is") {
  auto i = behind(primitive("far", "remote"),
                  reported("far", "remote", op("far", "start", "0", "0") + op("far", "monitor", "10000", "1")));
  CHECK(summary_of(i) == "  * Recover    far ( n1 )\n");
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
    auto text = summary_of(i);
    bool blocked =
        text.find("Stop       a ( far )  due to node's host cannot be fenced (blocked)") != std::string::npos;
    CHECK_MESSAGE(blocked == !quorate, text);
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
  CHECK(summary_of(i) == "  * Start      a ( n2 )\n  * Start      b ( n2 )\n");
  CHECK(node_lost(i.input, "n9").error().text == "there is no node n9");
}

} // namespace troupe::simulate::simulate_test
