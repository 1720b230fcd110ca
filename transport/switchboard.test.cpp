#include "transport/test_world.hpp"

#include <doctest/doctest.h>

#include <string>

namespace troupe::transport_test {

using namespace transport;
using namespace std::chrono_literals;

namespace {

struct two_nodes : test_world {
  explicit two_nodes(std::uint64_t seed = 1)
    : test_world(seed) {
    add("n1", 1);
    add("n2", 2);
  }
  void boot_both() {
    boot("n1");
    boot("n2");
  }
  const peer_link& link(const char* from, const char* to) { return *at(from).board->link(node_name{to}); }
  bool up() {
    return link("n1", "n2").state().datagrams && link("n1", "n2").state().stream &&
           link("n2", "n1").state().datagrams && link("n2", "n1").state().stream;
  }
  bool same_session() {
    auto a = link("n1", "n2").datagrams().sending_channel();
    return a && a == link("n2", "n1").datagrams().sending_channel();
  }
  std::uint64_t refused(const char* name, refusal why) { return at(name).board->refusals().of(why).count; }
};

std::string text(const message_received& m) {
  return {reinterpret_cast<const char*>(m.payload.data()), m.payload.size()};
}

bool is_type(const byte_buffer& data, message_type type) {
  return is_handshake(data) && type_of(data) == type;
}

} // namespace

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

TEST_CASE("link: any byte of any handshake datagram changed on its way delays, and never lets in") {
  for (auto type : {message_type::hello, message_type::challenge, message_type::welcome, message_type::finish}) {
    for (std::size_t at = 0; at < size_of(type); at += 7) {
      two_nodes w;
      bool done = false;
      w.on_the_wire = [&](const auto&, const auto&, byte_buffer& data) {
        if (!done && is_type(data, type)) {
          data[at] ^= std::byte{0x20};
          done = true;
        }
        return true;
      };
      w.boot_both();
      REQUIRE(w.run_until([&] { return w.up(); }));
      CHECK(done);
      CHECK(w.at("n1").got.empty());
    }
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

TEST_CASE("link: when one of two networks goes silent, the other address is found within tolerate") {
  two_nodes w;
  w.boot_both();
  auto two = w.directory();
  two.nodes.at(node_name{"n2"}).addresses.push_back(test_endpoint(9));
  w.set_directory("n1", two);
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  // The first network is dead both ways. The second one knows n1 as .8 and n2 as .9.
  w.on_the_wire = [&](const auto&, const auto& to, byte_buffer& data) {
    if (to == test_endpoint(9)) w.relay(test_endpoint(8), test_endpoint(2), data);
    if (to == test_endpoint(8)) w.relay(test_endpoint(9), test_endpoint(1), data);
    return false;
  };
  auto dead = w.now;
  CHECK(w.run_until([&] {
    w.send("n1", "n2", route::datagram, "x");
    return !w.at("n2").got.empty();
  }));
  CHECK(w.now - dead < 2s);
}

TEST_CASE("link: a stream that a dead path has stalled is dialled anew as soon as datagrams pass again") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    two_nodes w(seed);
    w.boot_both();
    REQUIRE(w.run_until([&] { return w.up(); }));
    w.run_for(stream_link::drain_time + 1s); // of a second stream, if they crossed
    w.at("n1").broken = w.at("n2").broken = 0;
    auto n1_had = w.link("n1", "n2").stream().open_stream(), n2_had = w.link("n2", "n1").stream().open_stream();
    bool cut = true;
    w.on_the_wire = [&](const auto&, const auto&, byte_buffer&) { return !cut; };
    w.on_dials = [&](const auto&) { return !cut; };
    w.stall_streams(10s);
    w.send("n1", "n2", route::stream, "stuck");
    w.run_for(5s);
    CHECK(w.at("n1").broken == 0);
    cut = false;
    // Whoever sent is told at once, so that what was stuck can be sent again.
    auto fresh = [&](const char* from, const char* to, auto old) {
      return w.link(from, to).stream().up() && w.link(from, to).stream().open_stream() != old;
    };
    REQUIRE(w.run_until([&] { return fresh("n1", "n2", n1_had) && fresh("n2", "n1", n2_had); }, 2s));
    CHECK(w.at("n1").broken == 1);
    CHECK(w.at("n2").broken == 1);
    w.send("n1", "n2", route::stream, "again");
    w.send("n2", "n1", route::stream, "and back");
    w.run_for(100ms);
    REQUIRE_MESSAGE(w.at("n2").got.size() == 1, "seed ", seed);
    CHECK(text(w.at("n2").got.front()) == "again");
    REQUIRE(w.at("n1").got.size() == 1);
    CHECK(text(w.at("n1").got.front()) == "and back");
    w.run_for(10s);
    CHECK(w.up());
  }
}

TEST_CASE("link: a dial that a dead path swallowed does not delay the next one") {
  two_nodes w;
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  bool cut = true;
  w.on_the_wire = [&](const auto&, const auto&, byte_buffer&) { return !cut; };
  w.on_dials = [&](const auto&) { return !cut; };
  w.cut_streams();
  w.run_for(5s); // both dial again and again, each time for connect_limit
  REQUIRE_FALSE(w.link("n1", "n2").stream().up());
  cut = false;
  REQUIRE(
      w.run_until([&] { return w.link("n1", "n2").state().datagrams && w.link("n2", "n1").state().datagrams; }, 2s));
  CHECK(w.run_until([&] { return w.up(); }, 100ms));
}

TEST_CASE("link: a stream that was heard while datagrams were lost stays") {
  two_nodes w;
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(stream_link::drain_time + 1s);
  w.at("n1").broken = 0;
  auto stream = w.link("n1", "n2").stream().open_stream();
  w.on_the_wire = [&](const auto&, const auto&, byte_buffer&) { return false; };
  for (int i = 0; i < 50; ++i) {
    w.send("n1", "n2", route::stream, "there");
    w.send("n2", "n1", route::stream, "back");
    w.run_for(100ms);
  }
  REQUIRE_FALSE(w.link("n1", "n2").state().datagrams);
  w.on_the_wire = nullptr;
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  CHECK(w.link("n1", "n2").stream().open_stream() == stream);
  CHECK(w.at("n1").broken == 0);
  CHECK(w.at("n2").got.size() == 50);
}

TEST_CASE("link: when one of two networks goes silent, the stream too is had over the other one within tolerate") {
  two_nodes w;
  w.boot_both();
  auto n1 = w.directory(), n2 = w.directory();
  n1.nodes.at(node_name{"n2"}).addresses.push_back(test_endpoint(9));
  n2.nodes.at(node_name{"n1"}).addresses.push_back(test_endpoint(8));
  w.set_directory("n1", n1);
  w.set_directory("n2", n2);
  w.second_addresses = {{test_endpoint(8), test_endpoint(1)}, {test_endpoint(9), test_endpoint(2)}};
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.run_for(1s);
  // The first network is dead both ways. The second one knows n1 as .8 and n2 as .9.
  w.on_the_wire = [&](const auto&, const auto& to, byte_buffer& data) {
    if (to == test_endpoint(9)) w.relay(test_endpoint(8), test_endpoint(2), data);
    if (to == test_endpoint(8)) w.relay(test_endpoint(9), test_endpoint(1), data);
    return false;
  };
  w.on_dials = [&](const auto& to) { return w.second_addresses.contains(to); };
  w.stall_streams(1h);
  auto dead = w.now;
  auto got = [&] { return !w.at("n2").got.empty() && w.at("n2").got.back().via == route::stream; };
  CHECK(w.run_until([&] {
    w.send("n1", "n2", route::datagram, "x");
    w.send("n1", "n2", route::stream, "y");
    return got();
  }));
  CHECK(w.now - dead < 2s);
}

TEST_CASE(
    "link: a byte changed in an open stream ends it; it is counted, dialled again, and nothing false is delivered") {
  for (int which = 0; which < 30; ++which) {
    two_nodes w;
    w.boot_both();
    REQUIRE(w.run_until([&] { return w.up(); }));
    w.run_for(1s);
    bool done = false;
    w.on_streams = [&](byte_buffer& data) {
      if (!done) data[4 + static_cast<std::size_t>(which)] ^= std::byte{1};
      done = true;
    };
    w.send("n1", "n2", route::stream, "an order");
    w.run_for(100ms);
    CHECK(w.at("n2").got.empty());
    CHECK(w.refused("n2", refusal::forged) == 1);
    REQUIRE(w.run_until([&] { return w.up(); }));
    w.send("n1", "n2", route::stream, "an order");
    w.run_for(100ms);
    CHECK(w.at("n2").got.size() == 1);
  }
}

TEST_CASE("link: any byte of anything in a handshake over a stream changed: it is dialled again, nobody is let in") {
  for (std::size_t at = 0; at < hello_size + welcome_size + finish_size; at += 5) {
    two_nodes w;
    std::size_t seen = 0;
    w.on_streams = [&](byte_buffer& data) {
      if (seen <= at && at < seen + data.size()) data[at - seen] ^= std::byte{0x20};
      seen += data.size();
    };
    w.boot("n1");
    auto mute = w.directory();
    mute.nodes.at(node_name{"n1"}).addresses.clear();
    w.boot("n2");
    w.set_directory("n2", mute);
    REQUIRE_MESSAGE(w.run_until([&] { return w.up(); }), "byte ", at);
    bool cookie_byte = at >= hello_size - 16 && at < hello_size; // means nothing over TCP
    auto refusals = w.at("n1").board->refusals().total() + w.at("n2").board->refusals().total();
    CHECK_MESSAGE((refusals == 0) == cookie_byte, "byte ", at);
  }
}

TEST_CASE("link: changed copies of everything that was ever sent have no effect") {
  two_nodes w;
  w.record = true;
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  for (int i = 0; i < 20; ++i) w.send("n1", "n2", route::datagram, "x");
  w.run_for(1s);
  auto recorded = w.sent;
  random_source random{11};
  for (int round = 0; round < 200; ++round) {
    for (auto [from, to, data] : recorded) {
      for (auto flips = 1 + random.below(4); flips > 0; --flips)
        data[random.below(data.size())] ^= static_cast<std::byte>(1 + random.below(255));
      if (random.chance(100'000)) data.resize(random.below(data.size() + 1));
      w.inject(from, to, data);
    }
  }
  w.run_for(1s);
  CHECK(w.at("n2").got.size() == 20);
  CHECK(w.at("n1").got.empty());
  CHECK(w.up());
  CHECK(w.at("n1").board->link(node_name{"n2"})->datagrams().sessions() <= datagram_link::max_sessions);
}

TEST_CASE("link: a node whose configuration leads to itself finds out") {
  two_nodes w;
  w.boot("n1");
  auto looped = w.directory();
  looped.nodes.at(node_name{"n2"}).addresses = {test_endpoint(1)};
  w.set_directory("n1", looped);
  w.run_for(5s);
  CHECK(w.refused("n1", refusal::self_connect) > 0);
  CHECK_FALSE(w.link("n1", "n2").state().datagrams);
  CHECK_FALSE(w.link("n1", "n2").state().stream);
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

TEST_CASE("link: a daemon that is away is told apart from a host that is: the refusal is passed on, again and again") {
  two_nodes w;
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  w.crash("n2");
  w.run_for(10s);
  CHECK_FALSE(w.link("n1", "n2").state().stream);
  CHECK_FALSE(w.link("n1", "n2").state().datagrams); // silent
  auto count = w.at("n1").answered.size();
  CHECK(count >= 10); // at least once a second
  CHECK(count <= 30);
  CHECK(w.at("n1").answered.front().peer == node_name{"n2"});
}

TEST_CASE("link: every byte that one node ever sent, sent again by somebody: refused, or of no effect") {
  two_nodes w;
  w.record = true;
  w.boot_both();
  REQUIRE(w.run_until([&] { return w.up(); }));
  for (int i = 0; i < 20; ++i) w.send("n1", "n2", route::datagram, "x");
  w.run_for(1s);
  auto recorded = w.sent;
  auto delivered = w.at("n2").got.size();
  auto channel = w.link("n2", "n1").datagrams().sending_channel();
  CHECK(delivered == 20);
  for (const auto& [from, to, data] : recorded) w.inject(from, to, data);
  w.run_for(1s);
  CHECK(w.at("n2").got.size() == delivered);
  CHECK(w.at("n1").got.empty());
  CHECK(w.refused("n2", refusal::replayed) >= 20);
  CHECK(w.up());
  CHECK(w.link("n2", "n1").datagrams().sending_channel() == channel);
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

TEST_CASE("link: addresses are tried in their order until one answers") {
  two_nodes w;
  auto many = w.directory();
  many.nodes.at(node_name{"n2"}).addresses = {test_endpoint(77), test_endpoint(78), test_endpoint(2)};
  w.boot("n1");
  w.set_directory("n1", many);
  w.boot("n2");
  auto mute = w.directory();
  mute.nodes.at(node_name{"n1"}).addresses.clear(); // n2 cannot dial: it must be found
  w.set_directory("n2", mute);
  REQUIRE(w.run_until([&] { return w.up(); }, 10s));
  w.set_directory("n1", [&] { // all gone while it dials elsewhere: no attempt, no crash
    auto none = w.directory();
    none.nodes.at(node_name{"n2"}).addresses.clear();
    return none;
  }());
  w.crash("n2");
  w.run_for(10s);
  CHECK_FALSE(w.link("n1", "n2").state().stream);
}

TEST_CASE("link: a revoked or removed node is cut off at once, and turned away when it comes back") {
  for (bool revoke : {true, false}) {
    two_nodes w;
    w.boot_both();
    REQUIRE(w.run_until([&] { return w.up(); }));
    auto changed = w.directory();
    if (revoke)
      changed.revoked.insert(test_identity("n2").key());
    else
      changed.nodes.erase(node_name{"n2"});
    w.set_directory("n1", changed);
    CHECK(w.at("n1").board->link(node_name{"n2"}) == nullptr);
    CHECK(w.at("n1").changes.back().state == link_state{});
    w.at("n1").got.clear();
    w.send("n2", "n1", route::datagram, "still here?");
    w.send("n2", "n1", route::stream, "still here?");
    w.run_for(15s);
    CHECK(w.at("n1").got.empty());
    CHECK_FALSE(w.link("n2", "n1").state().stream);
    CHECK(w.refused("n1", revoke ? refusal::revoked : refusal::unknown_node) > 0);
    auto said = w.at("n1").refused.size();
    auto counted = w.at("n1").board->refusals().total();
    CHECK(said < counted); // logged at a bounded rate
    w.set_directory("n1", w.directory());
    REQUIRE(w.run_until([&] { return w.up(); }));
  }
}

TEST_CASE("link: another cluster's node is refused, a node without a cluster is let in") {
  two_nodes w;
  w.boot("n1", {test_lineage(1), 1});
  w.boot("n2", {test_lineage(2), 1});
  w.run_for(5s);
  CHECK_FALSE(w.link("n1", "n2").state().datagrams);
  CHECK_FALSE(w.link("n1", "n2").state().stream);
  CHECK(w.refused("n1", refusal::wrong_lineage) > 0);
  w.boot("n2", {lineage_id{}, 0});
  REQUIRE(w.run_until([&] { return w.up(); }));
  CHECK(w.link("n1", "n2").state().theirs.lineage.none());
  w.at("n2").board->set_terms({test_lineage(1), 1}, session_id{9}); // it has joined
  w.send("n2", "n1", route::datagram, "joined");
  w.run_for(100ms);
  CHECK(w.at("n1").got.back().head == envelope{message_kind::gossip, 1, test_lineage(1), session_id{9}});
  w.at("n2").board->set_terms({test_lineage(3), 1}, session_id{9}); // and now believes to be elsewhere
  auto before = w.at("n1").got.size();
  w.send("n2", "n1", route::datagram, "elsewhere");
  w.run_for(100ms);
  CHECK(w.at("n1").got.size() == before);
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
