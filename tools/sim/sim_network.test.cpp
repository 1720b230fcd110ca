#include "tools/sim/sim_network.hpp"

#include "tools/sim/scenario.hpp"

#include <doctest/doctest.h>

namespace troupe::sim::network_test {

using namespace transport;
using namespace std::chrono_literals;

constexpr machine_index n1{0}, n2{1}, n3{2};

byte_buffer bytes(std::string_view text) {
  auto v = view_of(text);
  return {v.begin(), v.end()};
}
std::string text(const byte_buffer& b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}
const char* name_of(close_reason why) {
  switch (why) {
  case close_reason::by_peer: return "by_peer";
  case close_reason::refused: return "refused";
  case close_reason::unreachable: return "unreachable";
  case close_reason::backlog: return "backlog";
  case close_reason::stuck: return "stuck";
  }
  return "?";
}

// Three machines that are up, each with a card that writes down what it hears.
struct net {
  kernel k;
  fabric between;
  std::vector<std::unique_ptr<network_card>> cards;
  std::vector<std::string> heard; // by machine
  std::vector<stream_id> accepted;

  explicit net(std::uint64_t seed = 1)
    : k{{seed, machine_names(3), 1us, {}}}
    , between{k}
    , heard(3)
    , accepted(3) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      machine_index m{i};
      k.hardware(m).power = power::on;
      k.hardware(m).boot = 1;
      k.hardware(m).clock.set(k.now(), instant{1s});
      cards.push_back(std::make_unique<network_card>(between, m));
      listen(m);
    }
  }
  void listen(machine_index m) {
    CHECK(cards[m.value]->open({address_of(m)}, [this, m](const network_event& e) { hear(m, e); }).empty());
  }
  void hear(machine_index m, const network_event& e) {
    auto& into = heard[m.value];
    if (auto* d = std::get_if<datagram_received>(&e)) into += text(d->data) + " ";
    if (auto* a = std::get_if<stream_accepted>(&e)) {
      accepted[m.value] = a->stream;
      into += "accepted ";
    }
    if (std::holds_alternative<stream_connected>(e)) into += "connected ";
    if (auto* d = std::get_if<stream_data>(&e)) into += text(d->data) + " ";
    if (auto* c = std::get_if<stream_closed>(&e)) into += std::string("closed:") + name_of(c->why) + " ";
  }
  network_card& card(machine_index m) { return *cards[m.value]; }
  std::string& at(machine_index m) { return heard[m.value]; }
  void run(duration how_long) {
    for (auto until = k.now() + how_long; k.step(until);) {
    }
  }
  void fault_now(fault_kind what) { k.faults().begin({0s, 0s, std::move(what)}); }
  void power_off(machine_index m) {
    k.hardware(m).power = power::off;
    ++k.hardware(m).life;
    cards[m.value]->shut();
  }
  void new_daemon(machine_index m) {
    ++k.hardware(m).life;
    cards[m.value] = std::make_unique<network_card>(between, m);
    listen(m);
  }
};

nodes name(std::size_t number) {
  return {node_name{"n" + std::to_string(number)}};
}

TEST_CASE("datagrams arrive, from the address of their sender; strangers' addresses lead nowhere") {
  net w;
  endpoint from;
  w.cards[1] = std::make_unique<network_card>(w.between, n2);
  w.card(n2).open({address_of(n2)}, [&](const network_event& e) { from = std::get<datagram_received>(e).from; });
  w.card(n1).send(address_of(n2), bytes("hi"));
  CHECK(from == endpoint{}); // never inside of send
  endpoint nowhere = address_of(machine_index{7});
  w.card(n1).send(nowhere, bytes("hi"));
  w.card(n1).send(address_of(n3, 9), bytes("hi")); // nobody listens on that port
  w.run(1s);
  CHECK(from == address_of(n1));
  CHECK(w.at(n3).empty());
  CHECK(w.between.delivered() == 1);
}

TEST_CASE("an address of another machine cannot be bound") {
  net w;
  network_card second{w.between, n1};
  CHECK(second.open({address_of(n2)}, [](const network_event&) {}).find("cannot bind") != std::string::npos);
}

