// Sessions between two nodes: how they begin, are renewed, break and begin anew; what they deliver.
#include "transport/switchboard_fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::transport_test {

TEST_CASE("link: two nodes find each other at one moment and settle on one session and one stream") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    two_nodes w(seed);
    w.slowest = 20ms;
    w.boot_both();
    REQUIRE(w.run_until([&] { return w.up(); }));
    w.run_for(2s);
    CHECK(w.up());
    CHECK_MESSAGE(w.same_session(), "seed ", seed);
    CHECK(w.link("n1", "n2").state().theirs == terms{test_lineage(1), 1});
    CHECK(w.at("n1").refused.size() <= 1); // at most a late welcome for a dial that was not needed any more
  }
}

TEST_CASE("link: exact simultaneous open stays with the session and the stream of the lower key") {
  two_nodes w;
  w.slowest = duration{1}; // every delay is the same: the handshakes cross message by message
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  bool n1_lower = test_identity("n1").key() < test_identity("n2").key();
  const auto& winner = n1_lower ? w.link("n1", "n2") : w.link("n2", "n1");
  const auto& other = n1_lower ? w.link("n2", "n1") : w.link("n1", "n2");
  CHECK(winner.datagrams().sessions() == 2); // both succeeded
  CHECK(winner.datagrams().sending_channel() == other.datagrams().sending_channel());
  CHECK(link_number(*winner.datagrams().sending_channel()) == 1);
  CHECK(w.at("n1").board->refusals().total() == 0);
  CHECK(w.at("n2").board->refusals().total() == 0);
  w.run_for(40s); // the other one is forgotten
  CHECK(winner.datagrams().sessions() == 1);
  CHECK(w.up());
}

TEST_CASE("link: payloads arrive authenticated, with who, how and under which terms") {
  two_nodes w;
  w.boot_both();
  CHECK(w.send("n1", "n2", route::datagram, "early gossip")); // both wait for their session
  CHECK(w.send("n1", "n2", route::stream, "early command"));
  CHECK_FALSE(w.send("n1", "n9", route::stream, "nobody"));
  REQUIRE(w.run_until([&] { return w.at("n2").got.size() == 2; }));
  w.send("n2", "n1", route::datagram, "back");
  REQUIRE(w.run_until([&] { return w.at("n1").got.size() == 1; }));
  std::map<route, std::string> got;
  for (const auto& m : w.at("n2").got) {
    CHECK(m.from == node_name{"n1"});
    CHECK(m.head == envelope{message_kind::gossip, 1, test_lineage(1), session_id{7}});
    got[m.via] = text(m);
  }
  CHECK(got == std::map<route, std::string>{{route::datagram, "early gossip"}, {route::stream, "early command"}});
}

TEST_CASE("link: lost, repeated, delayed and reordered handshake datagrams: it comes up, nothing is delivered twice") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    two_nodes w(seed);
    w.loss = 250'000;
    w.repeat = 250'000;
    w.slowest = 150ms;
    w.boot_both();
    REQUIRE_MESSAGE(w.run_until([&] { return w.up(); }, 60s), "seed ", seed);
    int sent = 0;
    for (; sent < 300; ++sent) {
      w.send("n1", "n2", route::datagram, "d" + std::to_string(sent));
      w.send("n1", "n2", route::stream, "s" + std::to_string(sent));
      w.run_for(10ms);
    }
    w.run_for(2s);
    std::map<std::string, int> times;
    std::vector<std::string> by_stream;
    for (const auto& m : w.at("n2").got) {
      ++times[text(m)];
      if (m.via == route::stream) by_stream.push_back(text(m));
    }
    for (const auto& sent_once : times) CHECK_MESSAGE(sent_once.second == 1, "seed ", seed, " ", sent_once.first);
    REQUIRE_MESSAGE(by_stream.size() == 300, "seed ", seed);
    for (int i = 0; i < 300; ++i) CHECK(by_stream[static_cast<std::size_t>(i)] == "s" + std::to_string(i));
    auto arrived = times.size() - by_stream.size();
    CHECK_MESSAGE(arrived > 150, "seed ", seed); // three quarters are expected
    CHECK(arrived < 300);
  }
}

