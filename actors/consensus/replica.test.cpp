// What a replica does beside being safe: it elects, keeps leading, steps down, catches up, keeps its limits.
#include "actors/consensus/testing/cluster.hpp"

#include <doctest/doctest.h>

namespace troupe::consensus_replica_test {

using namespace troupe::consensus;
using consensus_testing::cluster;
using consensus_testing::derive;
using strings = std::vector<std::string>;
using namespace std::chrono_literals;

options small() {
  auto o = derive(2s);
  o.window = 4;
  o.max_pending = 3;
  o.max_batch_bytes = 1000;
  o.message_bytes = 100;
  o.chunk_bytes = 100;
  o.snapshot_after = 10;
  o.keep_behind = 2;
  return o;
}

void snapshots(cluster& c) {
  for (auto& n : c.nodes)
    if (n.core && n.wants_snapshot) c.make_snapshot(n);
}

std::optional<instant> heard(cluster& c, std::string_view who, std::string_view of) {
  for (const auto& m : c.core(who).leader_contact())
    if (m.node.text == of) return m.heard;
  return std::nullopt;
}

TEST_CASE("1 to 7 voters: a leader, agreement, and progress while a majority is up, not beyond") {
  for (std::size_t voters : {1u, 2u, 3u, 5u, 7u}) {
    INFO(voters << " voters");
    cluster c{voters, voters};
    REQUIRE(c.pass_until_leader());
    CHECK(c.leader() == "n1"); // the order by name, no duel
    CHECK(c.core("n1").status().promised.round == 1);
    c.propose("n1", "a");
    c.pass(1s);
    for (auto& n : c.nodes) CHECK(c.log_of(n.name.text) == strings{"a"});
    for (std::size_t i = 0; i < (voters - 1) / 2; ++i) c.crash(c.nodes[i]);
    c.pass(3s);
    REQUIRE(!c.leader().empty());
    c.propose(c.leader(), "b");
    c.pass(1s);
    CHECK(c.log_of(c.leader()) == strings{"a", "b"});
    c.crash(c.at(c.leader()));
    c.pass(5s);
    CHECK(c.leader().empty());
    CHECK(c.seen.violation() == "");
  }
}

TEST_CASE("a leader vouches for whom it hears, followers pass its word on, and no word outlives its ticks") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  REQUIRE(c.leader() == "n1");
  using names = std::vector<node_name>;
  const node_name n1{"n1"}, n2{"n2"}, n3{"n3"};
  c.pass(500ms);
  CHECK(c.at("n1").vouched == names{n2, n3});
  CHECK(c.at("n2").vouched == names{n1, n3});
  CHECK(c.at("n3").vouched == names{n1, n2});
  c.isolate("n3");
  c.pass(300ms); // the third tick without an answer, at the latest
  CHECK(c.at("n1").vouched == names{n2});
  CHECK(c.at("n2").vouched == names{n1});
  CHECK(c.at("n3").vouched == names{});
  c.heal();
  c.pass(1s);
  CHECK(c.at(c.leader()).vouched.size() == 2);
  c.crash(c.at(c.leader()));
  c.pass(350ms);
  for (auto& n : c.nodes)
    if (n.core) CHECK(n.vouched == names{});
}

TEST_CASE("an idle leader ticks once per tick, also when slots are chosen meanwhile") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  c.pass(500ms);
  c.pass(50ms); // between two ticks
  auto before = c.at("n1").ticks;
  for (int i = 0; i < 4; ++i) {
    c.propose("n1", std::to_string(i));
    c.pass(490ms); // up to just before the fifth tick after it
  }
  CHECK(c.at("n1").ticks - before == 2 * 20); // to each of two
}

TEST_CASE("another `tolerate` is lived by at once: a leader's ticks, and how soon it is replaced") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  c.pass(1s);
  for (auto tolerate : {20s, 1s}) {
    auto timers = conf::derive({.tolerate = tolerate}).value();
    for (auto& n : c.nodes) n.core->retime(timers);
    c.pass(timers.tick * 40); // what was waited for has passed
    auto& leads = c.at(c.leader());
    auto before = leads.ticks;
    c.pass(timers.tick * 20);
    CHECK(leads.ticks - before >= 2 * 19);
    CHECK(leads.ticks - before <= 2 * 21);
    c.crash(leads);
    c.pass(timers.election_fallback - timers.tick);
    CHECK(c.leader().empty());
    c.pass(timers.election_spread + 2 * timers.tick);
    CHECK_FALSE(c.leader().empty());
    c.restart(leads);
    c.pass(timers.tolerate);
  }
  CHECK(c.seen.violation() == "");
}

