// One detector, message by message: each rule of the protocol as its owner sees it.
#include "actors/detector/swim.hpp"

#include "messages/types/assert.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::detector_swim_test {

using namespace std::chrono_literals;
using namespace troupe::detector;
using gossip::standing;

const node_name me{"me"};

node_name n(unsigned i) {
  return node_name{"n" + std::to_string(i)};
}

gossip::life at(std::uint64_t session, std::uint64_t incarnation = 0) {
  return {session_id{session}, gossip::incarnation_number{incarnation}};
}

// A detector with members n1 to nN (sessions 1 to N), and a clock that stops at each deadline on its way.
struct fixture {
  conf::timers t = conf::derive({}).value(); // probe 100 ms, time-out 50, nack 40, suspicion 400 to 1200
  random_source random{42};
  swim core;
  instant now{1000s};
  node_name mute;
  outputs last; // of the latest input
  outputs all;

  explicit fixture(unsigned members, plants planted = {}, std::size_t budget = 1140)
    : core(options{me, session_id{50}, {}, conf::derive({}).value(), budget}, planted) {
    take(core.start(now, random));
    for (unsigned i = 1; i <= members; ++i) take(core.admit(n(i), session_id{i}, now, random));
    drain_news();
  }

  void take(outputs out) {
    last = std::move(out);
    all.insert(all.end(), last.begin(), last.end());
  }
  void hear(unsigned from, decltype(gossip::datagram::what) what, std::vector<gossip::news> items = {},
            std::uint64_t incarnation = 0) {
    take(core.on_datagram(n(from), {at(from, incarnation), std::move(what), std::move(items), {}}, now, random));
  }
  void answer_pings() { // everybody answers, but for `mute`
    for (const auto& s : sent<gossip::ping>(last)) {
      if (s.to == mute) continue;
      auto from = static_cast<unsigned>(std::stoul(s.to.text.substr(1)));
      hear(from, gossip::ack{std::get<gossip::ping>(s.what.what).number, at(from)});
    }
  }
  void step() { // to the next deadline
    now = std::max(now, core.next_deadline());
    take(core.on_deadline(now, random));
  }
  void run_until(instant end, bool answered) {
    while (core.next_deadline() <= end) {
      step();
      if (answered) answer_pings();
    }
    now = end;
  }
  void drain_news() {
    run_until(now + 1s, true);
    all.clear();
    last.clear();
  }
  // To the next ping of its own; whom it goes to.
  send_datagram next_ping() {
    do step();
    while (sent<gossip::ping>(last).empty());
    return sent<gossip::ping>(last).front();
  }

  template <class What>
  static std::vector<send_datagram> sent(const outputs& outs) {
    std::vector<send_datagram> found;
    for (const auto& o : outs)
      if (const auto* s = std::get_if<send_datagram>(&o); s && std::holds_alternative<What>(s->what.what))
        found.push_back(*s);
    return found;
  }
  template <class Kind>
  std::vector<Kind> seen() const {
    std::vector<Kind> found;
    for (const auto& o : all)
      if (const auto* k = std::get_if<Kind>(&o)) found.push_back(*k);
    return found;
  }
  [[nodiscard]] standing view(unsigned of) const { return core.opinion_of(n(of))->is; }
};

gossip::news word(unsigned about, standing is, unsigned by = 0, std::uint64_t incarnation = 0) {
  return {n(about), at(about, incarnation), is, by ? n(by) : node_name{}};
}
gossip::news of_me(standing is, std::uint64_t incarnation, std::uint64_t session = 50) {
  return {me, at(session, incarnation), is, n(1)};
}

unsigned number_of(const node_name& name) {
  return static_cast<unsigned>(std::stoul(name.text.substr(1)));
}

std::vector<node_name> names(std::initializer_list<unsigned> of) {
  std::vector<node_name> all;
  for (auto i : of) all.push_back(n(i));
  return all;
}

