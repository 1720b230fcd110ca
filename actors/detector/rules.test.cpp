// The rules of SWIM and Lifeguard, each by itself.
#include "actors/detector/local_health.hpp"
#include "actors/detector/member.hpp"
#include "actors/detector/news_queue.hpp"
#include "actors/detector/probe_order.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

namespace troupe::detector_rules_test {

using namespace std::chrono_literals;
using namespace troupe::detector;
using gossip::news;
using gossip::standing;

const instant start{};

node_name name(unsigned i) {
  return node_name{"n" + std::to_string(i)};
}

gossip::life at(std::uint64_t session, std::uint64_t incarnation) {
  return {session_id{session}, gossip::incarnation_number{incarnation}};
}

// --- local health ---

TEST_CASE("local health goes down by one, up by what was missed, and stays within 0 and 8") {
  local_health h;
  h.good();
  CHECK(h.score() == 0);
  CHECK(h.scaled(100ms) == 100ms);
  h.bad();
  CHECK(h.scaled(100ms) == 200ms);
  h.bad(3);
  CHECK(h.score() == 4);
  h.bad(0);
  CHECK(h.score() == 4);
  h.bad(7);
  CHECK(h.score() == 8);
  CHECK(h.scaled(100ms) == 900ms);
  h.good();
  CHECK(h.score() == 7);
}

// --- suspicion ---

TEST_CASE("suspicion time by the formula, for each number of confirmations") {
  // 1200 - 800 * log(c + 1) / log(k + 1), in milliseconds, by hand
  auto time = [](unsigned wanted, unsigned confirmations) {
    return suspicion_timeout({400ms, 1200ms, wanted}, confirmations);
  };
  CHECK(time(0, 0) == 400ms);
  CHECK(time(1, 0) == 1200ms);
  CHECK(time(1, 1) == 400ms);
  CHECK(time(2, 0) == 1200ms);
  CHECK(time(2, 1) == 695'256us);
  CHECK(time(2, 2) == 400ms);
  CHECK(time(3, 0) == 1200ms);
  CHECK(time(3, 1) == 800ms);
  CHECK(time(3, 2) == 566'015'200ns);
  CHECK(time(3, 3) == 400ms);
  CHECK(time(3, 9) == 400ms);
}

TEST_CASE("only another accuser confirms, only as many as are wanted count, and a restart keeps them") {
  suspicion s({400ms, 1200ms, 2}, name(1), start);
  CHECK(s.deadline() == start + 1200ms);
  CHECK_FALSE(s.confirm(name(1)));
  CHECK(s.confirm(name(2)));
  CHECK_FALSE(s.confirm(name(2)));
  CHECK(s.deadline() == start + 695'256us);
  CHECK(s.confirm(name(3)));
  CHECK_FALSE(s.confirm(name(4)));
  CHECK(s.deadline() == start + 400ms);
  CHECK(s.accusers() == std::vector{name(1), name(2), name(3)});
  s.restart(start + 5s);
  CHECK(s.deadline() == start + 5400ms);
}

// --- probe order ---

TEST_CASE("every member once in each rotation, in another order each time, at most 2m - 1 apart") {
  random_source random{5};
  probe_order order;
  CHECK_FALSE(order.next(random));
  constexpr unsigned m = 6;
  for (unsigned i = 0; i < m; ++i) order.insert(name(i), random);
  std::map<node_name, int> last;
  std::set<std::vector<node_name>> orders;
  int longest = 0;
  for (int rotation = 0; rotation < 300; ++rotation) {
    std::vector<node_name> seen;
    for (unsigned i = 0; i < m; ++i) {
      seen.push_back(*order.next(random));
      int now = rotation * static_cast<int>(m) + static_cast<int>(i);
      if (last.contains(seen.back())) longest = std::max(longest, now - last[seen.back()]);
      last[seen.back()] = now;
    }
    CHECK(order.rotation_done());
    CHECK(std::set(seen.begin(), seen.end()).size() == m);
    orders.insert(seen);
  }
  CHECK(longest == 2 * m - 1);
  CHECK(orders.size() > 200); // of 720
}

TEST_CASE("who comes or goes in the middle of a rotation costs nobody a turn") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    random_source random{seed};
    probe_order order;
    for (unsigned i = 0; i < 5; ++i) order.insert(name(i), random);
    std::multiset<node_name> seen;
    auto take = [&](unsigned count) {
      while (count-- > 0) seen.insert(*order.next(random));
    };
    take(5);
    seen.clear();
    take(2);
    order.insert(name(9), random);
    auto gone = *seen.begin();
    order.remove(gone);
    while (!order.rotation_done()) take(1);
    for (unsigned i = 0; i < 5; ++i) CHECK(seen.count(name(i)) == 1);
    CHECK(seen.count(name(9)) <= 1);
    CHECK_FALSE(order.contains(gone));
  }
}

TEST_CASE("a newcomer's place in the rotation is random") {
  unsigned first = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    random_source random{seed};
    probe_order order;
    for (unsigned i = 0; i < 4; ++i) order.insert(name(i), random);
    if (*order.next(random) == name(3)) ++first;
  }
  CHECK(first > 180); // 250 expected
  CHECK(first < 320);
}

// --- which news outdoes what ---

