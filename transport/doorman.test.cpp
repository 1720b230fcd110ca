#include "transport/test_world.hpp"

#include <doctest/doctest.h>

namespace troupe::transport_test {

using namespace transport;
using namespace std::chrono_literals;

namespace {

// A stranger's address: IPv4 10.1.x.y, or an IPv6 one.
endpoint stranger(std::uint32_t number, bool v6 = false) {
  endpoint at = v6 ? endpoint{{std::byte{0xfd}}, 9999} : test_endpoint(0);
  at.port = 9999;
  for (std::size_t i = 0; i < 3; ++i) at.address[13 + i] = static_cast<std::byte>(number >> (8 * (2 - i)));
  if (!v6) at.address[12] = std::byte{11};
  return at;
}

struct guarded : test_world {
  identity n2 = test_identity("n2");
  guarded()
    : test_world(3) {
    add("n1", 1);
    add("n2", 2);
    boot("n1");
    record = true;
  }
  hello knock(purpose what = purpose::datagrams, std::uint8_t number = 1) {
    initiator i(n2, {node_name{"n1"}, test_identity("n1").key(), {}}, {test_lineage(1), 1}, what, channel_id{0x10001},
                test_seed(number));
    return *parse_hello(i.hello_message());
  }
  // What n1 has sent to `to` since the last question.
  std::vector<byte_buffer> answers(const endpoint& to) {
    std::vector<byte_buffer> found;
    for (auto& [from, whom, data] : sent)
      if (whom == to) found.push_back(data);
    sent.clear();
    return found;
  }
  const doorman& door() { return at("n1").board->door(); }
  std::uint64_t refused(refusal why) { return at("n1").board->refusals().of(why).count; }
};

} // namespace

TEST_CASE("doorman: a hello without a cookie gets a challenge, with it a welcome; the cookie is of that address") {
  guarded w;
  auto from = stranger(1);
  auto h = w.knock();
  w.inject(from, test_endpoint(1), encode(h));
  auto asked = w.answers(from);
  REQUIRE(asked.size() == 1);
  auto c = parse_challenge(asked[0]);
  REQUIRE(c);
  CHECK(c->to == h.channel);
  h.cookie = c->cookie;
  w.inject(stranger(2), test_endpoint(1), encode(h));
  auto elsewhere = w.answers(stranger(2));
  REQUIRE(elsewhere.size() == 1);
  CHECK(parse_challenge(elsewhere[0])); // not his cookie
  w.inject(from, test_endpoint(1), encode(h));
  auto welcomed = w.answers(from);
  REQUIRE(welcomed.size() == 1);
  CHECK(parse_welcome(welcomed[0]));
  w.inject(from, test_endpoint(1), encode(h));
  auto again = w.answers(from);
  REQUIRE(again.size() == 1);
  CHECK(again[0] == welcomed[0]); // the same, without new work
}

TEST_CASE(
    "doorman: a flood of hellos and of anything else from everywhere is not answered with work and stores nothing") {
  guarded w;
  random_source random{9};
  auto h = encode(w.knock());
  for (std::uint32_t i = 0; i < 20'000; ++i) w.inject(stranger(i, i % 2 == 0), test_endpoint(1), h);
  CHECK(w.door().sources() == 0);
  CHECK(w.door().challenged() == 20'000);
  for (const auto& [from, to, data] : w.sent) REQUIRE(data.size() == challenge_size); // less than it cost the sender
  w.sent.clear();

  std::uint64_t before = w.at("n1").board->refusals().total();
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    byte_buffer noise(random.below(max_datagram + 1));
    for (auto& b : noise) b = static_cast<std::byte>(random.next() & 0xff);
    if (i % 2 == 0 && noise.size() > 8) std::copy_n(h.begin(), 5, noise.begin()); // looks like a handshake
    w.inject(stranger(i), test_endpoint(1), noise);
  }
  CHECK(w.sent.empty());
  CHECK(w.at("n1").board->refusals().total() == before + 20'000);
  CHECK(w.at("n1").refused.size() < 40); // a line now and then
  CHECK(w.door().sources() == 0);
}

TEST_CASE(
    "doorman: strangers with good cookies are limited each, and all together; known addresses have their own place") {
  guarded w;
  auto knock_from = [&](const endpoint& from, std::uint8_t number) {
    auto h = w.knock(purpose::datagrams, number);
    w.inject(from, test_endpoint(1), encode(h));
    h.cookie = parse_challenge(w.answers(from).back())->cookie;
    w.inject(from, test_endpoint(1), encode(h));
    auto got = w.answers(from);
    return !got.empty() && parse_welcome(got[0]).has_value();
  };
  int let_in = 0;
  for (int i = 0; i < 200; ++i) let_in += knock_from(stranger(1), static_cast<std::uint8_t>(i)) ? 1 : 0;
  CHECK(let_in == doorman::burst);
  CHECK(w.refused(refusal::too_many) == 200 - doorman::burst);
  auto neighbour = stranger(2, true); // one /64 is one source, whatever the rest
  for (int i = 0; i < 100; ++i) knock_from(stranger(static_cast<std::uint32_t>(i), true), static_cast<std::uint8_t>(i));
  CHECK_FALSE(knock_from(neighbour, 1));

  for (std::uint32_t i = 10; i < 3000; ++i) knock_from(stranger(i), static_cast<std::uint8_t>(i));
  CHECK(w.door().sources() == doorman::max_sources);
  CHECK_FALSE(knock_from(stranger(5000), 1));
  CHECK(knock_from(test_endpoint(2), 2)); // n2 itself gets in
  CHECK(w.door().sources() == doorman::max_sources + 1);
  w.run_for(10s);
  CHECK(knock_from(stranger(5000), 1)); // rates that have filled up again were forgotten
}

TEST_CASE("doorman: streams that do not introduce themselves are few, small and short-lived") {
  guarded w;
  std::vector<stream_id> open;
  for (std::uint32_t i = 0; i < 200; ++i) open.push_back(w.stranger_stream("n1", stranger(i)));
  CHECK(w.door().guests() == doorman::max_strange_streams);
  auto known = w.stranger_stream("n1", test_endpoint(2)); // from n2's address: strangers do not keep it out
  CHECK_FALSE(w.closed(known));
  w.run_for(doorman::introduction_time + 1ms);
  CHECK(w.door().guests() == 0);
  for (auto s : open) CHECK(w.closed(s));
  CHECK(w.refused(refusal::too_slow) >= doorman::max_strange_streams);

  for (std::uint32_t i = 0; i < 100; ++i) w.stranger_stream("n1", stranger(1));
  CHECK(w.door().guests() == doorman::max_streams_of_source);
}

TEST_CASE(
    "doorman: a stream that speaks something else is closed after eight bytes; one of the wrong key after its hello") {
  guarded w;
  auto s = w.stranger_stream("n1", stranger(1));
  auto http = view_of("GET / HTTP/1.1\r\n");
  w.stranger_writes("n1", s, byte_buffer(http.begin(), http.begin() + 7));
  CHECK_FALSE(w.closed(s));
  w.stranger_writes("n1", s, byte_buffer(http.begin() + 7, http.begin() + 8));
  CHECK(w.closed(s));
  CHECK(w.refused(refusal::malformed) == 1);

  auto wrong = w.knock(purpose::messages);
  wrong.from_key = test_identity("n9").key();
  s = w.stranger_stream("n1", stranger(2));
  for (auto b : encode(wrong)) w.stranger_writes("n1", s, byte_buffer{b});
  CHECK(w.closed(s));
  CHECK(w.refused(refusal::wrong_key) == 1);

  s = w.stranger_stream("n1", stranger(3));
  w.stranger_writes("n1", s, encode(w.knock(purpose::datagrams))); // a datagram's hello has no place here
  CHECK(w.closed(s));
  CHECK(w.refused(refusal::wrong_purpose) == 1);

  auto newer = encode(w.knock(purpose::messages));
  newer[4] = std::byte{2};
  s = w.stranger_stream("n1", stranger(4));
  w.stranger_writes("n1", s, newer);
  CHECK(w.closed(s));
  CHECK(w.refused(refusal::wrong_version) == 1);

  // A good hello is answered; a wrong finish behind it closes the stream and touches nothing else.
  s = w.stranger_stream("n1", stranger(5));
  w.stranger_writes("n1", s, encode(w.knock(purpose::messages)));
  CHECK_FALSE(w.closed(s));
  w.stranger_writes("n1", s, encode(finish{purpose::messages, channel_id{1}, {}}));
  CHECK(w.closed(s));
  CHECK(w.refused(refusal::unexpected) + w.refused(refusal::bad_signature) == 1);
}

TEST_CASE("doorman: many captured hellos of a peer, replayed, do not keep that peer out") {
  guarded w;
  w.boot("n2");
  bool storm = true;
  std::uint8_t number = 0;
  auto link_up = [&] {
    return w.at("n1").board->link(node_name{"n2"})->state() == link_state{true, true, {test_lineage(1), 1}};
  };
  for (int i = 0; i < 100 && storm; ++i) {
    auto from = stranger(1);
    auto h = w.knock(purpose::datagrams, ++number);
    w.inject(from, test_endpoint(1), encode(h));
    for (const auto& data : w.answers(from))
      if (auto c = parse_challenge(data)) h.cookie = c->cookie;
    w.inject(from, test_endpoint(1), encode(h));
    auto s = w.stranger_stream("n1", from);
    w.stranger_writes("n1", s, encode(w.knock(purpose::messages, number)));
    w.run_for(5ms);
  }
  CHECK(link_up());
}

} // namespace troupe::transport_test
