#include "transport/envelope.hpp"
#include "transport/sealed_datagrams.hpp"
#include "transport/sealed_stream.hpp"
#include "transport/test_nodes.hpp"

#include <doctest/doctest.h>

namespace troupe::transport_test {

using namespace transport;

namespace {

// One end of a session between channels 1 and 2; `number` stands for what the handshake agreed on.
agreed_session keys(bool first, std::uint8_t number = 1) {
  auto key = [&](int which) { return test_seed(static_cast<std::uint8_t>(2 * number + which)); };
  return {purpose::datagrams,
          node_name{first ? "n2" : "n1"},
          {},
          channel_id{first ? 1u : 2u},
          channel_id{first ? 2u : 1u},
          first,
          key(first ? 0 : 1),
          key(first ? 1 : 0)};
}

byte_view text_of(const char* text) {
  return view_of(text);
}

} // namespace

TEST_CASE("replay window: its edges") {
  replay_window w;
  CHECK(w.fresh(0));
  w.mark(0);
  CHECK_FALSE(w.fresh(0));
  w.mark(1023); // the window is now 0..1023
  CHECK_FALSE(w.fresh(0));
  CHECK(w.fresh(1));
  w.mark(1024); // now 1..1024: 0 is too old, seen or not
  CHECK_FALSE(w.fresh(0));
  CHECK(w.fresh(1));
  w.mark(1);
  CHECK_FALSE(w.fresh(1));
  CHECK(w.fresh(1025));
  CHECK(w.fresh(1022));
  CHECK_FALSE(w.fresh(1023));
  w.mark(5000); // a jump over the whole window
  CHECK_FALSE(w.fresh(5000 - 1024));
  for (std::uint64_t c = 5000 - 1023; c < 5000; ++c) CHECK(w.fresh(c));
  w.mark(5000 - 1023);
  CHECK_FALSE(w.fresh(5000 - 1023));
}

TEST_CASE("replay window: against a plain set, for random orders and jumps") {
  random_source random{7};
  for (int round = 0; round < 20; ++round) {
    replay_window w;
    std::set<std::uint64_t> seen;
    std::uint64_t newest = 0;
    for (int i = 0; i < 3000; ++i) {
      auto counter = newest + random.below(20) - std::min<std::uint64_t>(newest, random.below(1100));
      if (random.chance(3000)) counter += random.below(3000);
      bool too_old = !seen.empty() && counter + replay_window::size <= newest;
      bool expected = !too_old && !seen.contains(counter);
      REQUIRE(w.fresh(counter) == expected);
      if (!expected) continue;
      w.mark(counter);
      seen.insert(counter);
      newest = std::max(newest, counter);
    }
  }
}

TEST_CASE("sealed datagrams: there and back, in any order, once") {
  sealed_datagrams a(keys(true)), b(keys(false));
  std::vector<byte_buffer> sent;
  for (int i = 0; i < 100; ++i) sent.push_back(a.seal(text_of("hello")));
  CHECK(channel_of(sent[0]) == channel_id{2});
  CHECK(sent[0].size() == 5 + datagram_overhead);
  random_source{3}.shuffle(sent);
  for (const auto& d : sent) CHECK(b.open(d) == byte_buffer(text_of("hello").begin(), text_of("hello").end()));
  for (const auto& d : sent) CHECK(b.open(d).error() == refusal::replayed);
  CHECK(b.open(a.seal({})) == byte_buffer{});
  CHECK(a.open(b.seal(text_of("and back")))->size() == 8);
}

TEST_CASE("sealed datagrams: golden bytes") {
  sealed_datagrams a(keys(true));
  CHECK(to_hex(a.seal(text_of("hello"))) == "02000000000000000000000022af5f1d22ada021c597046078d5bfcc06edae65ff");
  CHECK(to_hex(digest_of({a.seal(byte_buffer(max_datagram_text))})) ==
        "739e7bfd3f51d7fe4e25be14ddacd2b6d51d8027dafde8dc1a06b244c20aef03");
}

TEST_CASE("sealed datagrams: every byte flipped is refused and moves nothing") {
  sealed_datagrams a(keys(true)), b(keys(false));
  auto sent = a.seal(text_of("text"));
  for (std::size_t at = 0; at < sent.size(); ++at) {
    auto bad = sent;
    bad[at] ^= std::byte{0x10};
    CHECK_FALSE(b.open(bad));
  }
  for (std::size_t size = 0; size < sent.size(); ++size) CHECK_FALSE(b.open(byte_view(sent).first(size)));
  CHECK(b.open(byte_buffer(max_datagram + 1)).error() == refusal::malformed);
  // A forged counter far ahead would have pushed the true datagram out of the window.
  auto ahead = sent;
  ahead[4 + 3] = std::byte{1};
  CHECK(b.open(ahead).error() == refusal::forged);
  CHECK(b.open(sent));
}

TEST_CASE("sealed datagrams: not those of another session, nor our own") {
  sealed_datagrams a(keys(true)), b(keys(false)), b_restarted(keys(false, 2));
  auto sent = a.seal(text_of("text"));
  CHECK(b_restarted.open(sent).error() == refusal::forged);
  auto reflected = sent;
  reflected[0] = std::byte{1}; // to a's own channel
  CHECK(a.open(reflected).error() == refusal::forged);
  CHECK(a.open(sent).error() == refusal::unexpected);
}

TEST_CASE("sealed datagrams: the counter wears out, and ends instead of wrapping") {
  sealed_datagrams young(keys(true));
  CHECK_FALSE(young.worn());
  CHECK(sealed_datagrams(keys(true), worn_counter).worn());
  CHECK_FALSE(sealed_datagrams(keys(true), worn_counter - 1).worn());
  sealed_datagrams a(keys(true), last_counter - 1), b(keys(false));
  CHECK(b.open(a.seal(text_of("last"))));
  CHECK(a.seal(text_of("one more")).empty());
  CHECK(a.seal(text_of("and more")).empty());
}

TEST_CASE("sealed datagrams: the largest text makes the largest datagram") {
  sealed_datagrams a(keys(true)), b(keys(false));
  auto sent = a.seal(byte_buffer(max_datagram_text));
  CHECK(sent.size() == max_datagram);
  CHECK(b.open(sent)->size() == max_datagram_text);
  CHECK_THROWS(a.seal(byte_buffer(max_datagram_text + 1)));
}

namespace {

struct stream_ends {
  secret_bytes<32> key = test_seed(9);
  stream_sealer out;
  stream_opener in{key};
  explicit stream_ends(stream_wear wear = {})
    : out(key, instant{}, wear) {}
};

} // namespace

TEST_CASE("sealed stream: texts come out whole, however the bytes are cut") {
  for (std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{7}, std::size_t{100000}}) {
    stream_ends s;
    byte_buffer all;
    for (std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{4096}}) {
      auto frame = s.out.seal(byte_buffer(size, std::byte{7}), instant{});
      all.insert(all.end(), frame.begin(), frame.end());
    }
    auto last = s.out.finish();
    all.insert(all.end(), last.begin(), last.end());
    std::vector<byte_buffer> texts;
    for (std::size_t at = 0; at < all.size(); at += step)
      REQUIRE(s.in.feed(byte_view(all).subspan(at, std::min(step, all.size() - at)), texts));
    REQUIRE(texts.size() == 3);
    CHECK(texts[1] == byte_buffer(5, std::byte{7}));
    CHECK(texts[2].size() == 4096);
    CHECK(s.in.finished());
    CHECK(s.in.feed(byte_buffer(1), texts).error() == refusal::malformed); // nothing may follow the end
  }
}