member as(standing is, gossip::life life) {
  member m{life, alive{}, start, {}, {}};
  if (is == standing::suspect) m.state = suspicion({400ms, 1200ms, 2}, name(7), start);
  if (is == standing::faulty) m.state = faulty{{name(7)}};
  if (is == standing::left) m.state = left{};
  return m;
}

TEST_CASE("precedence: older, equal and newer incarnation of each word against each standing") {
  using enum effect;
  struct line {
    standing word, known;
    effect older, equal, newer;
  };
  using enum standing;
  const line lines[] = {
      {standing::alive, standing::alive, ignored, ignored, outdoes},
      {standing::alive, suspect, ignored, ignored, outdoes},
      {standing::alive, standing::faulty, ignored, ignored, outdoes},
      {standing::alive, standing::left, ignored, ignored, ignored},
      {suspect, standing::alive, ignored, outdoes, outdoes},
      {suspect, suspect, ignored, confirms, outdoes},
      {suspect, standing::faulty, ignored, ignored, outdoes},
      {suspect, standing::left, ignored, ignored, ignored},
      {standing::faulty, standing::alive, ignored, outdoes, outdoes},
      {standing::faulty, suspect, ignored, outdoes, outdoes},
      {standing::faulty, standing::faulty, ignored, ignored, outdoes},
      {standing::faulty, standing::left, ignored, ignored, ignored},
      {standing::left, standing::alive, ignored, outdoes, outdoes},
      {standing::left, suspect, ignored, outdoes, outdoes},
      {standing::left, standing::faulty, ignored, outdoes, outdoes},
      {standing::left, standing::left, ignored, ignored, ignored},
  };
  for (const auto& l : lines) {
    CAPTURE(static_cast<int>(l.word));
    CAPTURE(static_cast<int>(l.known));
    auto known = as(l.known, at(5, 3));
    CHECK(effect_of({name(1), at(5, 2), l.word, {}}, known) == l.older);
    CHECK(effect_of({name(1), at(5, 3), l.word, {}}, known) == l.equal);
    CHECK(effect_of({name(1), at(5, 4), l.word, {}}, known) == l.newer);
    CHECK(effect_of({name(1), at(4, 9), l.word, {}}, known) == ignored); // an earlier session
    CHECK(effect_of({name(1), at(6, 0), l.word, {}}, known) == outdoes); // a later one
  }
}

// --- dissemination ---

news suspicion_of(unsigned about, unsigned by, std::uint64_t incarnation = 0) {
  return {name(about), at(1, incarnation), standing::suspect, name(by)};
}

constexpr std::size_t ample = 100'000;

TEST_CASE("each item is sent lambda times the digits of n") {
  CHECK(news_queue::sends_for(1) == 4);
  CHECK(news_queue::sends_for(9) == 4);
  CHECK(news_queue::sends_for(10) == 8);
  CHECK(news_queue::sends_for(99) == 8);
  CHECK(news_queue::sends_for(100) == 12);
  CHECK(news_queue::sends_for(128) == 12);
  for (unsigned nodes : {5u, 50u}) {
    news_queue q;
    q.put(suspicion_of(1, 2));
    unsigned sent = 0;
    while (!q.empty()) sent += static_cast<unsigned>(q.take(ample, name(9), nodes).size());
    CHECK(sent == news_queue::sends_for(nodes));
  }
}

TEST_CASE("newer word replaces older word; accusers of one life stand side by side") {
  news_queue q;
  q.put(suspicion_of(1, 2));
  q.put(suspicion_of(1, 3));
  q.put(suspicion_of(1, 3));
  CHECK(q.size() == 2);
  q.put(suspicion_of(1, 4, 1)); // another incarnation
  CHECK(q.size() == 1);
  q.put({name(1), at(1, 2), standing::alive, {}});
  CHECK(q.size() == 1);
  q.put(suspicion_of(5, 2));
  q.forget(name(1));
  CHECK(q.size() == 1);
  CHECK(q.holds(name(5)));
}

TEST_CASE("first what the receiver must hear of itself, then the least sent, the alive before the accused") {
  news_queue q;
  news old = suspicion_of(1, 2);
  q.put(old);
  CHECK(q.take(ample, name(9), 5) == std::vector{old});
  news accused = suspicion_of(3, 2), risen{name(4), at(1, 1), standing::alive, {}}, me = suspicion_of(9, 2);
  q.put(risen);
  q.put(accused);
  q.put(me);
  CHECK(q.take(ample, name(9), 5) == std::vector{me, risen, accused, old});
}

TEST_CASE("a datagram takes what fits, and the rest comes next time") {
  news_queue q;
  for (unsigned i = 0; i < 30; ++i) q.put(suspicion_of(i, 40));
  auto one = gossip::bound_of(suspicion_of(10, 40));
  std::set<node_name> told;
  for (int round = 0; round < 3; ++round)
    for (const auto& n : q.take(10 * one, name(99), 5)) told.insert(n.about);
  CHECK(told.size() == 30);
}

TEST_CASE("the queue is bounded: the most often sent goes first") {
  news_queue q;
  q.put(suspicion_of(1, 2));
  (void)q.take(ample, name(9), 5);
  for (unsigned i = 0; i < news_queue::max_items; ++i) q.put({name(1000 + i), at(1, 0), standing::alive, {}});
  CHECK(q.size() == news_queue::max_items);
  CHECK_FALSE(q.holds(name(1)));
}

} // namespace troupe::detector_rules_test
