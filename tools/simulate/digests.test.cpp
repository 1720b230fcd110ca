// What the peer writes down of an operation's parameters and of who asked for it, and what it means when they change.
#include "tools/simulate/digests.hpp"

#include "actors/scheduler/schedule.hpp"
#include "tools/simulate/cib_fixture.hpp"
#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/transition_key.hpp"

namespace troupe::simulate::digests_test {

using namespace cib_fixture;

TEST_CASE("digests: as the peer writes them down") {
  CHECK(md5_hex(parameters_element({})) == "f2317cad3d54cec5d7d7aa7d0bf35cf8");
  CHECK(md5_hex(parameters_element({{"ip", "127.0.0.10"}})) == "21ccbd2b8e65014ca7b36a2070642a2e");
  CHECK(parameters_element({{"b", "<&>"}, {"a", "1"}}) == " <parameters a=\"1\" b=\"&lt;&amp;&gt;\"/>\n");
}

TEST_CASE("digests: a monitor that goes on with other parameters restarts nothing, but unfences if it is a device's") {
  for (std::string parameters : {" CRM_meta_timeout=\"20000\"", " CRM_meta_timeout=\"20000\" old=\"1\""})
    for (bool unfences : {true, false}) {
      auto text = cib_with("");
      auto record = op("a", "monitor", "10000", "0");
      auto digest = md5_hex(" <parameters" + parameters + "/>\n");
      record.replace(record.find("f2317cad3d54cec5d7d7aa7d0bf35cf8"), 32, digest);
      report_on_n1(text, reported("a", "D", record));
      auto i = imported_from(text);
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
    auto i = imported_from(text);
    REQUIRE(i.input.histories.size() == 1);
    CHECK(i.input.histories[0].operations[0].outdated_failure == (parameters.find("old") != std::string::npos));
  }
}

TEST_CASE("digests: that only secrets may differ spares a restart, not the failure that came before") {
  auto text = cib_with("");
  auto record = op("a", "start", "0", "1");
  auto none = md5_hex(" <parameters/>\n");
  record.replace(record.find("f2317cad3d54cec5d7d7aa7d0bf35cf8"), 33,
                 md5_hex("another") + "\" op-secure-params=\" passwd \" op-secure-digest=\"" + none + "\"");
  auto id = record.find("id=\"") + 4;
  record.replace(id, record.find('"', id) - id, "a_last_failure_0");
  report_on_n1(text, reported("a", "D", record));
  auto i = imported_from(text);
  REQUIRE(i.input.histories.size() == 1);
  CHECK(i.input.histories[0].operations[0].params == scheduler::definition::same);
  CHECK(i.input.histories[0].operations[0].outdated_failure);
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
    auto i = imported_from(text);
    bool restarts = summary_of(i).find("Restart    in:0 ( n1 )") != std::string::npos;
    CHECK(restarts == (wide == "3"));
  }
}

} // namespace troupe::simulate::digests_test
