#include "actors/cluster/front_desk.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::front_desk_test {

using namespace std::chrono_literals;

const node_name n1{"n1"}, n2{"n2"};
const instant start{1h};

command::command standby(const char* node) {
  return {{}, command::directive{.kind = command::directive_kind::standby, .subject = node}};
}
std::string subject(const front_desk::delivery& d) { return std::get<command::directive>(d.what.what).subject; }

TEST_CASE("a command waits for a leader, goes to it once, and again when no outcome comes") {
  front_desk desk{100ms};
  auto t = desk.submit("a", standby("x"), client_id{7});
  REQUIRE(t);
  CHECK(desk.due(start).empty());
  CHECK_FALSE(desk.next_deadline());
  desk.leader_is(n1);
  auto first = desk.due(start);
  REQUIRE(first.size() == 1);
  CHECK(first[0].to == n1);
  CHECK(first[0].what.from.client == client_id{7});
  CHECK(first[0].what.from.sequence == 1);
  CHECK(desk.next_deadline() == start + 100ms);
  CHECK(desk.due(start + 99ms).empty());
  auto again = desk.due(start + 100ms);
  REQUIRE(again.size() == 1);
  CHECK(again[0].what == first[0].what); // the same number: answered, not repeated
  CHECK(desk.answered(client_id{7}, 1) == t);
  CHECK_FALSE(desk.answered(client_id{7}, 1)); // exactly once
  CHECK(desk.due(start + 1h).empty());
}

TEST_CASE("what has no outcome is brought ever more rarely, and at once when it may be lost") {
  front_desk desk{100ms};
  desk.leader_is(n1);
  desk.submit("a", standby("x"), client_id{7});
  std::vector<duration> at;
  for (auto now = start; now < start + 4s; now = *desk.next_deadline())
    if (!desk.due(now).empty()) at.push_back(now - start);
  CHECK(at == std::vector<duration>{0ms, 100ms, 300ms, 700ms, 1500ms, 2300ms, 3100ms, 3900ms});
  auto now = start + 4s;
  desk.stream_lost(n2); // another's
  CHECK(desk.due(now).empty());
  desk.stream_lost(n1);
  CHECK(desk.due(now).size() == 1);
  CHECK(desk.next_deadline() == now + 100ms);
}

TEST_CASE("one lane is one after the other, two lanes are side by side") {
  front_desk desk{100ms};
  desk.leader_is(n1);
  desk.submit("a", standby("1"), client_id{7});
  desk.submit("a", standby("2"), client_id{8});
  desk.submit("b", standby("3"), client_id{9});
  auto now = desk.due(start);
  REQUIRE(now.size() == 2);
  CHECK(subject(now[0]) == "1");
  CHECK(subject(now[1]) == "3");
  desk.answered(client_id{7}, 1);
  now = desk.due(start);
  REQUIRE(now.size() == 1);
  CHECK(subject(now[0]) == "2");
  CHECK(now[0].what.from.client == client_id{7}); // the lane's, not the second fresh one
  CHECK(now[0].what.from.sequence == 2);
}

TEST_CASE("a new leader is told at once what is in flight") {
  front_desk desk{10s};
  desk.leader_is(n1);
  desk.submit("a", standby("1"), client_id{7});
  desk.due(start);
  desk.leader_is(n1); // no news
  CHECK(desk.due(start + 1ms).empty());
  desk.leader_is(node_name{});
  CHECK(desk.due(start + 1ms).empty());
  desk.leader_is(n2);
  auto now = desk.due(start + 2ms);
  REQUIRE(now.size() == 1);
  CHECK(now[0].to == n2);
  CHECK(now[0].what.from.sequence == 1);
}

TEST_CASE("limits: lanes, and what waits in one") {
  front_desk desk{100ms};
  for (std::size_t i = 0; i < front_desk::max_waiting; ++i) CHECK(desk.submit("a", standby("x"), client_id{7}));
  CHECK_FALSE(desk.submit("a", standby("x"), client_id{7}));
  for (std::size_t i = 1; i < front_desk::max_lanes; ++i)
    CHECK(desk.submit("lane" + std::to_string(i), standby("x"), client_id{100 + i}));
  CHECK_FALSE(desk.submit("one more", standby("x"), client_id{9999}));
  desk.leader_is(n1);
  desk.due(start);
  desk.answered(client_id{101}, 1); // all in that lane: it ends, and makes room
  CHECK(desk.submit("one more", standby("x"), client_id{9999}));
}

TEST_CASE("a closed lane drops what was not sent, and follows what was") {
  front_desk desk{100ms};
  desk.leader_is(n1);
  auto sent = desk.submit("a", standby("1"), client_id{7});
  desk.due(start);
  auto dropped = desk.submit("a", standby("2"), client_id{7});
  CHECK(desk.close("a") == std::vector<ticket>{*dropped});
  CHECK(desk.waiting() == 1);
  CHECK(desk.due(start + 100ms).size() == 1);
  CHECK(desk.answered(client_id{7}, 1) == sent);
  CHECK(desk.waiting() == 0);
  auto unsent = desk.submit("b", standby("3"), client_id{8});
  CHECK(desk.close("b") == std::vector<ticket>{*unsent});
  CHECK(desk.close("b").empty());
  CHECK(desk.waiting() == 0);
}

} // namespace troupe::cluster::front_desk_test
