#include "actors/console/inquiry/why.hpp"

#include "actors/cluster/script.hpp"
#include "actors/history/describe.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace troupe::why_test {

using namespace troupe::console;
using cluster::test::script;
using lines = std::vector<std::string>;
using namespace std::chrono_literals;

// A cluster whose every command is in its history.
struct told : script {
  std::vector<event> history;

  explicit told(std::vector<config::group> groups = {}) {
    auto c = cluster::test::three_nodes();
    for (auto& r : c.resources)
      if (!groups.empty()) r.promotable.reset();
    c.groups = std::move(groups);
    config::fence_device d;
    d.name = device_name{"ipmi-n1"};
    d.targets = {node_name{"n1"}};
    c.devices = {d};
    static_cast<script&>(*this) = script(c);
    assemble();
  }
  // Says it, and keeps it; returns its index.
  log_index with(command::body what, reason why, std::vector<log_index> causes, const char* by = "n2",
                 std::optional<std::string> user = {}) {
    clock += 10ms;
    command::command c;
    c.from.at = clock;
    c.from.by = {node_name{by}, std::move(user)};
    c.from.why = why;
    c.from.causes = std::move(causes);
    c.what = std::move(what);
    last = cluster::apply(s, s.index().next(), c);
    REQUIRE_MESSAGE(last.answer.refused == refusal::none, name_of(last.answer.refused));
    history.push_back(history::event_of(s.index(), c, last.answer.refused));
    return s.index();
  }
  log_index assigned(const char* r, const char* n, std::vector<log_index> causes) {
    return with(command::assigned{{{resource_name{r}, {{node_name{n}}}}}}, reason::placement, std::move(causes));
  }
  log_index started(const char* r, const char* n, reason why, std::vector<log_index> causes) {
    auto act = with(command::act{cell(r, n), config::action::start, session(n), {}}, why, std::move(causes));
    return with(command::report{node_name{n},
                                session(n),
                                node(n).reports + 1,
                                {command::act_done{resource_name{r}, 0, act, command::act_end::ok, 0, ""}}},
                reason::result, {act}, n);
  }
  // "+3 start db on n2 <- 1 2": indices since `zero`.
  lines chain(const explanation& e, log_index zero) const {
    lines out;
    for (auto& c : e.chain) {
      auto text = fmt::format("+{} {}", c.index.value - zero.value, c.what);
      if (!c.causes.empty()) text += " <-";
      for (auto& cause : c.causes) text += fmt::format(" {}", cause.value - zero.value);
      out.push_back(text);
    }
    return out;
  }
};

TEST_CASE("why a service runs where it runs: from its start to the node that was lost") {
  told c;
  auto zero = c.s.index();
  auto first = c.assigned("db", "n1", {});
  c.started("db", "n1", reason::placement, {first});
  auto lost =
      c.with(command::node_lost{node_name{"n1"}, c.session("n1"), "no answer for 2.1s"}, reason::node_silent, {});
  auto second = c.assigned("db", "n2", {lost});
  auto attempt = c.with(command::fence_attempt{node_name{"n1"}, c.node("n1").boot, node_name{"n2"}, c.session("n2"), 1},
                        reason::fence_unclean, {lost});
  auto proof = c.with(command::fence_proof{node_name{"n1"}, c.node("n1").boot, config::proof_kind::power, attempt,
                                           "off, read back as off"},
                      reason::result, {attempt});
  c.started("db", "n2", reason::recovery, {second, proof});
  c.with(command::directive{.subject = "n3"}, reason::operator_request, {}, "n2", "alice (1000)"); // of no concern

  auto why = explain(c.s, c.history, "db");
  REQUIRE(why);
  CHECK(why->now == lines{"db runs on n2", "db belongs on n2"});
  auto boot = c.node("n1").boot.value;
  CHECK(c.chain(*why, zero) == lines{"+9 n2 reports: db act " + std::to_string(zero.value + 8) + " done <- 8",
                                     "+8 start db on n2 <- 5 7",
                                     fmt::format("+7 boot {} of n1 is dead (power): off, read back as off <- 6", boot),
                                     "+6 fencing of n1 by n2, level 1 <- 4", "+5 assigned: db -> n2 <- 4",
                                     "+4 n1 is lost: no answer for 2.1s"});
  CHECK(why->forgotten.empty());
  CHECK(why->placement.at(0) == "db: on n2: the only node that may run it");
  REQUIRE(why->nodes.size() == 3);
  CHECK(why->nodes[0].use == "down");
  CHECK(why->nodes[0].out);
  CHECK(why->nodes[1].chosen);
  CHECK(why->waits.empty());
}

