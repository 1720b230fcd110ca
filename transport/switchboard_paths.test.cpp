// Addresses and networks: which one is used when one is silent, stuck, slow or refuses.
#include "transport/switchboard_fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::transport_test {

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

} // namespace troupe::transport_test
