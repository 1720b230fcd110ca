// What a stranger, a thief of packets or a wrong configuration can do: nothing but delay.
#include "transport/switchboard_fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::transport_test {

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

TEST_CASE("link: a length changed in an open stream silences it for a time only: the frame has to end") {
  for (auto [at, bit] : {std::pair{std::size_t{1}, 0x10}, {2, 0x01}, {2, 0x08}}) {
    two_nodes w;
    w.boot_both();
    REQUIRE(w.run_until([&] { return w.up(); }));
    w.run_for(1s);
    bool done = false;
    w.on_streams = [&, at = at, bit = bit](byte_buffer& data) {
      if (!done) data[at] ^= static_cast<std::byte>(bit);
      done = true;
    };
    w.send("n1", "n2", route::stream, "an order");
    for (int i = 0; i < 60 && w.refused("n2", refusal::too_slow) == 0; ++i) {
      w.send("n1", "n2", route::stream, "the order again"); // what is repeated fills the frame slowly
      w.run_for(100ms);
    }
    CHECK(w.at("n2").got.empty());
    CHECK(w.refused("n2", refusal::too_slow) == 1);
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

} // namespace troupe::transport_test
