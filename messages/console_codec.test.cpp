#include "messages/console_codec.hpp"

#include "messages/types/random.hpp"

#include <doctest/doctest.h>

namespace troupe::console_codec_test {

using namespace troupe::console;
using namespace std::chrono_literals;

config::cluster small() {
  config::cluster c;
  c.name = "shop";
  config::node n;
  n.name = node_name{"n1"};
  n.addresses = {{"10.0.0.1", 5410}};
  c.nodes = {n};
  return c;
}

lineage_id some_lineage() {
  lineage_id id;
  id.bytes[15] = std::byte{7};
  return id;
}

// Every field differs from its default.
node_status full_status() {
  cluster_status c;
  c.name = "shop";
  c.lineage = some_lineage();
  c.level = 2;
  c.index = log_index{40};
  c.now = stamp{5s};
  c.configuration = log_index{12};
  c.fencing = config::fencing_policy::off;
  c.members = {{node_name{"n1"}, false, presence::lost, stamp{3s}, "silent", session_id{9}, log_index{8}, 4},
               {node_name{"n2"}, true, presence::joined, {}, {}, session_id{10}, log_index{10}, 0}};
  c.voters = {{node_name{"n1"}, standing::learner}};
  c.holders = {
      {resource_name{"vip"}, 3, node_name{"n2"}, phase::stop_failed, config::role::promoted, 7, config::action::stop}};
  c.failures = {{resource_name{"vip"}, node_name{"n2"}, 2, stamp{4s}, -1, "no route"}};
  c.attempts = {{node_name{"n1"}, node_name{"n2"}, stamp{2s}, "ipmi"},
                {node_name{"n3"}, node_name{"n2"}, stamp{3s}, "no route", true, 7s}};
  c.directives = {
      {command::directive_kind::move, "vip", config::role::started, node_name{"n2"}, "root (0)", "disk", stamp{9s}}};
  c.services = {{resource_name{"vip"},
                 "front",
                 true,
                 config::role::promoted,
                 false,
                 log_index{33},
                 {{node_name{"n2"}, 3, config::role::promoted}},
                 service_state::removed,
                 true,
                 stamp{9s}}};
  c.waits = {{resource_name{"vip"}, 3, node_name{"n2"}, "unclean", "vip on n2 waits"}};
  c.overdue = {
      {resource_name{"vip"}, 3, node_name{"n2"}, config::action::demote, log_index{38}, stamp{1s}, 20s, 25s, false}};
  c.proofs = {{node_name{"n1"},
               log_index{8},
               true,
               true,
               true,
               {device_name{"ipmi"}},
               "no route",
               {resource_name{"vip"}},
               2,
               "vip is broken"}};
  c.left_out = 6;
  c.limits = {2s, 5s, 120s, 10s};
  c.halted = "why";
  return {node_name{"n2"},
          session_id{10},
          "its boot is dead",
          c,
          {part::leader, node_name{"n2"}, slot_number{30}, slot_number{31}, slot_number{20}},
          {{node_name{"n1"}, true, true}},
          {{"wrong key", 5, "10.0.0.9:1", "n4", stamp{77ms}, 3s}},
          {"fence device rack cannot be used from n2: no route"},
          "no space",
          {{"/ocf", "/mine"}, {"/fence"}}};
}

explanation full_explanation() {
  event e{log_index{3}, stamp{8s}, "n1", "", reason::recovery, "start db", refusal::none, {log_index{2}}, {}};
  return {"db",
          {"db runs on n2"},
          {e},
          {log_index{1}},
          true,
          {"db: on n2"},
          {{node_name{"n2"}, "joined", true, -5, 2, true, {{"location", -5}}}},
          {{resource_name{"db"}, 0, node_name{"n2"}, "gated", "db waits"}},
          {"n1: no device"},
          stamp{9s}};
}

plan_answer full_plan() {
  return {log_index{12},
          "no",
          config::fencing_policy::off,
          {{change_kind::changed, "resource db", {"params.port: 1 -> 2"}, true}},
          {{2, "act", resource_name{"db"}, node_name{"n2"}, "start db on n2", "recovery"}},
          {{resource_name{"db"}, 0, node_name{"n2"}, "gated", "db waits"}},
          {"n1: no device"},
          7,
          true,
          stamp{9s}};
}

TEST_CASE("requests come back as they were") {
  std::vector<request> all{ask_status{},
                           ask_actors{},
                           ask_history{77},
                           init{small()},
                           fence{node_name{"n1"}, {}, {}},
                           ask_why{"db"},
                           ask_plan{},
                           ask_plan{small(), {node_name{"n1"}}, {node_name{"n2"}, node_name{"n3"}}},
                           fence{node_name{"n1"}, log_index{0}, "unplugged"},
                           order{command::config_set{log_index{4}, small()}},
                           order{command::directive{.subject = "n1", .lifted = true, .note = "done"}},
                           order{command::cleanup{resource_name{"vip"}, node_name{"n1"}}},
                           ask_attribute{{}, command::lifetime::forever, "primary"},
                           note_attribute{{node_name{"n1"}, command::lifetime::reboot, "master-db", "-INFINITY"}},
                           note_attribute{{node_name{"n1"}, command::lifetime::forever, "site", {}}},
                           ask_attributes{}};
  for (auto& r : all) {
    auto read = decode_request(encode(r));
    REQUIRE(read);
    CHECK(*read == r);
  }
}

TEST_CASE("answers come back as they were") {
  std::vector<answer> all{failed{"no leader"},
                          formed{some_lineage()},
                          ordered{{log_index{8}, refusal::stale_config}},
                          actor_list{{{"node/links", "links", 3, 4, 5ns}, {"node", "root", 0, 1, {}}}, 2},
                          event_list{{{log_index{3},
                                       stamp{8s},
                                       "n1",
                                       "root (0)",
                                       reason::operator_request,
                                       "standby n2",
                                       refusal::none,
                                       {log_index{1}, log_index{2}},
                                       {}}}},
                          node_status{node_name{"n1"}, {}, {}, {}, {}, {}},
                          attribute_value{},
                          attribute_value{"5"},
                          noted{},
                          attribute_list{{{{}, command::lifetime::forever, "primary", "n2"},
                                          {node_name{"n1"}, command::lifetime::reboot, "master-db", ""}},
                                         7},
                          full_explanation(),
                          full_plan(),
                          full_status()};
  for (auto& a : all) {
    auto read = decode_answer(encode(a));
    REQUIRE(read);
    CHECK(*read == a);
  }
}

TEST_CASE("what only a node may say is refused, and another protocol as well") {
  auto read = decode_request(encode(order{command::node_lost{node_name{"n1"}, {}, "I say so"}}));
  REQUIRE_FALSE(read);
  CHECK(read.error().text.find("a command that only a node may give") != std::string::npos);

  auto bytes = encode(ask_status{});
  auto other = bytes;
  bool refused = false;
  for (auto& b : other) {
    if (b != std::byte{protocol}) continue;
    auto kept = std::exchange(b, std::byte{9});
    auto answer = decode_request(other);
    refused |= !answer && answer.error().text.find("the command 9; use those of one version") != std::string::npos;
    b = kept;
  }
  CHECK(refused);
}

TEST_CASE("damage ends in an error or in a value, never in a crash") {
  random_source random(5);
  for (auto& good : {encode(full_status()), encode(full_explanation()), encode(full_plan()),
                     encode(order{command::config_set{log_index{4}, small()}})}) {
    for (int i = 0; i < 3000; ++i) {
      auto bad = good;
      for (std::uint64_t n = 1 + random.below(3); n > 0; --n)
        bad[random.below(bad.size())] = static_cast<std::byte>(random.below(256));
      (void)decode_request(bad);
      (void)decode_answer(bad);
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
      CHECK_FALSE(decode_answer(byte_view(good).first(size)));
      CHECK_FALSE(decode_request(byte_view(good).first(size)));
    }
  }
}

TEST_CASE("a text is cut between characters") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdefg", 6) == "abc...");
  CHECK(cut("ab\u00e4defg", 6) == "ab..."); // its two bytes lie at 2 and 3: the end
  CHECK(cut("a\u00e4xdefg", 6) == "a\u00e4...");
}

TEST_CASE("frames: cut anywhere, joined, too large") {
  auto one = encode(ask_status{}), two = encode(ask_history{3});
  auto stream = frame(one);
  auto second = frame(two);
  stream.insert(stream.end(), second.begin(), second.end());
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    frame_reader reader(max_request);
    std::vector<byte_buffer> got;
    for (auto piece : {byte_view(stream).first(cut), byte_view(stream).subspan(cut)}) {
      reader.feed(piece);
      for (auto next = reader.next(); next && *next; next = reader.next()) got.push_back(**next);
    }
    CHECK(got == std::vector{one, two});
    CHECK(reader.held() == 0);
  }
  for (std::uint32_t size : {0u, 101u, UINT32_MAX}) {
    frame_reader reader(100);
    byte_buffer head;
    put_le(head, size);
    reader.feed(head);
    CHECK_FALSE(reader.next());
  }
}

} // namespace troupe::console_codec_test