TEST_CASE("sealed stream: golden bytes, so that no generator but ours is asked") {
  stream_ends s;
  CHECK(to_hex(s.out.seal(text_of("hello"), instant{})) == "1600000023f3b76a45841d6b73824db9731e7bb086e3a7ca15b1");
  CHECK(to_hex(s.out.finish()) == "11000000860aa5463082ea8fa38c525542836d1019");
}

TEST_CASE("sealed stream: every byte flipped, a frame left out, repeated or swapped is refused") {
  stream_ends sender;
  auto one = sender.out.seal(text_of("one"), instant{});
  auto two = sender.out.seal(text_of("two"), instant{});
  std::vector<byte_buffer> texts;
  for (std::size_t at = 0; at < one.size(); ++at) {
    auto bad = one;
    bad[at] ^= std::byte{1};
    stream_opener in(sender.key);
    // A longer length makes it wait for more, which then does not open.
    auto refused = !in.feed(bad, texts) || !in.feed(byte_buffer(100'000), texts);
    CHECK_MESSAGE(refused, "byte ", at);
  }
  CHECK(texts.empty());
  CHECK(stream_opener(sender.key).feed(two, texts).error() == refusal::forged);
  stream_opener twice(sender.key);
  CHECK(twice.feed(one, texts));
  CHECK(twice.feed(one, texts).error() == refusal::forged);
}

TEST_CASE("sealed stream: a length that is too long or too short is refused before it is waited for") {
  for (std::uint32_t length :
       {std::uint32_t{0}, std::uint32_t(frame_overhead - 1), std::uint32_t(max_frame + 1), 0xffffffffu}) {
    stream_ends s;
    byte_buffer prefix;
    put_le(prefix, length);
    std::vector<byte_buffer> texts;
    CHECK(s.in.feed(prefix, texts).error() == refusal::malformed);
  }
  stream_ends s;
  std::vector<byte_buffer> texts;
  CHECK(s.in.feed(s.out.seal(byte_buffer(max_stream_text), instant{}), texts));
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].size() == max_stream_text);
  CHECK_THROWS(s.out.seal(byte_buffer(max_stream_text + 1), instant{}));
}

