// Each rule of who is lost, with a quorum, contacts and hosts that the test plays; the state is the kernel's own.
#include "actors/supervisor/loss_watch.hpp"

#include "actors/cluster/script.hpp"
#include "actors/supervisor/loss_evidence.hpp"

#include <doctest/doctest.h>

namespace troupe::loss_watch_test {

using namespace std::chrono_literals;
using cluster::test::script;
using gossip::standing;
using supervisor::loss_watch;
using supervisor::verdict;

const node_name n1{"n1"}, n2{"n2"}, n3{"n3"}, n4{"n4"};

config::cluster of_four() {
  auto c = cluster::test::three_nodes();
  auto fourth = c.nodes.back();
  fourth.name = n4;
  c.nodes.push_back(fourth);
  return c;
}

struct given {
  instant at;
  verdict what;
};

// n1 leads. All timers are those of tolerate = 2s: a look every 200ms, a tick every 100.
struct bench {
  script world;
  loss_watch core{n1};
  instant now{1000s};
  std::set<node_name> silent;
  std::map<node_name, std::optional<instant>> heard;
  instant leader_heard;
  bool quorum = true;
  bool obeyed = true; // verdicts are committed
  std::vector<given> all;

  explicit bench(config::cluster c = cluster::test::three_nodes())
    : world(std::move(c)) {
    world.assemble();
    if (world.s.find(cluster::member_key{n4})) world.join("n4");
    begin();
  }
  void begin() {
    leader_heard = now;
    for (auto& [key, m] : world.s.all<cluster::member_key>())
      if (key.node != n1) heard[key.node] = now;
  }
  void look() {
    auto tick = now - now.time_since_epoch() % 100ms; // answered at once
    if (quorum) leader_heard = tick;
    supervisor::look l{now, world.clock, leader_heard, {}};
    for (auto& [node, at] : heard) {
      if (quorum && !silent.contains(node)) at = tick;
      l.members.push_back({node, at, {}});
    }
    for (auto& v : core.judge(world.s, l)) {
      all.push_back({now, v});
      if (obeyed) CHECK(world.say(v.what) == refusal::none);
    }
  }
  void run_for(duration d) {
    auto end = now + d;
    while (!core.next_look() || *core.next_look() <= end) {
      auto before = now;
      now = std::max(now, core.next_look().value_or(now));
      world.clock += std::chrono::duration_cast<std::chrono::milliseconds>(now - before);
      look();
    }
    world.clock += std::chrono::duration_cast<std::chrono::milliseconds>(end - now);
    now = end;
  }
  void opine(const node_name& node, standing is, std::vector<node_name> by = {n2, n1}) {
    auto session = cluster::member_of(world.s, node)->session;
    core.opinion({node, session, is, now, std::move(by), {}, {}});
  }
  // Silent from now on, and the detector says so.
  instant dies(const node_name& node) {
    silent.insert(node);
    opine(node, standing::faulty);
    auto last = now - now.time_since_epoch() % 100ms;
    if (heard[node]) heard[node] = std::max(*heard[node], last);
    return last;
  }
  [[nodiscard]] const cluster::presence& here(const node_name& node) const {
    return cluster::member_of(world.s, node)->here;
  }
};

// The one verdict so far: of this node, `after` its last answer, and at once.
void check_loss(const bench& b, const node_name& node, instant since, duration after, duration grace = 15ms) {
  REQUIRE(b.all.size() == 1);
  auto* lost = std::get_if<command::node_lost>(&b.all[0].what.what);
  REQUIRE(lost);
  CHECK(lost->node == node);
  CHECK(b.all[0].at - since >= after);
  CHECK(b.all[0].at - since <= after + grace); // at the first look after the tick
}

TEST_CASE("who answers is never lost, whatever the detector says") {
  bench b;
  b.run_for(1s);
  b.opine(n3, standing::faulty);
  b.run_for(300s);
  CHECK(b.all.empty());
}

TEST_CASE("silence and the detector's word: lost after lost-if-suspected, in its session, with the evidence") {
  bench b;
  b.run_for(10s + 100ms); // between two looks
  auto since = b.dies(n3);
  auto session = b.world.session("n3");
  b.run_for(20s);
  check_loss(b, n3, since, 2200ms);
  CHECK(b.all[0].what.why == reason::node_silent);
  auto& lost = std::get<command::node_lost>(b.all[0].what.what);
  CHECK(lost.session == session);
  CHECK(lost.evidence == "no answer for 2.2s; n2 and n1 find it faulty");
  CHECK(std::holds_alternative<cluster::lost>(b.here(n3)));
}

TEST_CASE("a goodbye without a word in the log counts like an accusation") {
  bench b;
  b.run_for(10s);
  b.silent.insert(n3);
  b.opine(n3, standing::left, {});
  auto since = b.now;
  b.run_for(20s);
  check_loss(b, n3, since, 2200ms);
  CHECK(std::get<command::node_lost>(b.all[0].what.what).evidence == "no answer for 2.2s; it has said goodbye");
}

TEST_CASE("silence alone takes lost-alone; so does the detector's word on another session") {
  bench b;
  b.run_for(10s);
  SUBCASE("no word") {}
  SUBCASE("only suspect") {
    b.opine(n3, standing::suspect);
  }
  SUBCASE("of the session before") {
    b.core.opinion({n3, session_id{b.world.session("n3").value - 1}, standing::faulty, b.now, {n2}, {}, {}});
  }
  SUBCASE("taken back") {
    b.opine(n3, standing::faulty);
    b.opine(n3, standing::alive, {});
  }
  b.silent.insert(n3);
  auto since = b.now;
  b.run_for(20s);
  check_loss(b, n3, since, 6s);
  CHECK(std::get<command::node_lost>(b.all[0].what.what).evidence ==
        "no answer for 6s; the detector does not find it faulty");
}

TEST_CASE("a word of a member that comes just in time begins its silence anew") {
  bench b;
  b.run_for(10s);
  b.dies(n3);
  b.run_for(2s);
  b.silent.clear();
  b.run_for(210ms); // a tick or two answered
  auto since = b.dies(n3);
  b.run_for(20s);
  check_loss(b, n3, since, 2200ms);
}

TEST_CASE("one verdict until the state shows it, and again after tolerate") {
  bench b;
  b.run_for(10s);
  b.obeyed = false;
  b.dies(n3);
  b.run_for(2350ms);
  REQUIRE(b.all.size() == 1);
  b.run_for(1800ms);
  CHECK(b.all.size() == 1);
  b.run_for(300ms);
  CHECK(b.all.size() == 2);
}

TEST_CASE("a host that answers: its daemon has restart-grace from where the silence began, no longer") {
  bench b;
  b.run_for(10s);
  auto since = b.dies(n3);
  b.run_for(300ms);
  b.core.host_answered(n3, b.now);
  SUBCASE("and is back in time") {
    b.run_for(4600ms);
    b.silent.clear();
    b.run_for(30s);
    CHECK(b.all.empty());
  }
  SUBCASE("and stays away, though its host answers on") {
    for (int i = 0; i < 60; ++i) b.run_for(100ms), b.core.host_answered(n3, b.now);
    check_loss(b, n3, since, 5s);
    CHECK(b.all[0].what.why == reason::daemon_away);
    CHECK(std::get<command::node_lost>(b.all[0].what.what).evidence ==
          "no answer for 5s; its host answers, its daemon is away");
  }
  SUBCASE("an answer of an earlier silence counts for nothing") {
    b.silent.clear();
    b.run_for(1s);
    since = b.dies(n3);
    b.run_for(20s);
    check_loss(b, n3, since, 2200ms);
  }
}

TEST_CASE("a grace below the other limits shortens nothing") {
  auto c = cluster::test::three_nodes();
  c.restart_grace = 1s;
  bench b(c);
  b.run_for(10s);
  auto since = b.dies(n3);
  b.core.host_answered(n3, b.now + 10ms);
  b.run_for(20s);
  check_loss(b, n3, since, 2200ms);
}

TEST_CASE("never seen: boot-grace under this leader; who holds nothing is waited for without end") {
  bench b;
  SUBCASE("of the formation: it may run everything") {
    b.world = script();
    b.world.join("n1"), b.world.join("n2");
    b.heard[n3].reset(), b.silent.insert(n3);
    auto since = b.now;
    b.run_for(200s);
    check_loss(b, n3, since, 120s);
    CHECK(std::get<command::node_lost>(b.all[0].what.what).session == session_id{0});
    CHECK(std::get<command::node_lost>(b.all[0].what.what).evidence ==
          "nobody has heard it in the 120s since this leader began; the detector does not find it faulty");
  }
  SUBCASE("and if it was heard, but never joined") {
    b.world = script();
    b.world.join("n1"), b.world.join("n2");
    auto since = b.now;
    b.run_for(10s);
    b.dies(n3);
    b.run_for(200s);
    check_loss(b, n3, since, 120s);
    CHECK(std::get<command::node_lost>(b.all[0].what.what).evidence == "no answer for 110s; n2 and n1 find it faulty");
  }
  SUBCASE("configured later: nothing of ours runs there") {
    command::config_set next{b.world.s.version_of(cluster::configuration_key{}), of_four()};
    REQUIRE(b.world.operator_says(next) == refusal::none);
    b.heard[n4].reset(), b.silent.insert(n4);
    b.run_for(500s);
    CHECK(b.all.empty());
  }
}

TEST_CASE("joined, but heard by nobody of this quorum since it booted: boot-grace") {
  bench b;
  b.heard[n3].reset(), b.silent.insert(n3);
  b.opine(n3, standing::faulty);
  auto since = b.now;
  b.run_for(200s);
  check_loss(b, n3, since, 120s);
}

TEST_CASE("detached: its silence begins at `until`") {
  bench b;
  b.run_for(10s);
  REQUIRE(b.world.say(command::detach{n3, b.world.session("n3"), b.world.clock + 60s}, "n3") == refusal::none);
  b.dies(n3);
  auto until = b.now + 60s;
  b.run_for(100s);
  REQUIRE(b.all.size() == 1);
  CHECK(b.all[0].at - until >= 2s);
  CHECK(b.all[0].at - until <= 2350ms);
}

TEST_CASE("detached with what is in maintenance: its silence begins when that ends, or at `until`") {
  bench b;
  command::directive maintenance{.kind = command::directive_kind::maintenance};
  REQUIRE(b.world.operator_says(maintenance) == refusal::none);
  b.run_for(10s);
  b.world.run("db", "n3");
  REQUIRE(b.world.say(command::detach{n3, b.world.session("n3"), b.world.clock + 60s}, "n3") == refusal::none);
  b.dies(n3);
  auto more = b.world.s.config().value; // what is new there nobody looks for now
  more.resources.push_back(more.resources[0]);
  more.resources.back().name = resource_name{"new"};
  REQUIRE(b.world.operator_says(command::config_set{b.world.s.version_of(cluster::configuration_key{}), more}) ==
          refusal::none);
  b.run_for(30s);
  CHECK(b.all.empty());
  SUBCASE("at `until`") {
    b.run_for(60s);
    REQUIRE(b.all.size() == 1);
  }
  SUBCASE("when that ends") {
    maintenance.lifted = true;
    REQUIRE(b.world.operator_says(maintenance) == refusal::none);
    b.run_for(2350ms);
    REQUIRE(b.all.size() == 1);
  }
}

TEST_CASE("who leads is not suspected, whatever an earlier leader said [K8]") {
  bench b;
  b.run_for(10s);
  REQUIRE(b.world.say(command::suspected{n1, b.world.session("n1"), false, "beyond the brake"}, "n2") == refusal::none);
  b.core = supervisor::loss_watch{n1}; // it leads from now on
  b.run_for(3s);
  REQUIRE(b.all.size() == 1);
  auto* lifted = std::get_if<command::suspected>(&b.all[0].what.what);
  REQUIRE(lifted);
  CHECK(lifted->node == n1);
  CHECK(lifted->lifted);
  CHECK(std::holds_alternative<cluster::joined>(b.here(n1)));
}

TEST_CASE("beyond the brake [K8]: not proposed again; let off when it answers; lost if the policy says so") {
  bench b(of_four());
  b.run_for(10s);
  for (auto& n : {n2, n3, n4}) b.dies(n);
  b.run_for(3s);
  REQUIRE(b.all.size() == 3);
  REQUIRE(std::holds_alternative<cluster::under_suspicion>(b.here(n4)));
  b.run_for(60s); // the window of the brake is over
  CHECK(b.all.size() == 3);
  SUBCASE("it answers") {
    b.silent.erase(n4);
    b.run_for(200ms);
    REQUIRE(b.all.size() == 4);
    CHECK(b.all[3].what.what == command::body{command::suspected{n4, b.world.session("n4"), true, "it answers again"}});
    CHECK(std::holds_alternative<cluster::joined>(b.here(n4)));
    b.run_for(10s);
    CHECK(b.all.size() == 4);
  }
  SUBCASE("mass-loss = fence") {
    auto c = of_four();
    c.mass_loss = config::mass_loss_policy::fence;
    REQUIRE(b.world.operator_says(command::config_set{b.world.s.version_of(cluster::configuration_key{}), c}) ==
            refusal::none);
    b.run_for(200ms);
    REQUIRE(b.all.size() == 4);
    CHECK(b.all[3].what.why == reason::mass_loss);
    CHECK(std::holds_alternative<cluster::lost>(b.here(n4)));
  }
}

TEST_CASE("while all are vouched for nobody looks; who comes into doubt is looked at, and lost as late as ever") {
  bench b;
  b.core.vouched({n2, n3});
  b.run_for(1s);
  CHECK(b.core.next_look() == instant::max());
  b.now += 100s; // and nobody has
  b.world.clock += 100s;
  for (auto& [node, at] : b.heard) at = b.leader_heard = b.now;
  auto since = b.dies(n3);
  b.now += 300ms; // the replica says so at the third tick
  b.core.vouched({n2});
  CHECK_FALSE(b.core.next_look());
  SUBCASE("it stays silent") {
    b.run_for(20s);
    check_loss(b, n3, since, 2200ms);
  }
  SUBCASE("it answers again") {
    b.run_for(1s);
    b.silent.clear();
    b.opine(n3, standing::alive, {});
    b.core.vouched({n2, n3});
    b.run_for(1s);
    CHECK(b.core.next_look() == instant::max());
    CHECK(b.all.empty());
  }
}

TEST_CASE("who is suspended, or has never come, is looked at whoever vouches") {
  bench b(of_four());
  b.core.vouched({n2, n3, n4});
  b.run_for(10s);
  REQUIRE(b.core.next_look() == instant::max());
  b.core.vouched({});
  for (auto& n : {n2, n3, n4}) b.dies(n);
  b.run_for(3s);
  REQUIRE(std::holds_alternative<cluster::under_suspicion>(b.here(n4)));
  b.silent.erase(n4);
  b.core.vouched({n4});
  b.run_for(200ms);
  CHECK(std::holds_alternative<cluster::joined>(b.here(n4)));
}

TEST_CASE("without a quorum nobody is lost, however long; what follows its return finds them alive") {
  bench b;
  b.run_for(10s);
  b.quorum = false;
  b.opine(n2, standing::faulty), b.opine(n3, standing::faulty);
  b.run_for(100s);
  CHECK(b.all.empty());
  b.quorum = true;
  b.silent.insert(n3); // n2's answer makes the quorum; that of n3 is read a little later
  b.run_for(300ms);
  b.silent.clear();
  b.run_for(10s);
  CHECK(b.all.empty());
}

TEST_CASE("who is silent already when the quorum goes, and still when it returns, is lost then") {
  bench b;
  b.run_for(10s);
  auto since = b.dies(n3);
  b.run_for(1s);
  b.quorum = false;
  b.run_for(10s);
  CHECK(b.all.empty());
  b.quorum = true;
  b.run_for(10s);
  REQUIRE(b.all.size() == 1);
  CHECK(b.all[0].at - since >= 10s + 2200ms - 300ms); // the first look after counts at most 300ms of the gap
  CHECK(b.all[0].at - since <= 10s + 2200ms + 150ms);
}

// The leader stands still for ten seconds, and then reads the mail of n2 first.
void stand_still(bench& b) {
  b.now += 10s;
  b.world.clock += 10s;
  b.opine(n3, standing::faulty);
  b.silent.insert(n3);
  b.look();
}

TEST_CASE("a leader that stood still: who lives is not lost, whatever it was silent for before, if not for tolerate") {
  // Silence shows in steps of a tick. With 1.9s the late look finds the limit passed, with 1.8s it is near.
  for (auto silence : {0ms, 1800ms, 1900ms})
    for (bool quorum_hesitates : {false, true}) {
      CAPTURE(silence.count());
      CAPTURE(quorum_hesitates);
      bench b;
      b.run_for(silence == 1900ms ? 10s + 100ms : 10s);
      if (silence > 0ms) {
        b.dies(n3);
        b.run_for(silence + 80ms);
      }
      stand_still(b);
      if (quorum_hesitates) {
        b.quorum = false;
        b.run_for(300ms);
        b.quorum = true;
      } else {
        b.run_for(180ms);
      }
      b.silent.clear(); // the mail of n3 is read
      b.run_for(10s);
      CHECK(b.all.empty());
    }
}

TEST_CASE("a leader that stood still: who died meanwhile is lost, counted from when it ran again") {
  bench b;
  b.run_for(10s);
  b.heard[n3] = b.now + 10ms; // once more, right before
  auto since = b.now;
  stand_still(b);
  b.run_for(10s);
  REQUIRE(b.all.size() == 1);
  CHECK(b.all[0].at - since >= 10s + 2200ms - 300ms); // a late look counts so much
  CHECK(b.all[0].at - since <= 10s + 2200ms + 60ms);
}

TEST_CASE("a new leader: silence carries over, its own ticks still get their chance") {
  bench b; // nobody has looked yet
  b.silent.insert(n3);
  b.opine(n3, standing::faulty);
  SUBCASE("a member lost with the last leader costs no more than any other") {
    auto since = b.now - 700ms;
    b.heard[n3] = since;
    b.run_for(20s);
    check_loss(b, n3, since, 2200ms);
  }
  SUBCASE("one that answers the first ticks late is not lost for what came before") {
    b.heard[n3] = b.now - 60s;
    b.run_for(450ms);
    CHECK(b.all.empty());
    b.silent.clear();
    b.run_for(20s);
    CHECK(b.all.empty());
  }
  SUBCASE("one that does not is, as soon as the leader has settled") {
    b.heard[n3] = b.now - 60s;
    auto began = b.now;
    b.run_for(20s);
    check_loss(b, n3, began, 550ms, 60ms); // at the next look
  }
}

TEST_CASE("a join is a sign of life: the new session's silence begins with it") {
  bench b;
  b.run_for(10s);
  b.dies(n3);
  b.run_for(2s);
  REQUIRE(b.world.join("n3") == refusal::none);
  b.opine(n3, standing::faulty);
  auto since = b.now;
  b.run_for(20s);
  REQUIRE(b.all.size() == 1);
  CHECK(b.all[0].at - since >= 2s);
  CHECK(b.all[0].at - since <= 2350ms);
  CHECK(std::get<command::node_lost>(b.all[0].what.what).session == b.world.session("n3"));
}

TEST_CASE("alone in the cluster there is nobody to look after") {
  script world;
  world.assemble();
  for (auto name : {"n2", "n3"})
    REQUIRE(world.say(command::node_left{node_name{name}, world.session(name)}, name) == refusal::none);
  loss_watch core(n1);
  CHECK_FALSE(core.next_look());
  CHECK(core.judge(world.s, {instant{5s}, world.clock, instant{5s}, {}}).empty());
  CHECK(core.next_look() == instant{7s});
}

TEST_CASE("evidence names accusers once, and not more than people read") {
  detector::opinion o;
  o.is = standing::faulty;
  supervisor::loss_evidence e{2345ms, true, false, &o};
  CHECK(to_text(e) == "no answer for 2.34s; the detector finds it faulty");
  o.accusers = {n2, n2};
  CHECK(to_text(e) == "no answer for 2.34s; n2 finds it faulty");
  o.accusers = {n3, n2, n3, n1};
  CHECK(to_text(e) == "no answer for 2.34s; n3, n2 and n1 find it faulty");
  o.accusers.clear();
  for (int i = 0; i < 9; ++i) o.accusers.push_back(node_name{std::string(63, static_cast<char>('a' + i))});
  CHECK(to_text(e).ends_with(std::string(63, 'e') + " and 4 others find it faulty"));
  CHECK(to_text(e).size() < command::max_note);
}

} // namespace troupe::loss_watch_test