TEST_CASE("what is lost is sent again, what comes twice or late counts once") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  for (int i = 0; i < 10; ++i) c.propose("n1", std::to_string(i));
  auto sent = c.wire;
  while (c.lose<accept>("n1", "n2") || c.lose<accept>("n1", "n3")) {
  }
  c.settle();
  CHECK(c.at("n1").applied == slot_number{0});
  c.pass(500ms); // the oldest four of ten, then what has become the oldest
  CHECK(c.at("n1").applied == slot_number{10});
  auto written = c.at("n2").written;
  for (auto it = sent.rbegin(); it != sent.rend(); ++it) c.hand_over(*it);
  c.settle();
  CHECK(c.at("n2").written == written); // nothing is accepted twice
  c.pass(200ms);
  for (auto name : {"n1", "n2", "n3"}) CHECK(c.log_of(name).size() == 10);
  CHECK(c.seen.violation() == "");
}

TEST_CASE("what is slow is not sent again and again: the oldest few slots, each after twice the time before") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  c.settle();
  std::map<slot_number, int> copies; // to n2, of which n1 hears nothing
  c.sync_at_once = false;
  for (int i = 0; i < 10; ++i) c.propose("n1", std::to_string(i));
  for (auto end = c.now + 900ms; c.now < end;) {
    c.wake("n1");
    for (const auto& a : c.flying<accept>("n1", "n2")) ++copies[a.slot];
    c.wire.clear();
  }
  REQUIRE(copies.size() == 10);
  CHECK(copies[slot_number{1}] == 4); // at 0, and after 100, 200 and 400 ms more
  CHECK(copies[slot_number{4}] == 4);
  CHECK(copies[slot_number{5}] == 1);
  CHECK(copies[slot_number{10}] == 1);
}

TEST_CASE("what a broken stream held is sent again at once, and only there") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  for (int i = 0; i < 10; ++i) c.propose("n1", std::to_string(i));
  c.wire.clear();
  c.stream_lost("n1", "n2");
  CHECK(c.flying<accept>("n1", "n2").size() == 10);
  CHECK(c.flying<accept>("n1", "n3").empty());
  c.settle(); // no time passes
  CHECK(c.at("n1").applied == slot_number{10});
  c.wire.clear();
  c.stream_lost("n1", "n2");
  CHECK(c.flying<accept>("n1", "n2").empty());
}

TEST_CASE("a question that a broken stream held is asked again at once; one without answer ever more rarely") {
  cluster c{3, 1, {}, derive(2s), 1};
  REQUIRE(c.pass_until_leader());
  c.pass(200ms);
  c.isolate("n4");
  c.propose("n1", "a");
  c.pass(200ms);
  c.heal();
  std::vector<instant> asked;
  while (asked.size() < 4) {
    c.wake("n1");
    c.wake("n4");
    while (c.deliver<tick>("n1", "n4")) {
    }
    for (auto name : {"n1", "n2", "n3"})
      while (c.lose<learn>("n4", name)) asked.push_back(c.now);
    c.wire.clear();
  }
  for (std::size_t i = 0; i < 3; ++i) CHECK(asked[i + 1] - asked[i] == (1 << i) * 100ms);
  for (auto name : {"n1", "n2", "n3"}) c.stream_lost("n4", name);
  c.settle();
  CHECK(c.log_of("n4") == strings{"a"});
}

TEST_CASE("the detector's suspicion replaces a lost leader at once; without it, silence does") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  c.pass(1s);
  c.crash(c.at("n1"));
  auto lost_at = c.now;
  c.pass(300ms);
  CHECK(c.leader().empty());
  for (auto who : {"n2", "n3"}) c.suspect(who, "n1");
  c.pass(100ms);
  CHECK(c.leader() == "n2"); // first in the order; n3 did not try
  CHECK(c.core("n3").status().now == role::follower);
  // Silence of the lost leader counts from its last word, not from the takeover.
  REQUIRE(heard(c, "n2", "n1").has_value());
  CHECK(*heard(c, "n2", "n1") <= lost_at);
  CHECK(lost_at - *heard(c, "n2", "n1") <= 100ms);
  c.restart(c.at("n1"));
  c.pass(1s);
  CHECK(c.leader() == "n2");
  c.crash(c.at("n2"));
  c.pass(1400ms);
  CHECK(!c.leader().empty());
}