TEST_CASE("sealed stream: keys are replaced by count and by age, and the other end follows") {
  stream_ends s({4, std::chrono::minutes(15)});
  std::vector<byte_buffer> texts;
  for (int i = 0; i < 10; ++i) REQUIRE(s.in.feed(s.out.seal(text_of("x"), instant{}), texts));
  CHECK(s.out.renewals() == 2);
  REQUIRE(s.in.feed(s.out.seal(text_of("x"), instant{} + std::chrono::minutes(15)), texts));
  CHECK(s.out.renewals() == 3);
  REQUIRE(s.in.feed(s.out.seal(text_of("x"), instant{} + std::chrono::minutes(29)), texts));
  CHECK(s.out.renewals() == 3);
  CHECK(texts.size() == 12);
  CHECK(stream_wear{}.messages == 1u << 20);
}

TEST_CASE("envelope: there and back, golden; everything else is refused") {
  envelope head{message_kind::feed, 0x01020304, test_lineage(5), session_id{77}};
  auto text = wrap(head, text_of("payload"));
  CHECK(to_hex(text) == "0105000004030201050505050505050505050505050505054d000000000000007061796c6f6164");
  auto back = unwrap(text);
  REQUIRE(back);
  CHECK(back->head == head);
  CHECK(back->payload == byte_buffer(text_of("payload").begin(), text_of("payload").end()));
  CHECK(unwrap(wrap(head, {}))->payload.empty());

  for (std::size_t size = 0; size < envelope_size; ++size)
    CHECK(unwrap(byte_view(text).first(size)).error() == refusal::malformed);
  auto with = [&](std::size_t at, std::uint8_t value) {
    auto changed = text;
    changed[at] = std::byte{value};
    return unwrap(changed);
  };
  CHECK(with(0, 2).error() == refusal::wrong_version);
  CHECK(with(1, 0).error() == refusal::malformed);
  CHECK(with(1, 8).error() == refusal::malformed);
  CHECK(with(2, 1).error() == refusal::malformed);
}

} // namespace troupe::transport_test
