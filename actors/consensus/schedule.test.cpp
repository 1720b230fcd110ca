// Random schedules: messages lost, doubled and out of order, crashes that lose what was not synced, wiped disks,
// partitions, opinions of a wrong detector, snapshots, clocks that jump. The observer (testing/cluster.hpp) must find
// nothing; with a bug planted it must find something in the same seeds. At the end everything is healed and a majority
// must go on from where the observer was: what was ever applied is still there.
#include "actors/consensus/testing/cluster.hpp"
#include "messages/types/assert.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>

namespace troupe::consensus_schedule_test {

using namespace troupe::consensus;
using consensus_testing::cluster;
using consensus_testing::derive;
using consensus_testing::owner;

constexpr std::size_t steps = 3000;

// So small that every limit is met.
options tight() {
  auto o = derive(std::chrono::seconds{2});
  o.window = 4;
  o.max_pending = 3;
  o.message_bytes = 40;
  o.chunk_bytes = 12;
  o.snapshot_after = 6;
  o.keep_behind = 2;
  return o;
}

class schedule {
public:
  schedule(std::uint64_t seed, std::size_t voters, plants planted)
    : random_(seed)
    , c_(voters, seed, planted, tight(), 1)
    , wipes_left_((voters - 1) / 2) {
    c_.state_bytes = 30;
  }

  std::string run() {
    try {
      for (std::size_t i = 0; i < steps && c_.seen.violation().empty(); ++i) step();
      if (c_.seen.violation().empty()) recover_all();
    } catch (const broken_assertion& e) {
      c_.seen.violated(e.what());
    }
    return c_.seen.violation();
  }

  [[nodiscard]] slot_number newest() const { return c_.seen.newest(); }
  [[nodiscard]] std::uint64_t leaders() const { return c_.leaders; }

private:
  owner& any() { return c_.nodes[random_.below(c_.nodes.size())]; }

  // Weights, drawn anew a few times in a run: a calm time, a time of crashes, a time of time-outs.
  struct weather {
    std::uint64_t deliver = 900, sync = 200, wake = 40, propose = 50, snapshot = 20, opinion = 10, crash = 8,
                  restart = 30, partition = 4, heal = 12, wipe = 2, lone_leader = 1, late = 5, takeover = 4,
                  contest = 4;
    std::uint64_t early = 3; // of four messages that come, so many are among the oldest
    [[nodiscard]] std::uint64_t total() const {
      return deliver + sync + wake + propose + snapshot + opinion + crash + restart + partition + heal + wipe +
             lone_leader + late + takeover + contest;
    }
  };

  void change_weather() {
    w_ = weather{};
    switch (random_.below(6)) {
    case 0: break;
    case 1: w_.crash = 30, w_.restart = 80, w_.sync = 100; break;
    case 4:
      w_.lone_leader = 15, w_.heal = 25, w_.wake = 100, w_.opinion = 80, w_.propose = 120, w_.late = 60,
      w_.takeover = 20, w_.contest = 30;
      break;
    case 2: w_.wake = 120, w_.opinion = 60, w_.propose = 100, w_.takeover = 20, w_.contest = 30; break;
    case 3:
      w_.deliver = 600, w_.wake = 80, w_.opinion = 60, w_.propose = 120, w_.early = 1, w_.takeover = 20,
      w_.contest = 30;
      break;
    default: w_.partition = 20, w_.heal = 20, w_.wake = 80, w_.opinion = 30, w_.propose = 100; break;
    }
  }

  void step() {
    if (random_.below(150) == 0) change_weather();
    auto dice = random_.below(w_.total());
    bool fallen = false;
    auto falls_on = [&](std::uint64_t weight) {
      bool here = !fallen && dice < weight;
      fallen = fallen || here;
      if (!fallen) dice -= weight;
      return here;
    };
    auto& n = any();
    if (falls_on(w_.deliver)) deliver();
    if (falls_on(w_.sync)) sync_any();
    if (falls_on(w_.wake)) wake_next();
    if (falls_on(w_.propose)) propose();
    if (falls_on(w_.snapshot) && n.core && n.wants_snapshot && n.applied.value > 0) c_.make_snapshot(n);
    if (falls_on(w_.opinion) && n.core) c_.suspect(n.name.text, any().name.text, random_.below(3) != 0);
    if (falls_on(w_.crash) && n.core) c_.crash(n, random_.below(4));
    if (falls_on(w_.restart) && !n.core) c_.restart(n);
    if (falls_on(w_.partition)) partition();
    if (falls_on(w_.heal)) c_.heal();
    if (falls_on(w_.lone_leader)) isolate_leader();
    if (falls_on(w_.late)) deliver_late();
    if (falls_on(w_.takeover)) takeover();
    if (falls_on(w_.contest)) contest();
    if (falls_on(w_.wipe)) wipe(n);
  }