TEST_CASE("whom a leader vouches for is pinged once per calm interval, whom nobody vouches for at the probe interval") {
  fixture f{4};
  f.take(f.core.vouch(names({1, 2, 3, 4}), f.now, f.random));
  f.all.clear();
  f.run_until(f.now + 10s, true);
  CHECK(f.sent<gossip::ping>(f.all).size() == 10);
  f.take(f.core.vouch({}, f.now, f.random));
  f.all.clear();
  f.run_until(f.now + 10s, true);
  CHECK(f.sent<gossip::ping>(f.all).size() >= 100);
  CHECK(f.sent<gossip::ping>(f.all).size() <= 101);
}

TEST_CASE("whoever comes into doubt is pinged at once, before the others, and again until it answers or is suspected") {
  fixture f{4};
  f.take(f.core.vouch(names({1, 2, 3, 4}), f.now, f.random));
  f.run_until(f.now + 1950ms, true); // no probe is under way
  f.mute = n(3);
  f.take(f.core.vouch(names({1, 2, 4}), f.now, f.random));
  REQUIRE(f.sent<gossip::ping>(f.last).size() == 1);
  CHECK(f.sent<gossip::ping>(f.last).front().to == n(3));
  f.run_until(f.now + 100ms, true);
  CHECK(f.view(3) == standing::suspect);
  f.all.clear();
  f.run_until(f.now + 300ms, true);
  for (auto& s : f.sent<gossip::ping>(f.all)) CHECK(s.to == n(3));
  f.take(f.core.vouch(names({1, 2, 3, 4}), f.now, f.random)); // the leader hears it: no word of its own
  CHECK(f.view(3) == standing::suspect);
}

TEST_CASE("a faulty member that is vouched for again is probed at once") {
  fixture f{3};
  f.take(f.core.vouch(names({1, 2}), f.now, f.random));
  f.hear(1, gossip::only_news{}, {word(3, standing::faulty, 1)});
  REQUIRE(f.view(3) == standing::faulty);
  f.run_until(f.now + 3950ms, true);
  f.take(f.core.vouch(names({1, 2, 3}), f.now, f.random));
  REQUIRE(f.sent<gossip::ping>(f.last).size() == 1);
  CHECK(f.sent<gossip::ping>(f.last).front().to == n(3));
}

TEST_CASE("a ping is answered with its number and this life") {
  fixture f(2);
  f.hear(1, gossip::ping{gossip::probe_number{77}});
  auto acks = f.sent<gossip::ack>(f.last);
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].to == n(1));
  CHECK(std::get<gossip::ack>(acks[0].what.what) == gossip::ack{gossip::probe_number{77}, at(50)});
}

TEST_CASE("a probe: once per interval; unanswered, others are asked at the time-out, suspected at its end") {
  fixture f(4);
  auto ping = f.next_ping();
  auto began = f.now;
  auto target = number_of(ping.to);
  f.step();
  CHECK(f.now == began + 50ms);
  auto requests = f.sent<gossip::ping_request>(f.last);
  CHECK(requests.size() == 3);
  for (const auto& r : requests) {
    CHECK(r.to != ping.to);
    CHECK(std::get<gossip::ping_request>(r.what.what).target == ping.to);
  }
  CHECK(f.sent<gossip::ping>(f.last).size() == 1); // itself once more
  CHECK(f.view(target) == standing::alive);
  f.step();
  CHECK(f.now == began + 100ms);
  CHECK(f.view(target) == standing::suspect);
  CHECK(f.core.opinion_of(ping.to)->accusers == std::vector{me});
  CHECK(f.core.opinion_of(ping.to)->since == f.now);
}