TEST_CASE("what the old leader knew of a silent member, the new one knows too") {
  cluster c{5, 1};
  REQUIRE(c.pass_until_leader());
  c.pass(1s);
  c.crash(c.at("n5"));
  auto lost_at = c.now;
  c.pass(700ms);
  c.crash(c.at("n1"));
  for (auto who : {"n2", "n3", "n4"}) c.suspect(who, "n1");
  c.pass(500ms);
  REQUIRE(c.leader() == "n2");
  REQUIRE(heard(c, "n2", "n5").has_value());
  CHECK(*heard(c, "n2", "n5") <= lost_at + 200ms); // quiet, and a tick
  CHECK(*heard(c, "n2", "n5") >= lost_at - 100ms);
  CHECK(c.now - *heard(c, "n2", "n3") < 200ms);
}

TEST_CASE("contacts: the newest word of anyone counts, and members that left are forgotten") {
  contacts k;
  node_name a{"a"}, b{"b"}, d{"d"};
  k.set_members({a, b, d});
  instant t{1h};
  CHECK(!k.last(a));
  k.ticked({{b, 3s}}, t);
  CHECK(k.last(a) == t);
  CHECK(k.last(b) == t - 3s);
  k.ticked({{b, 4s}, {d, 1s}}, t + 1s);
  CHECK(k.last(b) == t - 3s);
  CHECK(k.last(d) == t); // it was not yet silent then
  k.merge({{b, 2s}, {a, 9s}}, t + 2s);
  CHECK(k.last(b) == t);
  CHECK(k.last(a) == t + 1s);
  k.heard(b, t + 5s);
  CHECK(k.ages(t + 6s, 2s).size() == 2); // b is heard
  k.set_members({b});
  CHECK(!k.last(a));
  CHECK(k.all().size() == 1);
}

TEST_CASE("contacts: who was never heard stays so, from leader to follower to the next leader") {
  contacts leader, follower, next;
  node_name a{"a"}, d{"d"};
  instant t{1h};
  for (auto* k : {&leader, &follower, &next}) k->set_members({a, d});
  leader.heard(a, t);
  auto silent = leader.ages(t + 50ms, 150ms);
  REQUIRE(silent == std::vector<contact>{{d, never_heard}});
  for (int i = 0; i < 3; ++i) follower.ticked(silent, t + i * 50ms);
  CHECK(!follower.last(d));
  CHECK(follower.last(a) == t + 100ms);
  follower.set_members({a, d}); // what the last tick said is settled
  CHECK(!follower.last(d));
  next.merge(follower.ages(t + 1s), t + 1s);
  CHECK(!next.last(d));
  CHECK(next.last(a) == t + 100ms);
  next.heard(d, t + 2s);
  next.merge(follower.ages(t + 3s), t + 3s);
  CHECK(next.last(d) == t + 2s);
  CHECK(next.ages(t + 2s + 3 * never_heard).at(1) == contact{d, never_heard}); // no age is longer than can be said
}

TEST_CASE("a leader without acks of a quorum steps down, and says so") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  c.isolate("n1");
  c.propose("n1", "maybe");
  c.pass(1200ms);
  CHECK_FALSE(c.at("n1").leads);
  CHECK(c.propose("n1", "no") == proposal_result{refused::not_leader});
}

TEST_CASE("a leader that steps down was led until its quorum last answered, however long it has led") {
  cluster c{3, 3};
  REQUIRE(c.pass_until_leader());
  REQUIRE(c.leader() == "n1");
  c.pass(60s);
  auto cut_at = c.now;
  c.isolate("n1");
  c.pass(2s);
  REQUIRE(c.core("n1").leader().empty());
  CHECK(c.core("n1").leader_heard(c.now) >= cut_at - derive(2s).tick);
  CHECK(c.core("n1").leader_heard(c.now) <= cut_at + 100ms);
}

TEST_CASE("a node that alone lost sight of the leader cannot unseat it, nor on its return") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  auto number = c.core("n1").status().promised;
  c.isolate("n3");
  c.suspect("n3", "n1");
  c.pass(20s);
  c.heal();
  for (int i = 0; i < 5 && c.flying<pre_vote>("n3", "n2").empty(); ++i) c.wake("n3");
  REQUIRE(!c.flying<pre_vote>("n3", "n2").empty()); // it asks before it hears the leader again
  c.settle();
  c.suspect("n3", "n1", false);
  c.pass(5s);
  CHECK(c.leader() == "n1");
  for (auto& n : c.nodes) CHECK(n.core->status().promised == number);
  CHECK(c.core("n3").leader() == node_name{"n1"});
}