  void sync_any() {
    std::vector<owner*> behind;
    for (auto& n : c_.nodes)
      if (n.core && !n.unsynced.empty()) behind.push_back(&n);
    if (!behind.empty()) c_.sync(*behind[random_.below(behind.size())]);
  }

  void deliver() {
    if (c_.wire.empty()) return wake_next();
    if (c_.wire.size() > 60) c_.wire.erase(c_.wire.begin(), c_.wire.begin() + 20);
    bool old = random_.below(4) < w_.early;
    auto at =
        static_cast<std::ptrdiff_t>(random_.below(old ? std::min<std::size_t>(3, c_.wire.size()) : c_.wire.size()));
    auto fate = random_.below(100);
    auto f = c_.wire[static_cast<std::size_t>(at)];
    if (c_.is_cut(f.from, f.to) && fate < 80) return;   // it may still come when the link is back: late
    if (fate >= 8) c_.wire.erase(c_.wire.begin() + at); // else it comes again
    if (fate < 92) c_.hand_over(f);
  }

  // Of what still flies, something of an older ballot: that is what acceptors are there to refuse.
  void deliver_late() {
    auto is_phase_two = [](const consensus_testing::in_flight& f) {
      return std::holds_alternative<accept>(f.what.body) || std::holds_alternative<accepted>(f.what.body);
    };
    auto it = std::ranges::find_if(c_.wire, is_phase_two);
    if (it == c_.wire.end() || c_.is_cut(it->from, it->to)) return;
    auto f = std::move(*it);
    c_.wire.erase(it);
    c_.hand_over(f);
  }

  void isolate_leader() {
    c_.heal();
    if (auto l = c_.leader(); !l.empty()) c_.isolate(l);
  }

  // The detector is wrong about the leader, everywhere, and so much time goes by that nobody contradicts it. Half of
  // the time the election runs through at once and leaves all else in flight: two leaders, each with proposals on the
  // wire.
  void takeover() {
    auto l = c_.leader();
    c_.now += std::chrono::milliseconds{250};
    for (auto& n : c_.nodes)
      if (n.core && n.name.text != l) {
        c_.suspect(n.name.text, l, false);
        c_.suspect(n.name.text, l);
      }
    if (random_.below(2) == 0) return;
    owner& candidate = any();
    if (candidate.core && candidate.name.text != l) c_.wake(candidate.name.text);
    for (int i = 0; i < 40 && deliver_election(); ++i) sync_any();
  }

  // What the safety of Paxos is about, in one go: a leader gets its value to some acceptors, is cut off, another one
  // takes over and gets its own value to some; then both are heard again, what was late comes late, and somebody
  // forgets what he can.
  void contest() {
    auto l = c_.leader();
    if (l.empty()) return;
    propose();
    deliver_phase_two(3);
    c_.heal();
    c_.isolate(l);
    c_.now += std::chrono::milliseconds{1200}; // nobody hears the leader; it does not know yet
    owner& candidate = any();
    if (candidate.core && candidate.name.text != l) c_.wake(candidate.name.text);
    for (int i = 0; i < 60 && deliver_election(); ++i) sync_any();
    propose();
    deliver_phase_two(2);
    c_.heal();
    if (owner& n = any(); random_.below(2) == 0 && n.core) {
      c_.crash(n, random_.below(2));
      c_.restart(n);
    }
    if (random_.below(2) == 0) deliver_phase_two(2);
  }

