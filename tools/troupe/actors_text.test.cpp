#include "tools/troupe/actors_text.hpp"

#include <doctest/doctest.h>

namespace troupe::actors_text_test {

using namespace std::chrono_literals;

const console::actor_list some{
    {{"node/ledger", "ledger", 0, 12, {}}, {"node/planner", "planner", 3, 7, 1500ms}, {"node/root", "root", 1, 40, {}}},
    2};

TEST_CASE("actors: what each is doing, what waits, and for how long it has been at one message") {
  CHECK(cli::actors_text(some) == R"(PATH          KIND     STATE    WAITING  HANDLED  BUSY FOR
node/ledger   ledger   idle     0        12       -
node/planner  planner  busy     3        7        1.5s
node/root     root     waiting  1        40       -
and 2 more
)");
}

TEST_CASE("actors: the same as JSON") {
  auto json = cli::actors_json(some);
  CHECK(json["left_out"] == 2);
  CHECK(json["actors"][1].dump() == R"({"path":"node/planner","kind":"planner","state":"busy","waiting":3,"handled":7,)"
                                    R"("busy_ms":1500})");
  CHECK(json["actors"][0]["state"] == "idle");
  CHECK(json["actors"][0]["busy_ms"].is_null());
  CHECK(json["actors"][2]["state"] == "waiting");
}

} // namespace troupe::actors_text_test