TEST_CASE("link: the loss of any one handshake datagram is made good by its repetition") {
  for (int lost = 0; lost < 12; ++lost) {
    two_nodes w;
    int number = 0;
    w.on_the_wire = [&](const auto&, const auto&, byte_buffer&) { return number++ != lost; };
    w.boot_both();
    REQUIRE(w.run_until([&] { return w.up(); }, 3s));
    w.run_for(3s);
    w.send("n1", "n2", route::datagram, "x");
    w.send("n2", "n1", route::datagram, "y");
    w.run_for(100ms);
    CHECK_MESSAGE(w.at("n2").got.size() == 1, "lost ", lost);
    CHECK_MESSAGE(w.at("n1").got.size() == 1, "lost ", lost);
  }
}

TEST_CASE("link: renewed before it is worn; both ends follow; nothing is lost meanwhile, also when renewals cross") {
  two_nodes w;
  w.slowest = 5ms;
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  auto first = w.link("n1", "n2").datagrams().sending_channel();
  std::size_t sent = 0;
  for (; w.now < instant{} + 1h + 25min; ++sent) {
    w.send("n1", "n2", route::datagram, "x");
    w.run_for(250ms);
    REQUIRE(w.up());
  }
  w.run_for(1s);
  CHECK(w.at("n2").got.size() == sent);
  CHECK(w.link("n1", "n2").datagrams().sending_channel() != first);
  CHECK(w.same_session());
  CHECK(w.link("n1", "n2").datagrams().sessions() == 1); // the previous ones are gone
  CHECK(w.link("n2", "n1").datagrams().sessions() == 1);
}

TEST_CASE("link: renewals that cross, message by message, settle on the lower key's and lose nothing") {
  two_nodes w;
  w.slowest = duration{1};
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  // No handshake gets through until both want a new session; then both start over at once.
  bool blocked = true;
  w.on_the_wire = [&](const auto&, const auto&, byte_buffer& data) { return !blocked || !is_handshake(data); };
  w.run_for(10min + 40s);
  auto before = w.link("n1", "n2").datagrams().sending_channel();
  CHECK(w.same_session());
  blocked = false;
  std::size_t sent = 0;
  for (; sent < 2000; ++sent) {
    w.send("n1", "n2", route::datagram, "x");
    w.send("n2", "n1", route::datagram, "x");
    w.run_for(2ms);
  }
  w.run_for(1s);
  CHECK(w.at("n2").got.size() == sent);
  CHECK(w.at("n1").got.size() == sent);
  CHECK(w.link("n1", "n2").datagrams().sending_channel() != before);
  CHECK(w.same_session());
}

TEST_CASE("link: a restarted daemon is back at once; what was sealed for its former life is refused") {
  two_nodes w;
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  w.record = true;
  w.send("n1", "n2", route::datagram, "old");
  auto old = std::get<2>(w.sent.back());
  w.run_for(100ms);
  w.at("n1").broken = 0;
  w.boot("n2");
  auto restarted = w.now;
  REQUIRE(w.run_until([&] { return w.up(); }));
  CHECK(w.now - restarted < 1s);
  w.run_for(1s);
  CHECK(w.at("n1").broken == 1); // whether it broke before or after the new one came
  CHECK(w.up());
  w.at("n2").got.clear();
  auto before = w.at("n2").board->refusals().total();
  w.inject(test_endpoint(1), test_endpoint(2), old);
  CHECK(w.at("n2").got.empty());
  CHECK(w.at("n2").board->refusals().total() == before + 1);
  w.send("n1", "n2", route::datagram, "new");
  w.run_for(100ms);
  REQUIRE(w.at("n2").got.size() == 1);
  CHECK(text(w.at("n2").got[0]) == "new");
}