  // One of `odds` of the accepts and their answers that can be delivered is; disks sync in between.
  void deliver_phase_two(std::uint64_t odds) {
    auto left = c_.wire.size();
    for (std::size_t at = 0; at < c_.wire.size() && left-- > 0;) {
      auto& f = c_.wire[at];
      bool fits = std::holds_alternative<accept>(f.what.body) || std::holds_alternative<accepted>(f.what.body);
      if (!fits || c_.is_cut(f.from, f.to) || random_.below(odds) != 0) {
        ++at;
        continue;
      }
      auto now_delivered = std::move(f);
      c_.wire.erase(c_.wire.begin() + static_cast<std::ptrdiff_t>(at));
      c_.hand_over(now_delivered);
      for (int i = 0; i < 3; ++i) sync_any();
    }
  }

  bool deliver_election() {
    auto it = std::ranges::find_if(c_.wire, [&](const consensus_testing::in_flight& f) {
      return !c_.is_cut(f.from, f.to) && f.what.body.index() <= message_body{promise{}}.index();
    });
    if (it == c_.wire.end()) return false;
    auto f = std::move(*it);
    c_.wire.erase(it);
    c_.hand_over(f);
    return true;
  }

  void wake_next() {
    owner* first = nullptr;
    for (auto& n : c_.nodes)
      if (n.core && (first == nullptr || n.core->next_deadline() < first->core->next_deadline())) first = &n;
    if (first != nullptr) c_.wake(first->name.text);
  }

  void propose() {
    for (auto& n : c_.nodes)
      if (n.core && n.core->may_propose()) c_.propose(n.name.text, "c" + std::to_string(++commands_));
  }

  void partition() {
    for (auto& a : c_.nodes)
      for (auto& b : c_.nodes)
        if (a.name < b.name && random_.below(2) == 0) c_.cut(a.name.text, b.name.text, random_.below(3) == 0);
  }

  void wipe(owner& n) { // never so many that the voters left are no majority
    if (wipes_left_ == 0 || n.core || n.name == c_.nodes.back().name) return;
    --wipes_left_;
    c_.wipe(n);
  }

  void recover_all() {
    c_.heal();
    for (auto& n : c_.nodes) {
      if (!n.core) c_.restart(n);
      for (auto& o : c_.nodes) c_.suspect(n.name.text, o.name.text, false);
    }
    auto before = c_.seen.newest();
    c_.pass(std::chrono::seconds{12});
    if (!c_.pass_until_leader()) return c_.seen.violated("no leader after everything was healed");
    c_.propose(c_.leader(), "last");
    c_.pass(std::chrono::seconds{3});
    for (auto& n : c_.nodes)
      if (n.applied != c_.seen.newest() || n.applied <= before)
        c_.seen.violated(n.name.text + " stays at slot " + std::to_string(n.applied.value) + " of " +
                         std::to_string(c_.seen.newest().value));
  }

  random_source random_;
  cluster c_;
  std::size_t wipes_left_;
  weather w_;
  std::uint64_t commands_ = 0;
};

std::size_t voters_of(std::uint64_t seed) {
  return seed % 4 == 3 ? 5 : 3;
}

std::string run(std::uint64_t seed, plants planted = {}) {
  return schedule{seed, voters_of(seed), planted}.run();
}

constexpr std::uint64_t plant_seeds = 1000; // of the 1500 that must pass without a plant

TEST_CASE("random schedules: agreement, durability, and they end with everybody up to date") {
  std::uint64_t slots = 0, leaders = 0;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    schedule s{seed, voters_of(seed), {}};
    INFO("seed " << seed);
    REQUIRE(s.run() == "");
    slots += s.newest().value;
    leaders += s.leaders();
  }
  CHECK(slots > 1500 * 20); // the schedules do get something chosen, under many leaders
  CHECK(leaders > 1500 * 4);
}

TEST_CASE("random schedules: each plant is found") {
  for (const auto& p : all_plants) {
    std::uint64_t seed = 1;
    while (seed <= plant_seeds && run(seed, {p.what}).empty()) ++seed;
    INFO(p.name);
    CHECK(seed <= plant_seeds);
    std::printf("%.*s: found with seed %llu\n", static_cast<int>(p.name.size()), p.name.data(),
                static_cast<unsigned long long>(seed));
  }
}

} // namespace troupe::consensus_schedule_test