TEST_CASE("a grant counts that comes when it was asked for again: a round trip may take so long") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  REQUIRE(c.leader() == "n1");
  c.crash(c.at("n1"));
  for (auto n : {"n2", "n3"}) c.suspect(n, "n1");
  c.now += 400ms;
  for (int i = 0; i < 10 && c.flying<pre_vote>("n2", "n3").size() < 2; ++i) c.wake("n2");
  REQUIRE(c.flying<pre_vote>("n2", "n3").size() == 2);
  CHECK(c.deliver<pre_vote>("n2", "n3"));
  SUBCASE("it does") {
    CHECK(c.deliver<pre_vote_answer>("n3", "n2"));
    CHECK(c.core("n2").status().now == role::candidate);
  }
  SUBCASE("not for ever") {
    for (int i = 0; i < 50 && c.flying<pre_vote>("n2", "n3").size() < 4; ++i) c.wake("n2");
    c.now += 2s;
    c.wake("n2");
    CHECK(c.deliver<pre_vote_answer>("n3", "n2"));
    CHECK(c.core("n2").status().now == role::follower);
  }
}

TEST_CASE("partial connectivity settles: who cannot hear the leader is fed by a voter that can") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  c.cut("n1", "n3");
  c.pass(5s);
  auto leader = c.leader();
  REQUIRE(!leader.empty());
  auto number = c.core(leader).status().promised;
  c.propose(leader, "x");
  c.pass(20s);
  CHECK(c.leader() == leader);
  CHECK(c.core(leader).status().promised == number);
  for (auto name : {"n1", "n2", "n3"}) {
    CHECK(c.log_of(name) == strings{"x"});
    CHECK(c.core(name).leader().text == leader);
  }
  // The leader knows that the far one lives, and so does not lose it.
  REQUIRE(heard(c, leader, "n3").has_value());
  CHECK(c.now - *heard(c, leader, "n3") < 300ms);
  c.heal();
  c.pass(3s);
  CHECK(c.core(leader).status().promised == number);
}

TEST_CASE("a one-way link does not keep a cluster without leader") {
  cluster c{3, 1};
  c.cut("n1", "n2", true);
  c.cut("n1", "n3", true); // n1 is heard by nobody
  c.pass(10s);
  REQUIRE(!c.leader().empty());
  CHECK(c.leader() != "n1");
  c.propose(c.leader(), "x");
  c.pass(1s);
  CHECK(c.log_of("n1") == strings{"x"});
}

TEST_CASE("a learner is fed as slots are chosen, and asks for what it missed") {
  cluster c{3, 1, {}, small(), 1};
  REQUIRE(c.pass_until_leader());
  c.pass(200ms);
  c.propose("n1", "a");
  c.settle(); // no time passes
  CHECK(c.log_of("n4") == strings{"a"});
  CHECK(c.core("n4").status().now == role::learner);
  c.crash(c.at("n4"));
  for (int i = 0; i < 7; ++i) c.propose("n1", std::to_string(i));
  c.settle();
  c.restart(c.at("n4"));
  CHECK(c.log_of("n4") == strings{"a"}); // from its own journal
  c.pass(300ms);
  CHECK(c.log_of("n4").size() == 8);
  CHECK(c.at("n4").applied == c.at("n1").applied);
}

