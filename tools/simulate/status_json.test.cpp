#include "tools/simulate/status_json.hpp"

#include "tools/simulate/cib_fixture.hpp"

#include <nlohmann/json.hpp>

namespace troupe::simulate::status_json_test {

using namespace cib_fixture;

TEST_CASE("status: the same as values") {
  auto text = cib_with("");
  report_on_n1(text, reported("a", "D", op("a", "start", "0", "0")));
  auto i = imported_from(text);
  auto j = reported_json(i.input, true);
  REQUIRE(j["nodes"].size() == 2);
  CHECK(j["nodes"][0] == nlohmann::json{{"name", "n1"},
                                        {"kind", "cluster"},
                                        {"online", true},
                                        {"unclean", false},
                                        {"pending", false},
                                        {"standby", false},
                                        {"maintenance", false}});
  REQUIRE(j["resources"].size() >= 2);
  CHECK(j["resources"][0]["name"] == "a");
  CHECK(j["resources"][0]["role"] == "Started");
  CHECK(j["resources"][0]["nodes"] == nlohmann::json{"n1"});
  CHECK(j["resources"][0]["under_way"].is_null());
  CHECK(j["resources"][1]["role"] == "Stopped");
  CHECK(j["resources"][1]["nodes"].empty());
}

} // namespace troupe::simulate::status_json_test
