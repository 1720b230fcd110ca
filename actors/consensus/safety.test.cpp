// The safety cases of Paxos one by one, each as the shortest schedule that needs the rule it names; and the same
// schedule with the rule planted away, which must go wrong.
#include "actors/consensus/testing/cluster.hpp"

#include <doctest/doctest.h>

namespace troupe::consensus_safety_test {

using namespace troupe::consensus;
using consensus_testing::cluster;
using strings = std::vector<std::string>;

// n1 leads three voters; nothing is in flight.
void elect_n1(cluster& c) {
  REQUIRE(c.pass_until_leader());
  REQUIRE(c.leader() == "n1");
  c.settle();
}

// `name` takes over although the leader lives: only election messages move, and only among those who can hear each
// other.
void take_over(cluster& c, std::string_view name) {
  c.now += std::chrono::milliseconds{1100};
  c.wake(name);
  for (bool busy = true; busy;) {
    busy = false;
    for (auto& n : c.nodes)
      if (n.core) c.sync(n);
    for (std::size_t i = 0; i < c.wire.size(); ++i) {
      auto f = c.wire[i];
      if (f.what.body.index() > message_body{promise{}}.index() || c.is_cut(f.from, f.to)) continue;
      c.wire.erase(c.wire.begin() + static_cast<std::ptrdiff_t>(i));
      c.hand_over(f);
      busy = true;
      break;
    }
  }
}

TEST_CASE("a value that a quorum accepted survives its leader, although no follower knew that it was chosen") {
  auto run = [](plants planted) {
    cluster c{3, 1, planted};
    elect_n1(c);
    c.propose("n1", "x");
    CHECK(c.deliver<accept>("n1", "n2"));
    c.sync(c.at("n1"));
    c.sync(c.at("n2"));
    CHECK(c.deliver<accepted>("n2", "n1"));
    CHECK(c.log_of("n1") == strings{"x"}); // chosen, and only n1 knows
    c.crash(c.at("n1"));
    c.wire.clear();
    take_over(c, "n3");
    c.settle();
    if (c.core("n3").may_propose()) c.propose("n3", "y");
    c.settle();
    return std::pair{c.seen.violation(), c.log_of("n3")};
  };
  auto [violation, log] = run({});
  CHECK(violation == "");
  CHECK(log == strings{"x", "y"});
  CHECK(run({plant::skip_phase_one_values}).first != "");
}

TEST_CASE("what an acceptor said is durable before it is said") {
  auto run = [](plants planted) {
    cluster c{3, 1, planted};
    elect_n1(c);
    c.propose("n1", "x");
    CHECK(c.deliver<accept>("n1", "n2"));
    c.sync(c.at("n1"));
    if (planted.has(plant::answer_before_sync)) {
      CHECK(c.deliver<accepted>("n2", "n1"));
    } else {
      CHECK(c.flying<accepted>("n2", "n1").empty()); // held until n2's disk is done
    }
    c.crash(c.at("n2")); // loses what was not synced
    c.crash(c.at("n1"));
    c.wire.clear();
    c.restart(c.at("n2"));
    take_over(c, "n3");
    c.settle();
    c.propose("n3", "y");
    c.settle();
    return std::pair{c.seen.violation(), c.log_of("n3")};
  };
  CHECK(run({}) == std::pair{std::string{}, strings{"y"}});
  CHECK(run({plant::answer_before_sync}).first != "");
}

TEST_CASE("an old leader's late accept is refused, also after a restart of the acceptor") {
  auto run = [](plants planted, bool restart) {
    cluster c{3, 1, planted};
    elect_n1(c);
    c.isolate("n1");
    c.propose("n1", "old"); // its accepts stay on the wire
    c.sync(c.at("n1"));
    take_over(c, "n3");
    CHECK(c.core("n3").may_propose());
    c.heal();
    if (restart) {
      c.crash(c.at("n2"));
      c.restart(c.at("n2"));
    }
    CHECK(c.deliver<accept>("n1", "n2"));
    bool refused = c.flying<refusal>("n2", "n1").size() == 1;
    c.sync(c.at("n2"));
    c.deliver<accepted>("n2", "n1");
    c.propose("n3", "new");
    CHECK(c.deliver<accept>("n3", "n2"));
    c.sync(c.at("n2"));
    c.sync(c.at("n3"));
    c.deliver<accepted>("n2", "n3");
    return std::pair{refused, c.seen.violation()};
  };
  for (bool restart : {false, true}) CHECK(run({}, restart) == std::pair{true, std::string{}});
  CHECK(run({plant::accept_below_promise}, false).second != "");
  CHECK(run({plant::forget_promise}, true).second != "");
  CHECK(run({plant::forget_promise}, false).second == ""); // it takes the restart
}

TEST_CASE("of two accepted values the one of the higher ballot is adopted") {
  auto run = [](plants planted) {
    cluster c{3, 1, planted};
    elect_n1(c);
    c.isolate("n1");
    c.propose("n1", "low"); // accepted by n1 alone
    c.sync(c.at("n1"));
    take_over(c, "n3");
    c.propose("n3", "high");
    CHECK(c.deliver<accept>("n3", "n2"));
    c.sync(c.at("n2"));
    c.sync(c.at("n3"));
    CHECK(c.deliver<accepted>("n2", "n3"));
    CHECK(c.log_of("n3") == strings{"high"});
    c.wire.clear();
    c.crash(c.at("n3"));
    c.heal();
    c.now += std::chrono::seconds{2};
    c.wake("n1");       // steps down: nobody acknowledged its ticks
    take_over(c, "n2"); // hears of "low" from n1, of "high" from itself
    c.settle();
    CHECK(c.core("n2").may_propose());
    return c.seen.violation();
  };
  CHECK(run({}) == "");
  CHECK(run({plant::adopt_lowest_ballot}) != "");
}

TEST_CASE("a follower takes for chosen only what it accepted in the leader's own ballot, and asks for the rest") {
  auto run = [](plants planted) {
    cluster c{3, 1, planted};
    elect_n1(c);
    c.isolate("n1");
    c.propose("n1", "old");
    c.sync(c.at("n1"));
    take_over(c, "n3");
    c.propose("n3", "new");
    CHECK(c.deliver<accept>("n3", "n2"));
    c.sync(c.at("n2"));
    c.sync(c.at("n3"));
    CHECK(c.deliver<accepted>("n2", "n3"));
    c.heal();
    c.wire.clear();
    c.wake("n3"); // its tick says that slot 1 is chosen; n1 has "old" there
    CHECK(c.deliver<tick>("n3", "n1"));
    CHECK(c.flying<learn>("n1", "n3").size() == (planted.has(plant::choose_any_ballot) ? 0 : 1));
    c.settle();
    return std::pair{c.seen.violation(), c.at("n1").applied};
  };
  CHECK(run({}) == std::pair{std::string{}, slot_number{1}});
  CHECK(run({plant::choose_any_ballot}).first != "");
}

TEST_CASE("a hole between proposals of a lost leader is filled before anything new") {
  cluster c{3, 1};
  elect_n1(c);
  c.propose("n1", "a");
  c.propose("n1", "b");
  c.propose("n1", "c");
  auto sent = c.flying<accept>("n1", "n2");
  REQUIRE(sent.size() == 3);
  c.wire.clear();
  c.hand_over({node_name{"n1"}, node_name{"n2"}, {journal_id{101}, sent[0]}});
  c.hand_over({node_name{"n1"}, node_name{"n2"}, {journal_id{101}, sent[2]}});
  c.crash(c.at("n1"));
  take_over(c, "n3");
  c.settle();
  auto slot = c.propose("n3", "d");
  c.settle();
  CHECK(slot == proposal_result{slot_number{4}});
  CHECK(c.log_of("n3") == strings{"a", "c", "d"});
  CHECK(c.seen.decided(slot_number{2}).commands.empty()); // the hole
  CHECK(c.seen.violation() == "");
}

TEST_CASE("a minority is no quorum") {
  auto run = [](plants planted) {
    cluster c{3, 1, planted};
    elect_n1(c);
    c.isolate("n1");
    c.propose("n1", "alone");
    c.sync(c.at("n1"));
    auto applied = c.at("n1").applied;
    c.wire.clear();
    take_over(c, "n3");
    c.propose("n3", "both");
    c.settle();
    return std::pair{applied, c.seen.violation()};
  };
  CHECK(run({}) == std::pair{slot_number{0}, std::string{}});
  CHECK(run({plant::count_minority}).second != "");
}

TEST_CASE("a voter that lost its journal is a learner: it is fed, but its voice does not count") {
  auto run = [](plants planted) {
    cluster c{3, 1, planted};
    elect_n1(c);
    c.cut("n1", "n3");
    c.cut("n2", "n3");
    c.propose("n1", "x"); // chosen by n1 and n2
    c.settle();
    c.crash(c.at("n1"));
    c.crash(c.at("n2"));
    c.wipe(c.at("n2"));
    c.heal();
    c.wire.clear();
    c.pass(std::chrono::seconds{5}); // n2 and n3 are up
    if (!c.leader().empty()) c.propose(c.leader(), "y");
    c.settle();
    auto alone = c.leader();
    c.restart(c.at("n1"));
    c.pass(std::chrono::seconds{5});
    return std::tuple{alone, c.seen.violation(), c.core("n2").status().now, c.log_of("n2")};
  };
  CHECK(run({}) == std::tuple{std::string{}, std::string{}, role::learner, strings{"x"}});
  CHECK(std::get<1>(run({plant::let_refetched_voter_vote})) != "");
}

TEST_CASE("a voter whose journal takes no more says nothing that needs one, and follows as a learner until it ends") {
  cluster c{3, 1};
  elect_n1(c);
  c.sync_at_once = false;
  c.propose("n1", "x");
  REQUIRE(c.deliver<accept>("n1", "n2"));
  c.lose_journal("n2"); // it has accepted, and that is not durable
  c.sync_at_once = true;
  c.cut("n1", "n3");
  c.settle();
  CHECK(c.flying<accepted>("n2", "n1").empty());
  CHECK(c.log_of("n1") == strings{}); // n1 alone is no quorum, whatever n2 hears
  c.heal();
  c.pass(std::chrono::seconds{1});
  CHECK(c.log_of("n1") == strings{"x"}); // with n3
  CHECK(c.log_of("n2") == strings{"x"});
  CHECK(c.core("n2").status().now == role::learner);
  for (const char* each : {"n1", "n3"}) CHECK(c.core(each).status().learners == std::vector{node_name{"n2"}});
  c.crash(c.at("n3"));
  c.pass(std::chrono::seconds{5});
  CHECK(c.leader() == ""); // two are up, and one of them has no voice
  c.restart(c.at("n2"));   // with the journal that it had
  c.pass(std::chrono::seconds{5});
  CHECK(c.leader() != "");
  CHECK(c.core("n2").status().now != role::learner);
  CHECK(c.seen.violation() == "");
}

TEST_CASE("a leader whose journal takes no more stands down, and follows the next one") {
  cluster c{3, 1};
  elect_n1(c);
  c.propose("n1", "x");
  c.settle();
  c.lose_journal("n1");
  CHECK(!c.at("n1").leads);
  c.pass(std::chrono::seconds{5});
  auto next = c.leader();
  REQUIRE((next == "n2" || next == "n3"));
  c.propose(next, "y");
  c.pass(std::chrono::seconds{1});
  CHECK(c.log_of("n1") == strings{"x", "y"});
  CHECK(c.seen.violation() == "");
}

TEST_CASE("dueling leaders: the higher ballot wins, the other learns that its proposals may have failed") {
  cluster c{3, 1};
  elect_n1(c);
  c.isolate("n1");
  take_over(c, "n2");
  CHECK(c.core("n1").may_propose()); // it does not know yet
  CHECK(c.core("n2").may_propose());
  c.heal();
  c.propose("n1", "lost");
  c.propose("n2", "won");
  c.settle();
  CHECK_FALSE(c.core("n1").may_propose());
  CHECK_FALSE(c.at("n1").leads); // stepped_down was said
  CHECK(c.core("n1").leader() == node_name{"n2"});
  c.pass(std::chrono::seconds{2});
  for (auto name : {"n1", "n2", "n3"}) CHECK(c.log_of(name) == strings{"won"});
  CHECK(c.seen.violation() == "");
}

TEST_CASE("a ballot is named to others only when it is durable here, and never used again") {
  cluster c{3, 1};
  elect_n1(c);
  c.crash(c.at("n1"));
  c.now += std::chrono::seconds{2};
  c.wire.clear();
  c.sync_at_once = false;
  c.wake("n2");
  CHECK(c.deliver<pre_vote>("n2", "n3"));
  CHECK(c.deliver<pre_vote_answer>("n3", "n2"));
  CHECK(c.flying<prepare>("n2", "n3").empty());
  c.sync(c.at("n2"));
  auto first = c.flying<prepare>("n2", "n3");
  REQUIRE(first.size() == 1);
  c.crash(c.at("n2"));
  c.restart(c.at("n2"));
  CHECK(c.core("n2").status().promised == first[0].number);
}

} // namespace troupe::consensus_safety_test