TEST_CASE("an answer through another is an answer; one that was not asked counts for nothing") {
  fixture f(5);
  auto ping = f.next_ping();
  auto target = number_of(ping.to);
  auto number = std::get<gossip::ping>(ping.what.what).number;
  f.step();
  auto requests = f.sent<gossip::ping_request>(f.last);
  unsigned stranger = 1;
  while (n(stranger) == ping.to || std::ranges::count(requests, n(stranger), &send_datagram::to)) ++stranger;
  auto end = f.now + 50ms;
  bool helped = false;
  SUBCASE("asked") {
    f.hear(number_of(requests[0].to), gossip::ack{number, at(target)}), helped = true;
  }
  SUBCASE("not asked") {
    f.hear(stranger, gossip::ack{number, at(target)});
  }
  SUBCASE("wrong number") {
    f.hear(target, gossip::ack{number.next(), at(target)});
  }
  SUBCASE("another life answered") {
    f.hear(number_of(requests[0].to), gossip::ack{number, at(0)});
  }
  f.run_until(end, false);
  CHECK((f.view(target) == standing::alive) == helped);
  CHECK_FALSE(f.core.opinion_of(ping.to)->answered == f.now - 50ms); // not directly: no contact
}

TEST_CASE("nacks: whoever answers at all clears this node's own health") {
  for (unsigned nacks = 0; nacks <= 3; ++nacks) {
    fixture f(4);
    auto ping = f.next_ping();
    auto number = std::get<gossip::ping>(ping.what.what).number;
    f.step();
    auto requests = f.sent<gossip::ping_request>(f.last);
    for (unsigned i = 0; i < nacks; ++i) f.hear(number_of(requests[i].to), gossip::nack{number});
    f.hear(number_of(ping.to), gossip::nack{number}); // not asked
    f.step();
    CHECK(f.core.local_health_score() == 3 - nacks);
  }
}

TEST_CASE("local health: bad stretches interval and time-out, answers restore it") {
  fixture f(4);
  f.next_ping();
  f.step(); // three are asked, none says anything
  f.step();
  CHECK(f.core.local_health_score() == 3);
  auto began = f.now; // the next probe began here
  REQUIRE(f.sent<gossip::ping>(f.last).size() >= 1);
  auto pings = f.sent<gossip::ping>(f.last);
  while (f.sent<gossip::ping_request>(f.last).empty()) f.step();
  CHECK(f.now == began + 200ms);
  auto target = number_of(pings.front().to);
  f.hear(target, gossip::ack{std::get<gossip::ping>(pings.front().what.what).number, at(target)});
  CHECK(f.core.local_health_score() == 2);
  f.run_until(f.now + 3s, true);
  CHECK(f.core.local_health_score() == 0);
}

TEST_CASE("a node with nobody to ask holds a failed probe against itself") {
  fixture f(1);
  f.next_ping();
  f.step();
  f.step();
  CHECK(f.core.local_health_score() == 1);
}

TEST_CASE("a request is passed on; its answer, or after nack-after that there is none") {
  fixture f(3);
  f.hear(1, gossip::ping_request{gossip::probe_number{9}, n(2)});
  auto asked = f.now;
  auto pings = f.sent<gossip::ping>(f.last);
  REQUIRE(pings.size() == 1);
  CHECK(pings[0].to == n(2));
  auto number = std::get<gossip::ping>(pings[0].what.what).number;
  SUBCASE("answered") {
    f.hear(3, gossip::ack{number, at(3)}); // somebody else's answer is none
    CHECK(f.sent<gossip::ack>(f.last).empty());
    f.hear(2, gossip::ack{number, at(2, 0)});
    auto acks = f.sent<gossip::ack>(f.last);
    REQUIRE(acks.size() == 1);
    CHECK(acks[0].to == n(1));
    CHECK(std::get<gossip::ack>(acks[0].what.what) == gossip::ack{gossip::probe_number{9}, at(2)});
    f.run_until(asked + 90ms, false);
    for (const auto& s : f.seen<send_datagram>()) CHECK_FALSE(std::holds_alternative<gossip::nack>(s.what.what));
  }
  SUBCASE("not answered") {
    while (f.sent<gossip::nack>(f.last).empty()) f.step();
    CHECK(f.now == asked + 40ms);
    auto nacks = f.sent<gossip::nack>(f.last);
    CHECK(nacks[0].to == n(1));
    CHECK(std::get<gossip::nack>(nacks[0].what.what).number == gossip::probe_number{9});
    f.hear(2, gossip::ack{number, at(2)}); // late, but still an answer
    CHECK(f.sent<gossip::ack>(f.last).size() == 1);
  }
  SUBCASE("for a member unknown here") {
    f.hear(1, gossip::ping_request{gossip::probe_number{10}, n(9)});
    CHECK(f.sent<gossip::nack>(f.last).size() == 1);
  }
}