TEST_CASE("why a service does not run: what it waits for, what an operator has said, what failed") {
  told c;
  auto first = c.assigned("db", "n1", {});
  c.started("db", "n1", reason::placement, {first});
  auto lost = c.with(command::node_lost{node_name{"n1"}, c.session("n1"), "silent"}, reason::node_silent, {});
  c.assigned("db", "n2", {lost});
  auto at = c.clock;
  c.with(
      command::directive{.kind = command::directive_kind::move, .subject = "db", .to = node_name{"n3"}, .note = "disk"},
      reason::operator_request, {}, "n2", "alice (1000)");
  auto why = explain(c.s, c.history, "db");
  REQUIRE(why);
  REQUIRE(why->now.size() == 4);
  CHECK(why->now[0] == "db runs on n1 (when it was last heard)");
  CHECK(why->now[1].starts_with("n1 is lost since 1970-01-01 00:16:40."));
  CHECK(why->now[1].ends_with("Z: silent"));
  CHECK(why->now[2] == "db belongs on n2");
  CHECK(why->now[3] == "db is wanted on n3, by alice (1000): disk");
  REQUIRE(why->waits.size() == 2);
  CHECK(why->waits[1].what == "db on n2 waits: what runs on n1 is not known until it is proved dead or returns");
  CHECK(at < c.clock);
}

TEST_CASE("why a node is lost, and what it still holds") {
  told c;
  auto zero = c.s.index();
  c.started("db", "n1", reason::placement, {c.assigned("db", "n1", {})});
  c.with(command::node_lost{node_name{"n1"}, c.session("n1"), "silent"}, reason::node_silent, {});
  auto why = explain(c.s, c.history, "n1");
  REQUIRE(why);
  REQUIRE(why->now.size() == 2);
  CHECK(why->now[0].starts_with("n1 is lost since "));
  CHECK(why->now[1] == "db runs on n1 (when it was last heard)");
  CHECK(c.chain(*why, zero) == lines{"+4 n1 is lost: silent"});
  REQUIRE(why->others.size() == 1);
  CHECK(why->others[0].starts_with("n1: "));
  CHECK(why->nodes.empty());
}

TEST_CASE("why a node was gone that is back: what its last boot died of") {
  told c;
  c.started("db", "n1", reason::placement, {c.assigned("db", "n1", {})});
  auto zero = c.s.index();
  auto boot = c.node("n1").boot;
  auto lost = c.with(command::node_lost{node_name{"n1"}, c.session("n1"), "silent"}, reason::node_silent, {});
  auto attempt = c.with(command::fence_attempt{node_name{"n1"}, boot, node_name{"n2"}, c.session("n2"), 1},
                        reason::fence_unclean, {lost});
  c.with(command::fence_proof{.target = node_name{"n1"}, .boot = boot, .kind = config::proof_kind::power, .attempt = attempt},
         reason::result, {});
  c.join("n1", 2);
  auto why = explain(c.s, c.history, "n1");
  REQUIRE(why);
  REQUIRE(why->now.size() >= 2);
  CHECK(why->now[0] == "n1 has joined");
  CHECK(why->now[1] == fmt::format("its boot {} was proved dead: fencing of n1 by n2 (attempt {})", boot.value, attempt.value));
  CHECK(c.chain(*why, zero) == lines{"+3 boot 1 of n1 is dead (power) <- 2", "+2 fencing of n1 by n2, level 1 <- 1", "+1 n1 is lost: silent"});
}

TEST_CASE("and if no device could prove it dead") {
  told c;
  c.started("db", "n1", reason::placement, {c.assigned("db", "n1", {})});
  auto zero = c.s.index();
  auto boot = c.node("n1").boot;
  auto lost = c.with(command::node_lost{node_name{"n1"}, c.session("n1"), "silent"}, reason::node_silent, {});
  auto attempt = c.with(command::fence_attempt{node_name{"n1"}, boot, node_name{"n2"}, c.session("n2"), 1},
                        reason::fence_unclean, {lost});
  c.with(command::fence_failed{node_name{"n1"}, attempt, "no power strip"}, reason::result, {});
  c.join("n1", 2);
  auto why = explain(c.s, c.history, "n1");
  REQUIRE(why);
  REQUIRE(why->now.size() >= 2);
  CHECK(why->now[1] == fmt::format("its boot {} was to be proved dead, in vain: fencing of n1 by n2 (attempt {})", boot.value,
                                   attempt.value));
  CHECK(c.chain(*why, zero).back() == "+1 n1 is lost: silent");
}

TEST_CASE("what has failed is tried again, after a pause that nobody else waits for") {
  told c;
  auto first = c.assigned("db", "n1", {});
  c.with(command::act{c.cell("db", "n1"), config::action::start, c.session("n1"), {}}, reason::placement, {first});
  c.done("db", "n1", command::act_end::failed, 1);
  auto why = explain(c.s, c.history, "db");
  REQUIRE(why);
  CHECK(why->others == lines{"db is tried again after a pause, which grows with its failures; what was mended is tried at "
                             "once after `troupe cleanup db`"});
}