TEST_CASE("link: a lost confirmation is repeated for the repeated finish; the hello of an open session is not answered "
          "again") {
  two_nodes w;
  w.boot("n1");
  w.boot("n2");
  auto mute = w.directory();
  mute.nodes.at(node_name{"n1"}).addresses.clear(); // only n1 opens sessions
  w.set_directory("n2", mute);
  w.record = true;
  bool lost = false;
  w.on_the_wire = [&](const auto& from, const auto&, byte_buffer& data) {
    bool confirmation = !lost && from == test_endpoint(2) && !is_handshake(data);
    lost = lost || confirmation;
    return !confirmation;
  };
  auto start = w.now;
  REQUIRE(w.run_until([&] { return w.link("n1", "n2").state().datagrams; }));
  CHECK(lost);
  CHECK(w.now - start < 300ms); // before n2's first keep-alive would have told
  w.run_for(1s);

  auto recorded = w.sent;
  w.sent.clear();
  for (const auto& [from, to, data] : recorded)
    if (is_type(data, message_type::hello) && parse_hello(data)->cookie != cookie{}) w.inject(from, to, data);
  CHECK(w.refused("n2", refusal::replayed) == 1);
  CHECK(w.sent.empty());
}

TEST_CASE("link: streams that break are dialled again; a truncated one is counted, one that ended in order is not") {
  two_nodes w;
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  CHECK(w.refused("n1", refusal::truncated) == 0);
  w.at("n1").broken = w.at("n2").broken = 0;
  w.cut_streams();
  CHECK(w.refused("n1", refusal::truncated) == 1);
  CHECK_FALSE(w.up());
  CHECK(w.at("n1").broken == 1);
  CHECK(w.at("n2").broken == 1);
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  auto before = w.refused("n1", refusal::truncated);
  auto without = w.directory();
  without.nodes.erase(node_name{"n1"});
  w.set_directory("n2", without); // n2 ends the stream in good order
  w.run_for(1s);
  CHECK(w.refused("n1", refusal::truncated) == before);
  CHECK_FALSE(w.link("n1", "n2").state().stream);
}

TEST_CASE("link: what waits for a session is bounded, the oldest is dropped and counted") {
  two_nodes w;
  w.boot("n1");
  for (int i = 0; i < 2000; ++i) {
    w.send("n1", "n2", route::datagram, std::to_string(i));
    w.send("n1", "n2", route::stream, std::to_string(i));
  }
  CHECK(w.link("n1", "n2").counters().datagrams_dropped == 2000 - datagram_link::max_waiting);
  CHECK(w.link("n1", "n2").counters().stream_dropped == 2000 - stream_link::max_waiting);
  w.boot("n2");
  REQUIRE(w.run_until([&] { return w.at("n2").got.size() == datagram_link::max_waiting + stream_link::max_waiting; }));
  std::set<std::string> got;
  for (const auto& m : w.at("n2").got) got.insert(text(m));
  CHECK(got.size() == stream_link::max_waiting); // the datagrams that were kept are among the newest, too
  CHECK(got.contains("1999"));
  CHECK_FALSE(got.contains(std::to_string(1999 - stream_link::max_waiting)));
  CHECK_THROWS(w.send("n1", "n2", route::datagram, std::string(max_datagram_payload + 1, 'x')));
  w.send("n1", "n2", route::datagram, std::string(max_datagram_payload, 'x'));
  w.send("n1", "n2", route::stream, std::string(max_stream_payload, 'x'));
  w.run_for(1s);
  CHECK(w.at("n2").got.back().payload.size() >= max_datagram_payload);
  w.crash("n2");
  w.run_for(1s);
  auto dropped = w.link("n1", "n2").counters().stream_dropped;
  for (int i = 0; i < 6; ++i) w.send("n1", "n2", route::stream, std::string(1'000'000, 'x'));
  CHECK(w.link("n1", "n2").counters().stream_dropped == dropped + 2); // 4 MiB hold four of them
}

TEST_CASE("link: the same seed gives the same datagrams, to the byte") {
  auto run = [] {
    two_nodes w(5);
    w.loss = 100'000;
    w.slowest = 50ms;
    w.record = true;
    w.boot_both();
    for (int i = 0; i < 50; ++i) {
      w.send("n1", "n2", route::datagram, "x");
      w.run_for(100ms);
    }
    byte_buffer all;
    for (const auto& [from, to, data] : w.sent) all.insert(all.end(), data.begin(), data.end());
    return to_hex(digest_of({all}));
  };
  CHECK(run() == run());
}

} // namespace troupe::transport_test