TEST_CASE("probes for others are bounded, and what is beyond is counted") {
  fixture f(2);
  for (unsigned i = 0; i < max_relays + 5; ++i) f.hear(1, gossip::ping_request{gossip::probe_number{i}, n(2)});
  CHECK(f.core.counts().dropped == 5);
}

TEST_CASE("suspicion: unconfirmed to its maximum, confirmed to what the formula says, then faulty") {
  // me and n1 to n6: seven nodes, three confirmations wanted
  const std::pair<unsigned, duration> waits[] = {{0, 1200ms}, {1, 800ms}, {2, 566'015'200ns}, {3, 400ms}, {4, 400ms}};
  for (const auto& given : waits) {
    unsigned confirmations = given.first; // clang 14 captures no structured bindings
    auto wait = given.second;
    CAPTURE(confirmations);
    fixture f(6);
    auto began = f.now;
    std::vector<gossip::news> said{word(1, standing::suspect, 2)};
    for (unsigned i = 0; i < confirmations; ++i) said.push_back(word(1, standing::suspect, 3 + i % 4));
    if (confirmations == 4) said.back().by = node_name{"n9"};
    f.hear(2, gossip::only_news{}, said);
    CHECK(f.core.counts().confirmations == std::min(confirmations, 3u));
    f.run_until(began + wait - 1ns, true);
    CHECK(f.view(1) == standing::suspect);
    f.run_until(began + wait, true);
    CHECK(f.view(1) == standing::faulty);
    CHECK(f.core.opinion_of(n(1))->accusers.back() == me);
    CHECK(f.core.opinion_of(n(1))->since == began + wait);
  }
}

TEST_CASE("plant count_accuser_twice: one voice is enough") {
  fixture f(6, {.count_accuser_twice = true});
  for (int i = 0; i < 4; ++i) f.hear(2, gossip::only_news{}, {word(1, standing::suspect, 2)});
  CHECK(f.core.counts().confirmations == 3);
}

TEST_CASE("a higher incarnation clears a suspicion; an equal one does not; an old suspicion is ignored") {
  fixture f(4);
  f.hear(2, gossip::only_news{}, {word(1, standing::suspect, 2)});
  CHECK(f.view(1) == standing::suspect);
  f.hear(3, gossip::only_news{}, {word(1, standing::alive, 0, 0)});
  CHECK(f.view(1) == standing::suspect);
  f.hear(3, gossip::only_news{}, {word(1, standing::alive, 0, 1)});
  CHECK(f.view(1) == standing::alive);
  f.hear(2, gossip::only_news{}, {word(1, standing::suspect, 2, 0)});
  CHECK(f.view(1) == standing::alive);
  f.hear(2, gossip::only_news{}, {word(1, standing::faulty, 2, 0)});
  CHECK(f.view(1) == standing::alive);
}