TEST_CASE("far behind, a node installs a snapshot fetched in chunks, also when chunks are lost") {
  cluster c{3, 1, {}, small(), 1};
  c.state_bytes = 950;
  REQUIRE(c.pass_until_leader());
  c.crash(c.at("n3"));
  c.crash(c.at("n4"));
  for (int i = 0; i < 30; ++i) {
    c.propose("n1", std::to_string(i));
    c.pass(50ms);
    snapshots(c);
  }
  CHECK(c.core("n1").status().snapshot.value >= 20);
  CHECK(c.core("n1").status().kept <= 13); // snapshot_after + keep_behind, and a little
  c.restart(c.at("n3"));
  c.restart(c.at("n4"));
  std::size_t chunks = 0, lost = 0;
  for (int i = 0; i < 4000 && c.at("n3").applied < c.seen.newest(); ++i) {
    if (c.wire.empty()) {
      c.pass(10ms);
      continue;
    }
    auto f = c.wire.front();
    c.wire.pop_front();
    bool chunk = std::holds_alternative<snapshot_chunk>(f.what.body);
    if (chunk && ++chunks % 4 == 2 && ++lost != 0) continue;
    c.hand_over(f);
    if (chunk && chunks % 4 == 3) c.hand_over(f); // twice
    for (auto& n : c.nodes)
      while (c.sync(n)) {
      }
    if (c.wire.empty()) c.wake("n1");
  }
  c.pass(2s);
  for (auto name : {"n3", "n4"}) CHECK(c.at(name).applied == c.seen.newest());
  for (auto& n : c.nodes) {
    c.crash(n);
    c.restart(n);
    CHECK(n.applied.value >= 20); // the snapshot is in its own journal now
  }
  CHECK(c.seen.violation() == "");
}

TEST_CASE("limits: the window, the queue, the size of a batch; and slots are promised in order") {
  cluster c{3, 1, {}, small()};
  REQUIRE(c.pass_until_leader());
  c.sync_at_once = false;
  for (std::uint64_t i = 1; i <= 7; ++i) CHECK(c.propose("n1", "x") == proposal_result{slot_number{i}});
  CHECK(c.flying<accept>("n1", "n2").size() == 4);
  CHECK(c.core("n1").status().waiting == 3);
  CHECK(c.propose("n1", "x") == proposal_result{refused::queue_full});
  c.sync_at_once = true;
  c.settle();
  CHECK(c.at("n1").applied == slot_number{7});
  CHECK(c.propose("n1", std::string(1000, 'x')) == proposal_result{refused::too_large});
  CHECK(c.propose("n2", "x") == proposal_result{refused::not_leader});
}

TEST_CASE("the window counts bytes too, and one slot goes out whatever it takes") {
  auto o = small();
  o.window_bytes = 500;
  cluster c{3, 1, {}, o};
  REQUIRE(c.pass_until_leader());
  c.sync_at_once = false;
  c.propose("n1", std::string(900, 'x'));
  c.propose("n1", std::string(100, 'y'));
  CHECK(c.flying<accept>("n1", "n2").size() == 1);
  c.sync_at_once = true;
  c.settle();
  CHECK(c.at("n1").applied == slot_number{2});
}

TEST_CASE("a leader whose quorum's disks hang stops its ticks and is replaced or waits; nothing is lost") {
  cluster c{3, 1};
  REQUIRE(c.pass_until_leader());
  c.sync_at_once = false;
  c.propose("n1", "x");
  c.pass(1500ms);
  c.wire.clear();
  auto before = c.now;
  c.wake("n1");
  CHECK(c.now - before <= 1s);
  CHECK(c.flying<tick>("n1", "n2").empty());
  c.sync_at_once = true;
  c.pass(5s);
  REQUIRE(!c.leader().empty());
  CHECK(c.log_of(c.leader()) == strings{"x"});
}

TEST_CASE("a journal that cannot be read is an error, never a guess") {
  auto why = [](std::vector<journal_record> r) {
    auto s = recover(r);
    return s ? "accepted" : s.error().text;
  };
  auto id = identity_record(journal_id{7});
  batch one{{byte_buffer(3)}};
  CHECK(why({}) == "accepted");
  CHECK(why({id, accepted_record(slot_number{1}, {1, journal_id{7}}, one), chosen_record(slot_number{1})}) ==
        "accepted");
  CHECK(why({promise_record({1, journal_id{7}})}).find("whose journal") != std::string::npos);
  CHECK(why({id, chosen_record(slot_number{2})}).find("missing (slot 2)") != std::string::npos);
  for (auto kind : {record_kind::identity, record_kind::promise, record_kind::accepted, record_kind::chosen})
    CHECK(why({id, {kind, slot_number{1}, byte_buffer(3)}}) != "accepted");
  CHECK(why({id, {static_cast<record_kind>(9), slot_number{1}, {}}}).find("unknown kind") != std::string::npos);
  auto cut = accepted_record(slot_number{1}, {1, journal_id{7}}, one);
  for (std::size_t n = 0; n < cut.payload.size(); ++n) {
    auto r = cut;
    r.payload.resize(n);
    CHECK(why({id, r}) != "accepted");
  }
}

} // namespace troupe::consensus_replica_test
