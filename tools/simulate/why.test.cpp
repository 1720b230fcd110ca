#include "tools/simulate/why.hpp"

#include "tools/simulate/cib_fixture.hpp"

#include <nlohmann/json.hpp>

namespace troupe::simulate::why_test {

using namespace cib_fixture;

TEST_CASE("why: the score of each node and the rule behind it") {
  auto i = read(R"(<rsc_location id="likes" rsc="a" node="n2" score="7"/>)");
  auto text = why_text(i.input, scheduler::schedule(i.input), "a");
  CHECK(text.find("a: assigned to n2") == 0);
  CHECK(text.find("7 by location likes") != std::string::npos);
  CHECK(why_text(i.input, scheduler::schedule(i.input), "ghost").empty());
}

// The first line about each primitive.
std::string heads(const imported& i, const std::string& name) {
  std::string all, text = why_text(i.input, scheduler::schedule(i.input), name);
  std::size_t at = 0;
  while (at < text.size()) {
    auto end = text.find('\n', at);
    if (text[at] != ' ') all += text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return all;
}

imported with(const std::string& resources, const std::string& constraints = "", const std::string& on_n1 = "",
              const std::string& attributes = "") {
  auto text = cib_with(constraints);
  report_on_n1(text, on_n1);
  text.insert(text.find("</resources>"), resources);
  auto second = text.find("<node_state id=\"2\"");
  if (!attributes.empty())
    text.replace(text.find("/>", second), 2,
                 "><transient_attributes id=\"2\"><instance_attributes id=\"t\">" + attributes +
                     "</instance_attributes></transient_attributes></node_state>");
  return imported_from(text);
}

TEST_CASE("why: of a group each member, in their order") {
  auto i = with("<group id=\"g\">" + primitive("z", "D") + primitive("y", "D") + "</group>",
                R"(<rsc_location id="l" rsc="g" node="n2" score="5"/>)");
  CHECK(heads(i, "g") == "z: assigned to n2\ny: assigned to n2\n");
}

TEST_CASE("why: of a clone what is promoted comes first, then what has a place") {
  auto clone = "<clone id=\"cl\"><meta_attributes id=\"cm\"><nvpair id=\"c1\" name=\"promotable\" value=\"true\"/>"
               "<nvpair id=\"c2\" name=\"clone-max\" value=\"3\"/></meta_attributes>" +
               primitive("in", "D") + "</clone>";
  auto i = with(clone, "", reported("in", "D", op("in", "start", "0", "0")),
                R"(<nvpair id="v" name="master-in" value="7"/>)");
  auto expected = "in:1: assigned to n2, promoted\nin:0: assigned to n1\nin:2: assigned nowhere: unable to assign\n";
  CHECK(heads(i, "cl") == expected);
  CHECK(heads(i, "in") == expected);
  CHECK(heads(i, "in:0") == "in:0: assigned to n1\n");
  CHECK(heads(i, "in:9").empty());
}

TEST_CASE("why: of a bundle each replica, its container before what runs in it") {
  auto i = with(R"(<bundle id="box"><podman image="i" replicas="2"/><network ip-range-start="10.0.0.1"/>)" +
                    primitive("in", "D") + "</bundle>",
                R"(<rsc_location id="l" rsc="box" node="n1" score="-INFINITY"/>)");
  CHECK(heads(i, "box") == "box-podman-0: assigned to n2\nbox-ip-10.0.0.1: assigned to n2\nbox-0: assigned to n2\n"
                           "in:0: assigned to box-0\nbox-podman-1: assigned nowhere: unable to assign\n"
                           "box-ip-10.0.0.2: assigned nowhere: unable to assign\nbox-1: assigned to n1\n"
                           "in:1: assigned to box-1\n");
}

TEST_CASE("why: as JSON, with the same order, and each rule by name") {
  auto i = with("<group id=\"g\">" + primitive("z", "D") + primitive("y", "D") + "</group>",
                R"(<rsc_location id="l" rsc="g" node="n2" score="5"/>)");
  auto j = why_json(i.input, scheduler::schedule(i.input), "g");
  CHECK(j["resource"] == "g");
  REQUIRE(j["primitives"].size() == 2);
  auto& first = j["primitives"][0];
  CHECK(first["resource"] == "z");
  CHECK(first["node"] == "n2");
  CHECK(first["scores"][1]["rules"][0] == nlohmann::json{{"rule", "location"}, {"score", "5"}, {"constraint", "l"}});
  CHECK(first["colocations"][0] ==
        nlohmann::json{{"resource", "y"}, {"with", "z"}, {"score", "INFINITY"}, {"constraint", ""}});
  CHECK(why_json(i.input, scheduler::schedule(i.input), "ghost")["primitives"].empty());
}

} // namespace troupe::simulate::why_test