TEST_CASE("accused, it contradicts with a higher incarnation, in its very next word, and doubts its own health") {
  fixture f(4);
  f.hear(1, gossip::ping{gossip::probe_number{3}}, {of_me(standing::suspect, 0)});
  CHECK(f.core.self() == at(50, 1));
  auto ack = f.sent<gossip::ack>(f.last).at(0);
  CHECK(ack.what.sender == at(50, 1));
  CHECK(std::ranges::count(ack.what.items, gossip::news{me, at(50, 1), standing::alive, {}}) == 1);
  CHECK(f.seen<refuted>().at(0).by == n(1));
  CHECK(f.core.local_health_score() == 1);
  f.hear(1, gossip::only_news{}, {of_me(standing::suspect, 0)}); // that has been answered
  CHECK(f.core.self() == at(50, 1));
  f.hear(1, gossip::only_news{}, {of_me(standing::faulty, 7)});
  CHECK(f.core.self() == at(50, 8));
  f.hear(1, gossip::only_news{}, {of_me(standing::left, 8)});
  CHECK(f.core.self() == at(50, 9));
  f.hear(1, gossip::only_news{}, {of_me(standing::faulty, 99, 49)}); // of an earlier session
  CHECK(f.core.self() == at(50, 9));
  f.hear(1, gossip::only_news{}, {of_me(standing::alive, 0, 51)});
  CHECK(f.core.self() == at(50, 9));
  CHECK(f.seen<superseded>().at(0).by == session_id{51});
}

TEST_CASE("an incarnation at its limit is not outdone") {
  fixture f(2);
  f.hear(1, gossip::only_news{}, {of_me(standing::suspect, gossip::max_incarnation)});
  CHECK(f.core.self() == at(50, 0));
}

TEST_CASE("whom it suspects is told so in every ping, however often it was said") {
  fixture f(1);
  f.hear(1, gossip::only_news{}, {word(1, standing::suspect, 2)});
  for (int i = 0; i < 5; ++i) {
    auto ping = f.next_ping();
    REQUIRE(ping.what.items.size() == 1);
    CHECK(ping.what.items[0].is != standing::alive);
    CHECK(ping.what.items[0].about == n(1));
  }
}

TEST_CASE("faulty members are probed once a rotation, without consequence, and are back when they contradict") {
  fixture f(3);
  f.hear(1, gossip::only_news{}, {word(3, standing::faulty, 1)});
  CHECK(f.view(3) == standing::faulty);
  f.all.clear();
  f.run_until(f.now + 3s, true);
  std::map<node_name, int> pings;
  for (const auto& s : f.seen<send_datagram>())
    if (std::holds_alternative<gossip::ping>(s.what.what)) ++pings[s.to];
  CHECK(pings[n(3)] >= 9); // a third of thirty
  CHECK(pings[n(3)] <= 11);
  CHECK(f.view(3) == standing::faulty); // its answers had no higher incarnation
  CHECK(f.core.local_health_score() == 0);
  f.hear(3, gossip::ack{gossip::probe_number{1}, at(3, 1)}, {}, 1);
  CHECK(f.view(3) == standing::alive);
}

TEST_CASE("news goes out at once to three others, then once per gossip interval until told often enough") {
  fixture f(6);
  f.hear(1, gossip::only_news{}, {word(2, standing::suspect, 1)});
  CHECK(f.sent<gossip::only_news>(f.last).size() == 3);
  auto first = f.now;
  f.all.clear();
  f.run_until(first + 1s, true);
  std::size_t told = 3;
  for (const auto& s : f.seen<send_datagram>())
    told += static_cast<std::size_t>(std::ranges::count(s.what.items, word(2, standing::suspect, 1)));
  // Four times by the queue; beyond that only to the accused itself.
  std::size_t to_accused = 0;
  for (const auto& s : f.seen<send_datagram>()) to_accused += s.to == n(2) && !s.what.items.empty();
  CHECK(told - to_accused <= 4);
  CHECK(told >= 4);
}