TEST_CASE("why nobody is promoted yet: a start is under way") {
  told c; // redis is promotable
  c.assigned("redis", "n1", {});
  auto act =
      c.with(command::act{c.cell("redis", "n1"), config::action::start, c.session("n1"), {}}, reason::placement, {});
  const std::string waits = "redis: nobody is promoted before its starts that are under way have ended";
  CHECK(explain(c.s, c.history, "redis")->others == lines{waits});
  c.with(command::report{node_name{"n1"},
                         c.session("n1"),
                         c.node("n1").reports + 1,
                         {command::act_done{resource_name{"redis"}, 0, act, command::act_end::ok, 0, ""}}},
         reason::result, {act}, "n1");
  CHECK(explain(c.s, c.history, "redis")->others.empty());
}

TEST_CASE("why a group is as it is: its members, one after the other") {
  told c({{config::group_name{"front"}, {resource_name{"db"}, resource_name{"redis"}}, {}}});
  auto zero = c.s.index();
  auto both = c.with(command::assigned{{{resource_name{"db"}, {{node_name{"n2"}}}},
                                        {resource_name{"redis"}, {{node_name{"n2"}}}}}},
                     reason::placement, {});
  c.started("db", "n2", reason::placement, {both});
  auto why = explain(c.s, c.history, "front");
  REQUIRE(why);
  CHECK(why->subject == "front");
  CHECK(why->now == lines{"db runs on n2", "db belongs on n2", "redis belongs on n2"});
  CHECK(c.chain(*why, zero).back() == "+1 assigned: db -> n2; redis -> n2");
  CHECK(why->placement.at(0).starts_with("db: on n2: "));
  CHECK(std::any_of(why->placement.begin(), why->placement.end(), [](auto& l) { return l.starts_with("redis: on n2: "); }));
}

TEST_CASE("what no node may run belongs nowhere, also if it never had a place") {
  told c;
  CHECK(explain(c.s, c.history, "db")->now == lines{"nobody has decided yet where db belongs"});
  for (auto n : {"n1", "n2", "n3"})
    c.operator_says(command::directive{.kind = command::directive_kind::standby, .subject = n});
  CHECK(explain(c.s, c.history, "db")->now == lines{"db belongs nowhere"});
}

TEST_CASE("what is no longer configured: what has failed and what was said of it, with what forgets it") {
  told c({{config::group_name{"front"}, {resource_name{"db"}}, {}}});
  auto first = c.assigned("db", "n1", {});
  c.with(command::act{c.cell("db", "n1"), config::action::start, c.session("n1"), {}}, reason::placement, {first});
  c.done("db", "n1", command::act_end::failed, 1);
  for (auto subject : {"db", "front"})
    c.with(command::directive{.kind = command::directive_kind::move, .subject = subject, .to = node_name{"n3"}},
           reason::operator_request, {}, "n2", "alice (1000)");
  auto next = c.s.config().value;
  next.groups.clear();
  std::erase_if(next.resources, [](auto& r) { return r.name.text == "db"; });
  c.with(command::config_set{c.s.version_of(cluster::configuration_key{}), next}, reason::operator_request, {});

  auto check = [](const explanation& why) {
    CHECK(std::find(why.now.begin(), why.now.end(), "db is no longer configured") != why.now.end());
    REQUIRE(why.now.size() >= 3);
    auto& failed = why.now[why.now.size() - 2];
    CHECK(failed.starts_with("db failed once on n1, last "));
    CHECK(failed.ends_with(" (no longer configured; `troupe cleanup db` forgets it)"));
    CHECK(why.now.back() == "db is wanted on n3, by alice (1000) (no longer configured; `troupe unmove db` lifts it)");
  };
  auto held = explain(c.s, c.history, "db"); // what has failed has to be stopped there
  REQUIRE(held);
  CHECK(held->now[0] == "db failed on n1 (exit code 1), and has to be stopped there");
  check(*held);

  auto stop =
      c.with(command::act{c.cell("db", "n1"), config::action::stop, c.session("n1"), {}}, reason::placement, {});
  REQUIRE(stop.value > 0);
  c.done("db", "n1", command::act_end::ok, 0);
  auto gone = explain(c.s, c.history, "db");
  REQUIRE(gone);
  CHECK(gone->now.size() == 3);
  check(*gone);
  auto group = explain(c.s, c.history, "front");
  REQUIRE(group);
  CHECK(group->now == lines{"front is no longer configured", "front is wanted on n3, by alice (1000) (no longer "
                                                             "configured; `troupe unmove front` lifts it)"});
}

TEST_CASE("what the history has lost is named; what is nowhere is nothing") {
  told c;
  auto first = c.assigned("db", "n1", {});
  c.history.clear();
  auto why = explain(c.s, c.history, "db");
  REQUIRE(why);
  CHECK(why->chain.empty());
  CHECK(why->forgotten == std::vector{first});
  CHECK_FALSE(explain(c.s, c.history, "nothing"));
}

} // namespace troupe::why_test
