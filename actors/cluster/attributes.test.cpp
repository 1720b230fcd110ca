#include "actors/cluster/attributes.hpp"

#include "actors/cluster/script.hpp"
#include "actors/cluster/state_codec.hpp"

#include <doctest/doctest.h>

namespace troupe::cluster::attributes_test {

using namespace test;
using command::attribute_item;
using command::lifetime;

refusal note(script& c, const char* node, lifetime lasts, const char* name, std::optional<std::string> value) {
  return c.say(command::attributes{{{node_name{node}, lasts, name, std::move(value)}}});
}
const std::string* said(const script& c, const char* node, lifetime lasts, const char* name) {
  return attribute_of(c.s, node_name{node}, lasts, name);
}
std::optional<score> redis_on(const script& c, const char* node) {
  return promotion_score(c.s, resource_name{"redis"}, node_name{node});
}

TEST_CASE("attributes are noted, changed and erased; an equal value leaves the record as it is") {
  script c;
  c.assemble();
  CHECK(note(c, "n1", lifetime::reboot, "a", "1") == refusal::none);
  CHECK(*said(c, "n1", lifetime::reboot, "a") == "1");
  CHECK_FALSE(said(c, "n1", lifetime::forever, "a"));
  auto version = c.s.version_of(attribute_key{node_name{"n1"}, lifetime::reboot, "a"});
  note(c, "n1", lifetime::reboot, "a", "1");
  CHECK(c.s.version_of(attribute_key{node_name{"n1"}, lifetime::reboot, "a"}) == version);
  CHECK(note(c, "", lifetime::forever, "primary", "n2") == refusal::none);
  CHECK(*said(c, "", lifetime::forever, "primary") == "n2");
  CHECK(note(c, "n1", lifetime::reboot, "a", std::nullopt) == refusal::none);
  CHECK_FALSE(said(c, "n1", lifetime::reboot, "a"));
}

TEST_CASE("what may not be noted is refused") {
  script c;
  c.assemble();
  CHECK(note(c, "n9", lifetime::reboot, "a", "1") == refusal::unknown_node);
  CHECK(note(c, "", lifetime::reboot, "a", "1") == refusal::unknown_node); // a cluster has no boot
  CHECK(note(c, "n1", lifetime::reboot, "", "1") == refusal::too_large);
  CHECK(note(c, "n1", lifetime::reboot, std::string(256, 'x').c_str(), "1") == refusal::too_large);
  CHECK(note(c, "n1", lifetime::reboot, "a", std::string(4097, 'x')) == refusal::too_large);
  command::attributes many;
  for (std::size_t i = 0; i <= command::max_attribute_items; ++i)
    many.items.push_back({node_name{"n1"}, lifetime::reboot, "a" + std::to_string(i), "1"});
  CHECK(c.say(many) == refusal::too_large);
  many.items.resize(command::max_attribute_items);
  for (std::size_t all = 0; all < max_attributes; all += many.items.size()) {
    for (std::size_t i = 0; i < many.items.size(); ++i) many.items[i].name = "a" + std::to_string(all + i);
    CHECK(c.say(many) == refusal::none);
  }
  CHECK(note(c, "n1", lifetime::reboot, "one more", "1") == refusal::too_large);
  CHECK(note(c, "n1", lifetime::reboot, "a0", "2") == refusal::none); // no new one
  CHECK(note(c, "n2", lifetime::reboot, "one more", "1") == refusal::none);
}

TEST_CASE("what lasts until a restart goes with the node; a new session on the same boot keeps it") {
  script c;
  c.assemble();
  auto both = [&](const char* n) {
    note(c, n, lifetime::reboot, "a", "1");
    note(c, n, lifetime::forever, "a", "2");
  };
  both("n1");
  c.join("n1"); // the daemon was restarted: its services go on, and so do their scores
  CHECK(said(c, "n1", lifetime::reboot, "a"));
  c.lose("n1");
  CHECK_FALSE(said(c, "n1", lifetime::reboot, "a"));
  CHECK(*said(c, "n1", lifetime::forever, "a") == "2");
  both("n2");
  c.join("n2", 2); // another boot
  CHECK_FALSE(said(c, "n2", lifetime::reboot, "a"));
  CHECK(said(c, "n2", lifetime::forever, "a"));
  both("n3");
  c.say(command::node_left{node_name{"n3"}, c.session("n3")}, "n3");
  CHECK_FALSE(said(c, "n3", lifetime::reboot, "a"));
  CHECK(said(c, "n3", lifetime::forever, "a"));
}

TEST_CASE("promotion scores: what an agent said until a restart goes first, then for ever, then as configured") {
  auto with = three_nodes();
  with.nodes[0].attributes["master-redis"] = "3";
  script c{with};
  c.assemble();
  CHECK(redis_on(c, "n1") == score{3});
  CHECK_FALSE(redis_on(c, "n2"));
  note(c, "n1", lifetime::forever, "master-redis", "5");
  CHECK(redis_on(c, "n1") == score{5});
  note(c, "n1", lifetime::reboot, "master-redis", "-INFINITY");
  CHECK(redis_on(c, "n1") == score::minus_infinity());
  CHECK(promoted_by(c.s, "master-redis"));
  CHECK_FALSE(promoted_by(c.s, "master-db")); // not promotable
  CHECK_FALSE(promoted_by(c.s, "site"));
}

TEST_CASE("scores as agents write them") {
  CHECK(score_of("10") == score{10});
  CHECK(score_of("-1") == score{-1});
  CHECK(score_of("+7") == score{7});
  CHECK(score_of("INFINITY") == score::infinity());
  CHECK(score_of("+INFINITY") == score::infinity());
  CHECK(score_of("-INFINITY") == score::minus_infinity());
  CHECK(score_of("99999999") == score::infinity());
  CHECK(score_of("-99999999999999999999") == score::minus_infinity());
  CHECK_FALSE(score_of("much"));
  CHECK_FALSE(score_of("5x"));
  CHECK_FALSE(score_of(""));
}

TEST_CASE("attributes and rounds of notices survive a snapshot") {
  script c;
  c.assemble();
  c.run("redis", "n1");
  note(c, "n1", lifetime::reboot, "master-redis", "10");
  CHECK(c.say(command::notice_begun{resource_name{"redis"},
                                    config::action::start,
                                    {{{node_name{"n2"}}}, {}, {{node_name{"n1"}}}, {}}}) == refusal::none);
  auto read = decode_snapshot(encode_snapshot(c.s));
  REQUIRE(read);
  CHECK(read->content() == c.s.content());
  CHECK(read->find(notices_key{resource_name{"redis"}})->value == c.s.find(notices_key{resource_name{"redis"}})->value);
}

TEST_CASE("a round: who runs is told, then it is done, then they are told again; each stage once") {
  script c;
  c.assemble();
  c.run("redis", "n1");
  c.run("redis", "n2");
  resource_name redis{"redis"};
  auto open = [&]() -> const notices* {
    auto* found = c.s.find(notices_key{redis});
    return found ? &found->value : nullptr;
  };
  auto turn = [&](command::notice_stage from) { return c.say(command::notice_turned{redis, open()->id, from}); };
  auto told = [&](const char* n) { c.report(n, {command::notified{redis, 0, open()->id, open()->stage}}); };
  using enum command::notice_stage;

  CHECK(c.say(command::notice_begun{redis, config::action::start, {{{node_name{"n3"}}}, {}, {}, {}}}) == refusal::none);
  CHECK(c.say(command::notice_begun{redis, config::action::start, {}}) == refusal::round_open);
  CHECK(open()->active.size() == 2);
  CHECK(open()->asked.size() == 2);
  told("n1");
  CHECK(open()->asked.size() == 1);
  told("n1");
  CHECK(open()->asked.contains(node_name{"n2"}));
  CHECK(turn(acting) == refusal::round_closed);
  CHECK(turn(before) == refusal::none);
  CHECK(open()->stage == acting);
  CHECK(open()->asked.empty());
  told("n2"); // late: of a stage that is over
  c.run("redis", "n3");
  CHECK(turn(acting) == refusal::none);
  CHECK(open()->asked.size() == 3);  // the new one as well
  CHECK(open()->active.size() == 2); // as it was when the round began
  CHECK(turn(after) == refusal::none);
  CHECK_FALSE(open());
  CHECK(c.say(command::notice_turned{redis, log_index{5}, after}) == refusal::round_closed);
}

TEST_CASE("where nobody runs there is nobody to tell") {
  script c;
  c.assemble();
  resource_name redis{"redis"};
  c.say(command::notice_begun{redis, config::action::start, {{{node_name{"n1"}}}, {}, {}, {}}});
  CHECK(c.s.find(notices_key{redis})->value.stage == command::notice_stage::acting);
  c.say(command::notice_turned{redis, c.s.index(), command::notice_stage::acting});
  CHECK_FALSE(c.s.find(notices_key{redis}));
}

TEST_CASE("what is found promoted where it should not be counts as promoted [K2]") {
  script c;
  c.assemble();
  c.run("redis", "n1");
  c.run("redis", "n2");
  c.report("n1", {command::monitored{resource_name{"redis"}, 0, false, command::exit_running_promoted, "is promoted"}});
  CHECK(c.held("redis", "n1")->role == config::role::promoted);
  CHECK(c.act(config::action::promote, "redis", "n2") == refusal::would_promote_twice);
  CHECK(c.act(config::action::demote, "redis", "n1") == refusal::none);
  c.done("redis", "n1");
  CHECK(c.act(config::action::promote, "redis", "n2") == refusal::none);
}

TEST_CASE("a probe that finds it failed while promoted counts as promoted [K2]") {
  script c;
  c.assemble();
  c.run("redis", "n2");
  c.join("n1");
  c.probe("n1", "db");
  c.report("n1", {command::probed{resource_name{"redis"}, 0, command::finding::failed, command::exit_failed_promoted}});
  CHECK(c.held("redis", "n1")->role == config::role::promoted);
  CHECK(c.act(config::action::promote, "redis", "n2") == refusal::would_promote_twice);
}

} // namespace troupe::cluster::attributes_test