TEST_CASE("who stood still accuses nobody before its own probe was answered, then waits anew") {
  fixture f(3);
  f.hear(1, gossip::only_news{}, {word(3, standing::suspect, 1)});
  auto before = f.core.counts().faulty;
  f.now += 10s; // all deadlines have long passed
  SUBCASE("a timer comes first") {
    f.take(f.core.on_deadline(f.now, f.random));
  }
  SUBCASE("mail comes first") {
    f.hear(2, gossip::only_news{});
  }
  CHECK(f.core.accuses_nobody());
  CHECK(f.core.counts().pauses == 1);
  f.run_until(f.now + 5s, false); // nobody answers
  CHECK(f.core.accuses_nobody());
  CHECK(f.core.counts().faulty == before);
  CHECK(f.view(1) == standing::alive);
  CHECK(f.view(2) == standing::alive);
  CHECK(f.view(3) == standing::suspect);
  f.hear(1, gossip::ack{gossip::probe_number{1}, at(1)}); // an answer to a probe of long ago
  CHECK(f.core.accuses_nobody());
  auto ping = f.next_ping();
  f.answer_pings();
  CHECK_FALSE(f.core.accuses_nobody());
  auto since = f.now;
  f.run_until(since + 1199ms, true);
  CHECK(f.view(3) == standing::suspect);
  f.run_until(since + 1200ms, true);
  CHECK(f.view(3) == standing::faulty);
}

TEST_CASE("an answer that lay in the socket while it stood still proves nothing") {
  fixture f(3);
  auto ping = f.next_ping();
  f.now += 10s;
  f.hear(number_of(ping.to), gossip::ack{std::get<gossip::ping>(ping.what.what).number, at(number_of(ping.to))});
  CHECK(f.core.accuses_nobody());
}

TEST_CASE("a faulty member that stays silent is held against nobody") {
  fixture f(3);
  f.hear(1, gossip::only_news{}, {word(3, standing::faulty, 1)});
  f.mute = n(3);
  f.run_until(f.now + 3s, true);
  CHECK(f.core.counts().reconnects >= 9);
  CHECK(f.core.counts().probes_failed == 0);
  CHECK(f.core.local_health_score() == 0);
}

TEST_CASE("a timer a little late is not a pause") {
  fixture f(2);
  f.now = f.core.next_deadline() + 50ms;
  f.take(f.core.on_deadline(f.now, f.random));
  CHECK(f.core.counts().pauses == 0);
  f.now = f.core.next_deadline() + 50ms + 1ns;
  f.take(f.core.on_deadline(f.now, f.random));
  CHECK(f.core.counts().pauses == 1);
}

TEST_CASE("lives: a later session replaces, an earlier one is not heard") {
  fixture f(3);
  f.hear(1, gossip::only_news{}, {word(2, standing::faulty, 1)});
  f.take(f.core.on_datagram(n(2), {at(20), gossip::only_news{}, {}, {}}, f.now, f.random));
  CHECK(f.view(2) == standing::alive);
  CHECK(f.core.opinion_of(n(2))->session == session_id{20});
  CHECK(f.core.opinion_of(n(2))->heard == f.now);
  auto heard = f.now;
  f.now += 10ms;
  f.hear(2, gossip::ping{gossip::probe_number{1}}); // session 2 again
  CHECK(f.sent<gossip::ack>(f.last).empty());
  CHECK(f.core.opinion_of(n(2))->heard == heard);
  CHECK(f.core.counts().old_lives == 1);
}

TEST_CASE("contacts: heard by any word, answered only by an answer to its own probe") {
  fixture f(2);
  f.now += 1ms;
  f.hear(1, gossip::only_news{});
  CHECK(f.core.opinion_of(n(1))->heard == f.now);
  CHECK(f.core.opinion_of(n(1))->answered < f.now);
  auto ping = f.next_ping();
  f.now += 3ms;
  f.answer_pings();
  CHECK(f.core.opinion_of(ping.to)->answered == f.now);
}

