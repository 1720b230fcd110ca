// How what is carried out looks, and what only a CIB says about it.
#include "tools/simulate/cib_fixture.hpp"
#include "tools/simulate/why.hpp"

#include <nlohmann/json.hpp>

namespace troupe::simulate::execution_text_test {

using namespace cib_fixture;

std::string execution_of(const imported& i) {
  return execution_text(i.input, scheduler::schedule(i.input));
}

imported with_resources(std::string resources, std::string more = "") {
  auto text = cib_with(std::move(more));
  auto from = text.find("<primitive");
  text.replace(from, text.find("</resources>") - from, std::move(resources));
  return imported_from(text);
}

bool has(const std::string& text, const std::string& line) {
  return text.find("  * " + line + "\n") != std::string::npos;
}

TEST_CASE("execution: each kind of step in the peer's words, and the same as values") {
  auto i = with_resources(
      R"(<clone id="c"><meta_attributes id="cm"><nvpair id="cn" name="notify" value="true"/></meta_attributes>)" +
      primitive("a", "D") + "</clone>");
  i.input.settings.startup_probes = false;
  auto& r = named(i, "c");
  r.clone_max = 1;
  auto text = execution_of(i);
  CHECK(text == "  * Pseudo action:   c_pre_notify_start_0\n"
                "  * Pseudo action:   c_confirmed-pre_notify_start_0\n"
                "  * Pseudo action:   c_start_0\n"
                "  * Resource action: a:0             start on n1\n"
                "  * Pseudo action:   c_running_0\n"
                "  * Pseudo action:   c_post_notify_running_0\n"
                "  * Resource action: a:0             notify on n1\n"
                "  * Pseudo action:   c_confirmed-post_notify_running_0\n"
                "  * Resource action: a:0             monitor=10000 on n1\n");
  std::string of_values;
  auto j = to_json(i.input, scheduler::schedule(i.input));
  for (auto& s : j["executed"]) of_values += "  * " + s["text"].get<std::string>() + "\n";
  CHECK(of_values == text);
  CHECK(j["executed"].back() == nlohmann::json{{"text", "Resource action: a:0             monitor=10000 on n1"},
                                               {"resource", "a:0"},
                                               {"node", "n1"},
                                               {"interval_ms", 10'000},
                                               {"pseudo", false}});
}

TEST_CASE("execution: of two operations with the same name and interval neither recurs") {
  auto with = [](std::string second) {
    return with_resources(R"(<clone id="c"><meta_attributes id="cm"><nvpair id="cp" name="promotable" value="true"/>
        </meta_attributes><primitive id="a" class="ocf" provider="p" type="D"><operations>
        <op id="m1" name="monitor" interval="10s" role="Promoted"/><op id="m2" name="monitor" interval=")" +
                          second + R"(" role="Unpromoted"/></operations></primitive></clone>)");
  };
  auto twice = with("10000ms");
  CHECK(twice.warnings.size() == 1);
  CHECK(execution_of(twice).find("monitor=") == std::string::npos);
  CHECK(has(execution_of(with("11s")), "Resource action: a:0             monitor=11000 on n1"));
}

TEST_CASE("execution: what a bundle implies has the defaults of operations too, and says inside whether it is told") {
  for (std::string notify : {"true", "false"}) {
    auto text = cib_with("");
    text.insert(text.find("</resources>"),
                R"(<bundle id="box"><podman image="i" replicas="1"/><network control-port="3121"/>)" +
                    primitive("in", "D",
                              R"(<meta_attributes id="im"><nvpair id="in1" name="notify" value=")" + notify +
                                  R"("/></meta_attributes>)") +
                    "</bundle>");
    text.insert(text.find("</configuration>"), R"(<op_defaults><meta_attributes id="d"><nvpair id="dt" name="timeout"
        value="90s"/></meta_attributes></op_defaults>)");
    auto i = imported_from(text);
    CHECK(named(i, "box-podman-0").operations[0].timeout_ms == 90'000);
    CHECK(named(i, "box-0").operations[0].timeout_ms == 30'000); // it has its own
    CHECK(named(i, "box-0").operations[0].interval_ms == 30'000);
    CHECK(named(i, "box-clone").notify == (notify == "true"));
    CHECK(has(execution_of(i), "Pseudo action:   box-clone_pre_notify_start_0") == (notify == "true"));
  }
}

TEST_CASE("execution: of a bundle that is looked for only somewhere the containers are, not the connections") {
  auto text = cib_with(R"(<rsc_location id="l" rsc="box" node="n1" score="0" resource-discovery="exclusive"/>)");
  text.insert(text.find("</resources>"),
              R"(<bundle id="box"><podman image="i" replicas="1"/><network control-port="3121"/>)" +
                  primitive("in", "D") + "</bundle>");
  auto done = execution_of(imported_from(text));
  CHECK(has(done, "Resource action: box-podman-0    monitor on n1"));
  CHECK_FALSE(has(done, "Resource action: box-podman-0    monitor on n2"));
  CHECK(has(done, "Resource action: box-0           monitor on n2"));
}

TEST_CASE("execution: a mark that enough is up has the name of its constraint, or of its set") {
  auto set = read(R"(<rsc_order id="o"><resource_set id="s1" require-all="false" sequential="false">
      <resource_ref id="a"/><resource_ref id="b"/></resource_set><resource_set id="s2"><resource_ref id="c"/>
      </resource_set></rsc_order>)");
  CHECK(has(execution_of(set), "Pseudo action:   one-or-more:s1"));
  auto minimum = with_resources(
      R"(<clone id="cl"><meta_attributes id="m"><nvpair id="m1" name="clone-min" value="1"/></meta_attributes>)" +
          primitive("a", "D") + "</clone>" + primitive("b", "D"),
      R"(<rsc_order id="o" first="cl" then="b"/>)");
  CHECK(has(execution_of(minimum), "Pseudo action:   clone-one-or-more:o"));
}

TEST_CASE("execution: a node of the cluster is looked at whatever is said, one behind a connection without fencing") {
  for (bool fencing : {false, true}) {
    auto text = cib_with("");
    auto off = [](std::string id) {
      return "<instance_attributes id=\"" + id + "\"><nvpair id=\"" + id +
             "d\" name=\"resource-discovery-enabled\" value=\"false\"/></instance_attributes>";
    };
    text.replace(text.find("uname=\"n2\"/>"), 12,
                 "uname=\"n2\">" + off("x") + "</node><node id=\"far\" uname=\"far\" type=\"remote\">" + off("y") +
                     "</node>");
    text.insert(text.find("</resources>"), primitive("far", "remote"));
    if (fencing) text.replace(text.find("\"false\""), 7, "\"true\"");
    auto i = imported_from(text);
    for (auto& n : i.input.nodes) CHECK(n.discovery == (n.name != "far" || !fencing));
  }
}

} // namespace troupe::simulate::execution_text_test