TEST_CASE("loss, duplication, delay and reordering do what they say, each counted") {
  net w;
  auto send_100 = [&] {
    for (int i = 0; i < 100; ++i)
      w.card(n1).send(address_of(n2), bytes(std::string(1, static_cast<char>('0' + i % 10))));
    w.run(10s);
    auto got = std::exchange(w.at(n2), {});
    return got.size() / 2;
  };
  CHECK(send_100() == 100);
  w.fault_now(faults::loss{name(1), name(2), rate{300'000}});
  auto arrived = send_100();
  CHECK(arrived > 50);
  CHECK(arrived < 90);
  CHECK(w.k.effects().of(effect::packet_lost) == 100 - arrived);
  w.card(n2).send(address_of(n1), bytes("x")); // the other way is whole
  w.run(1s);
  CHECK(w.at(n1) == "x ");

  w.k.faults().clear();
  w.fault_now(faults::duplication{{}, {}, rate{500'000}});
  arrived = send_100();
  CHECK(arrived == 100 + w.k.effects().of(effect::packet_duplicated));
  CHECK(arrived > 120);

  w.k.faults().clear();
  w.fault_now(faults::delay{name(1), {}, 500ms});
  w.card(n1).send(address_of(n2), bytes("late"));
  w.run(500ms);
  CHECK(w.at(n2).empty());
  w.run(1ms);
  CHECK(w.at(n2) == "late ");
  CHECK(w.k.effects().of(effect::packet_delayed) == 1);

  w.k.faults().clear();
  w.at(n2).clear();
  w.fault_now(faults::reordering{{}, {}, 100ms});
  for (char c : std::string("abcdefgh")) w.card(n1).send(address_of(n2), bytes(std::string(1, c)));
  w.run(1s);
  CHECK(w.at(n2).size() == 16);
  CHECK(w.at(n2) != "a b c d e f g h ");
  CHECK(w.k.effects().of(effect::packet_reordered) == 8);
}

TEST_CASE("partitions: both ways or one way, the third machine untouched") {
  net w;
  SUBCASE("symmetric") {
    w.fault_now(faults::partition{name(1), name(2), false});
    w.card(n1).send(address_of(n2), bytes("a"));
    w.card(n2).send(address_of(n1), bytes("b"));
    w.card(n1).send(address_of(n3), bytes("c"));
    w.run(1s);
    CHECK(w.at(n2).empty());
    CHECK(w.at(n1).empty());
    CHECK(w.at(n3) == "c ");
    CHECK(w.k.effects().of(effect::partitioned) == 2);
  }
  SUBCASE("one way") {
    w.fault_now(faults::partition{name(1), name(2), true});
    w.card(n1).send(address_of(n2), bytes("a"));
    w.card(n2).send(address_of(n1), bytes("b"));
    w.run(1s);
    CHECK(w.at(n2).empty());
    CHECK(w.at(n1) == "b ");
    CHECK(w.k.effects().of(effect::partitioned_one_way) == 1);
  }
}

TEST_CASE("a datagram beyond the limit is dropped and counted") {
  net w;
  w.card(n1).send(address_of(n2), byte_buffer(max_datagram));
  w.card(n1).send(address_of(n2), byte_buffer(max_datagram + 1));
  w.run(1s);
  CHECK(w.between.delivered() == 1);
  CHECK(w.between.oversized() == 1);
}

TEST_CASE("refused, where the host answers; unreachable, where it does not") {
  net w;
  SUBCASE("the daemon is away, its host alive") {
    w.cards[1]->shut();
    w.card(n1).connect(address_of(n2));
    w.run(10ms);
    CHECK(w.at(n1) == "closed:refused ");
  }
  SUBCASE("nobody on that port") {
    w.card(n1).connect(address_of(n2, 1));
    w.run(10ms);
    CHECK(w.at(n1) == "closed:refused ");
  }
  SUBCASE("the host is off") {
    w.power_off(n2);
    w.card(n1).connect(address_of(n2));
    w.run(connect_timeout);
    CHECK(w.at(n1).empty());
    w.run(10ms);
    CHECK(w.at(n1) == "closed:unreachable ");
  }
  SUBCASE("it boots") {
    w.k.hardware(n2).power = power::booting;
    w.card(n1).connect(address_of(n2));
    w.run(10s);
    CHECK(w.at(n1) == "closed:unreachable ");
  }
  SUBCASE("it stands still") {
    w.k.pause(n2, true);
    w.card(n1).connect(address_of(n2));
    w.run(10s);
    CHECK(w.at(n1) == "closed:unreachable ");
  }
  SUBCASE("cut off, were it only one way") {
    w.fault_now(faults::partition{name(2), name(1), true});
    w.card(n1).connect(address_of(n2));
    w.run(10s);
    CHECK(w.at(n1) == "closed:unreachable ");
  }
  SUBCASE("no such address") {
    w.card(n1).connect(address_of(machine_index{99}));
    w.run(10ms);
    CHECK(w.at(n1) == "closed:unreachable ");
  }
  CHECK(w.between.open_connections() == 0);
}

TEST_CASE("a stream: both ways, in order under loss and delay, closed by one end") {
  net w;
  w.fault_now(faults::loss{{}, {}, rate{300'000}});
  w.fault_now(faults::reordering{{}, {}, 50ms});
  auto s = w.card(n1).connect(address_of(n2));
  w.card(n1).write(s, bytes("early")); // before the connection is there
  w.run(10s);
  CHECK(w.at(n1) == "connected ");
  for (char c : std::string("abcdef")) w.card(n1).write(s, bytes(std::string(1, c)));
  w.card(n2).write(w.accepted[1], bytes("reply"));
  w.run(60s);
  CHECK(w.at(n2) == "accepted early a b c d e f ");
  CHECK(w.at(n1) == "connected reply ");
  w.card(n1).write(s, bytes("last"));
  w.card(n1).close(s);
  w.run(60s);
  CHECK(w.at(n2) == "accepted early a b c d e f last closed:by_peer ");
  CHECK(w.at(n1) == "connected reply "); // who closes is told nothing
  CHECK(w.between.open_connections() == 0);
}

TEST_CASE("a daemon that dies closes its streams; what it had written still arrives") {
  net w;
  auto s = w.card(n1).connect(address_of(n2));
  w.run(10ms);
  w.card(n1).write(s, bytes("will"));
  w.card(n1).shut();
  w.run(1s);
  CHECK(w.at(n2) == "accepted will closed:by_peer ");
}

TEST_CASE("a machine that loses power says nothing; its next boot resets what it does not know") {
  net w;
  w.card(n1).connect(address_of(n2));
  w.run(10ms);
  w.power_off(n1);
  w.run(60s);
  CHECK(w.at(n2) == "accepted ");
  w.card(n2).write(w.accepted[1], bytes("x"));
  w.run(5s);
  CHECK(w.at(n2) == "accepted ");
  w.k.hardware(n1).power = power::on;
  w.new_daemon(n1);
  w.run(10s);
  CHECK(w.at(n2) == "accepted closed:by_peer ");
  CHECK(w.at(n1) == "connected ");
}

TEST_CASE("a partition stalls a stream; it goes on when healed in time, and is given up when not") {
  net w;
  auto s = w.card(n1).connect(address_of(n2));
  w.run(10ms);
  w.fault_now(faults::partition{name(1), name(2), false});
  w.card(n1).write(s, bytes("a"));
  w.run(10s);
  CHECK(w.at(n2) == "accepted ");
  SUBCASE("healed") {
    w.k.faults().clear();
    w.run(retransmit_last + 1s);
    CHECK(w.at(n2) == "accepted a ");
    CHECK(w.at(n1) == "connected ");
  }
  SUBCASE("healed, and asked whether it is stuck") {
    w.k.faults().clear();
    w.card(n2).end_if_stuck(w.accepted[1]); // it has written nothing
    w.run(10ms);
    CHECK(w.at(n2) == "accepted ");
    CHECK(w.at(n1) == "connected ");
    w.card(n1).end_if_stuck(s);
    w.run(10ms);
    CHECK(w.at(n1) == "connected closed:stuck ");
    CHECK(w.at(n2) == "accepted closed:by_peer "); // a reset
    w.run(give_up);
    CHECK(w.between.open_connections() == 0);
  }
  SUBCASE("not") {
    w.run(give_up);
    CHECK(w.at(n1) == "connected closed:unreachable ");
    CHECK(w.at(n2) == "accepted "); // it has no way to know
  }
}

TEST_CASE("a reader that does not drain costs the stream, not the memory") {
  net w;
  auto s = w.card(n1).connect(address_of(n2));
  w.run(10ms);
  w.k.pause(n2, true);
  byte_buffer megabyte(std::size_t{1} << 20);
  for (int i = 0; i < 8; ++i) w.card(n1).write(s, megabyte);
  w.run(1s);
  CHECK(w.at(n1) == "connected ");
  w.card(n1).write(s, bytes("one more"));
  w.run(1s);
  CHECK(w.at(n1) == "connected closed:backlog ");
  w.k.resume(n2);
  w.run(10s);
  CHECK(w.at(n2) == "accepted closed:by_peer ");
}

TEST_CASE("a paused machine gets its datagrams when it wakes, up to a limit") {
  net w;
  w.k.pause(n2, false);
  for (std::size_t i = 0; i < max_held_packets + 50; ++i) w.card(n1).send(address_of(n2), bytes("x"));
  w.run(1s);
  CHECK(w.at(n2).empty());
  w.k.resume(n2);
  w.run(1s);
  CHECK(w.at(n2).size() == 2 * max_held_packets);
}

} // namespace troupe::sim::network_test