TEST_CASE("who is not configured is forgotten, not heard, and not learnt from others") {
  fixture f(3);
  f.take(f.core.configure({me, n(1), n(2)}, f.now, f.random));
  CHECK_FALSE(f.core.opinion_of(n(3)));
  CHECK(f.core.nodes() == 3);
  f.hear(3, gossip::ping{gossip::probe_number{1}});
  CHECK(f.sent<gossip::ack>(f.last).empty());
  f.hear(1, gossip::only_news{}, {word(3, standing::alive)});
  CHECK_FALSE(f.core.opinion_of(n(3)));
  CHECK(f.core.counts().strangers == 2);
}

TEST_CASE("members are bounded") {
  fixture f(1);
  for (unsigned i = 2; i < 200; ++i) f.hear(1, gossip::only_news{}, {word(i, standing::alive)});
  CHECK(f.core.nodes() == 128);
  CHECK(f.core.counts().strangers == 199 - 127);
}

TEST_CASE("push-pull: the whole state, faulty becomes a suspicion by who says so, and an answer when wanted") {
  fixture f(3);
  f.take(f.core.on_push_pull(
      n(1), {at(1), true, {word(2, standing::faulty, 3), word(3, standing::left), word(7, standing::alive)}}, f.now,
      f.random));
  CHECK(f.view(2) == standing::suspect);
  CHECK(f.core.opinion_of(n(2))->accusers == std::vector{n(1)});
  CHECK(f.view(3) == standing::left);
  CHECK(f.view(7) == standing::alive);
  auto answers = f.seen<send_state>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].to == n(1));
  CHECK_FALSE(answers[0].what.answer_wanted);
  CHECK(answers[0].what.members == std::vector{gossip::news{me, at(50), standing::alive, {}}, word(1, standing::alive),
                                               word(2, standing::suspect, 1), word(3, standing::left),
                                               word(7, standing::alive)});
}

TEST_CASE("seeds are asked again until one answers, the own name left out") {
  random_source random{1};
  auto t = conf::derive({}).value();
  swim core({me, session_id{}, {me, n(1)}, t, 1140});
  instant now{5s};
  auto asked = [](const outputs& outs) {
    return std::ranges::count_if(outs, [](const output& o) { return std::holds_alternative<send_state>(o); });
  };
  CHECK(asked(core.start(now, random)) == 1);
  auto first = now;
  long again = 0;
  while (again == 0) now = core.next_deadline(), again = asked(core.on_deadline(now, random));
  CHECK(now == first + 500ms);
  (void)core.on_push_pull(n(1), {at(1), false, {word(2, standing::alive)}}, now, random);
  CHECK(core.nodes() == 3);
}

TEST_CASE("leaving: said often enough, then over; it probes no more and does not contradict") {
  fixture f(3);
  f.take(f.core.leave(f.now, f.random));
  auto told = f.sent<gossip::only_news>(f.last);
  REQUIRE(told.size() == 3);
  CHECK(told[0].what.items == std::vector{gossip::news{me, at(50), standing::left, {}}});
  f.hear(1, gossip::only_news{}, {of_me(standing::suspect, 0)});
  CHECK(f.core.self() == at(50, 0));
  while (f.seen<departed>().empty()) f.step();
  CHECK(f.now <= instant{1003s});
  CHECK(f.seen<send_datagram>().size() >= 4);
  CHECK(f.core.next_deadline() == instant::max());
  f.hear(1, gossip::ping{gossip::probe_number{1}});
  CHECK(f.last.empty());
}

TEST_CASE("a blob rides on every datagram and comes out on the other side; news has to make room for it") {
  fixture f(1);
  f.core.carry(byte_buffer(gossip::max_blob, std::byte{7}));
  auto ping = f.next_ping();
  CHECK(ping.what.blob.size() == gossip::max_blob);
  f.take(f.core.on_datagram(n(1), {at(1), gossip::only_news{}, {}, {std::byte{1}}}, f.now, f.random));
  CHECK(f.seen<blob_heard>().at(0).blob == byte_buffer{std::byte{1}});
  CHECK_THROWS_AS(f.core.carry(byte_buffer(gossip::max_blob + 1)), broken_assertion);
}

} // namespace troupe::detector_swim_test
