// For tests of what becomes of a CIB: small ones, written from their parts.
#pragma once

#include "actors/scheduler/schedule.hpp"
#include "tools/simulate/from_cib.hpp"
#include "tools/simulate/plan_text.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace troupe::simulate::cib_fixture {

inline imported imported_from(std::string text) {
  auto parsed = cib::parse(std::move(text));
  REQUIRE(parsed);
  return from_cib(*parsed, stamp{});
}

// What would be done, a line each.
inline std::string summary_of(const imported& i) {
  return summary_text(i.input, scheduler::schedule(i.input));
}

inline std::string cib_with(std::string constraints) {
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

inline imported read(std::string constraints) {
  return imported_from(cib_with(std::move(constraints)));
}

inline std::string op(std::string of, std::string what, std::string interval, std::string rc) {
  return "<lrm_rsc_op id=\"" + of + what + interval + "\" operation=\"" + what + "\" interval=\"" + interval +
         "\" call-id=\"" + (interval == "0" ? "1" : "2") + "\" rc-code=\"" + rc +
         "\" op-status=\"0\" op-digest=\"f2317cad3d54cec5d7d7aa7d0bf35cf8\" last-rc-change=\"1700000000\" "
         "transition-key=\"1:1:" +
         (what == "monitor" && interval == "0" ? rc : "0") + ":x\"/>";
}

inline std::string reported(std::string id, std::string type, std::string operations) {
  return "<lrm_resource id=\"" + id + "\" class=\"ocf\" provider=\"p\" type=\"" + type + "\">" + operations +
         "</lrm_resource>";
}

inline std::string primitive(std::string id, std::string type, std::string meta = "") {
  return "<primitive id=\"" + id + "\" class=\"ocf\" provider=\"" + (type == "remote" ? "pacemaker" : "p") +
         "\" type=\"" + type + "\">" + meta + "<operations><op id=\"" + id +
         "-m\" name=\"monitor\" interval=\"10s\"/></operations></primitive>";
}

inline const std::string way_to_far = primitive(
    "box", "V", R"(<meta_attributes id="bm"><nvpair id="bn" name="remote-node" value="far"/></meta_attributes>)");

inline void report_on_n1(std::string& cib, const std::string& what) {
  cib.replace(cib.find("/><node_state"), 2,
              "><lrm id=\"1\"><lrm_resources>" + what + "</lrm_resources></lrm></node_state>");
}

inline scheduler::resource& named(imported& i, std::string_view name) {
  for (auto& r : i.input.resources)
    if (r.name == name) return r;
  throw std::logic_error{"no such resource"};
}

// Two nodes, one of them with a way to a node `far` behind it, on which `a` runs.
inline imported behind(std::string resources, std::string on_n1) {
  auto status = [](std::string id, std::string name, std::string as, std::string what) {
    return "<node_state id=\"" + id + "\" uname=\"" + name + "\" " + as + "><lrm id=\"" + id + "\"><lrm_resources>" +
           what + "</lrm_resources></lrm></node_state>";
  };
  std::string up = R"(in_ccm="true" crmd="online" join="member" expected="member")";
  return imported_from(
      R"(<cib have-quorum="1"><configuration><crm_config><cluster_property_set id="o"><nvpair id="s" name="stonith-enabled"
      value="false"/></cluster_property_set></crm_config><nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes><resources>)" +
      resources + primitive("a", "D") +
      R"(</resources><constraints><rsc_location id="l" rsc="a" node="n1" score="-INFINITY"/></constraints></configuration><status>)" +
      status("1", "n1", up, on_n1 + reported("a", "D", op("a", "monitor", "0", "7"))) + status("2", "n2", up, "") +
      status("far", "far", R"(remote_node="true")", reported("a", "D", op("a", "start", "0", "0"))) +
      "</status></cib>");
}

// A bundle of one replica, which its guest reported last; there is no fence device.
inline imported replica_without_container() {
  auto text = cib_with("");
  text.insert(text.find("</resources>"),
              R"(<bundle id="box"><podman image="i" replicas="1"/><network control-port="3121"/>
      <primitive id="in" class="ocf" provider="p" type="D"/></bundle>)");
  text.replace(text.find("\"false\""), 7, "\"true\""); // fencing: then a guest that is gone is asked what it had
  text.insert(text.find("</status>"),
              R"(<node_state id="box-0" uname="box-0" remote_node="true"><lrm id="box-0"><lrm_resources>)" +
                  reported("in", "D", op("in", "start", "0", "0")) + "</lrm_resources></lrm></node_state>");
  return imported_from(text);
}

} // namespace troupe::simulate::cib_fixture
