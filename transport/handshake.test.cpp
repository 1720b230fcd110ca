#include "transport/handshake.hpp"

#include "transport/cookie.hpp"
#include "transport/test_nodes.hpp"

#include <doctest/doctest.h>
#include <sodium.h>

namespace troupe::transport_test {

using namespace transport;

namespace {

struct pair_of_nodes {
  identity a = test_identity("n1");
  identity b = test_identity("n2");
  directory_of_keys directory = pin({&a, &b});
  terms ours{test_lineage(1), 7};

  initiator start(purpose what = purpose::datagrams) {
    return {a, directory.nodes.at(b.name()), ours, what, channel_id{0x10001}, test_seed(1)};
  }
  responder answer(const hello& first) {
    return {b, directory.nodes.at(a.name()), ours, first, channel_id{0x20002}, test_seed(2)};
  }
  // Who answers when `sent` arrives at b; `why` when nobody does.
  admitted<agreed_session> run(const std::function<void(int, byte_buffer&)>& on_the_wire) {
    auto i = start();
    auto m1 = i.hello_message();
    on_the_wire(1, m1);
    auto first = parse_hello(m1);
    if (!first) return tl::unexpected(first.error());
    auto known = recognize(*first, b, directory, ours);
    if (!known) return tl::unexpected(known.error());
    auto r = responder(b, *known, ours, *first, channel_id{0x20002}, test_seed(2));
    auto m2 = r.welcome_message();
    on_the_wire(2, m2);
    auto second = parse_welcome(m2);
    if (!second) return tl::unexpected(second.error());
    auto at_i = i.on_welcome(*second);
    if (!at_i) return tl::unexpected(at_i.error());
    auto m3 = i.finish_message();
    on_the_wire(3, m3);
    auto third = parse_finish(m3);
    if (!third) return tl::unexpected(third.error());
    return r.on_finish(*third);
  }
};

} // namespace

TEST_CASE("handshake: both ends agree on keys, on who they are and on what it is for") {
  pair_of_nodes n;
  auto i = n.start();
  auto first = parse_hello(i.hello_message());
  REQUIRE(first);
  auto r = n.answer(*first);
  auto at_i = i.on_welcome(*parse_welcome(r.welcome_message()));
  REQUIRE(at_i);
  auto at_r = r.on_finish(*parse_finish(i.finish_message()));
  REQUIRE(at_r);
  CHECK(to_hex(at_i->seal_key.bytes()) == to_hex(at_r->open_key.bytes()));
  CHECK(to_hex(at_i->open_key.bytes()) == to_hex(at_r->seal_key.bytes()));
  CHECK(to_hex(at_i->seal_key.bytes()) != to_hex(at_i->open_key.bytes()));
  CHECK(at_i->peer == n.b.name());
  CHECK(at_r->peer == n.a.name());
  CHECK(at_r->theirs == n.ours);
  CHECK(at_i->theirs == n.ours);
  CHECK(at_i->initiated);
  CHECK_FALSE(at_r->initiated);
  CHECK(at_i->their_channel == at_r->our_channel);
  CHECK(at_r->their_channel == at_i->our_channel);
}

TEST_CASE("handshake: golden transcript") {
  // Whoever changes these bytes changes the protocol: raise handshake_version.
  pair_of_nodes n;
  auto i = n.start();
  auto m1 = i.hello_message();
  auto r = n.answer(*parse_hello(m1));
  auto m2 = r.welcome_message();
  auto session = i.on_welcome(*parse_welcome(m2));
  REQUIRE(session);
  auto m3 = i.finish_message();
  CHECK(m1.size() == hello_size);
  CHECK(m2.size() == welcome_size);
  CHECK(m3.size() == finish_size);
  CHECK(to_hex(digest_of({m1})) == "0147d757bfa4198766f5e575092112dddb68d9780e109e17813b39fabda507c3");
  CHECK(to_hex(digest_of({m2})) == "36f33bc2b9008c4625373454f9b5a0079778fd0301f1df6377e9ae66c8b21b3c");
  CHECK(to_hex(digest_of({m3})) == "74654d0388d46a99000995310306bad671514c082dd0bdb56a2930f42be8f390");
  CHECK(to_hex(digest_of({session->seal_key.bytes(), session->open_key.bytes()})) ==
        "4ef896ed9b6a742dcc90d791d29868b8946d710b62aa315dd6414581c23e99b1");
}

TEST_CASE("handshake: every byte flipped in any message is refused; only the cookie is not part of the agreement") {
  pair_of_nodes n;
  REQUIRE(n.run([](int, byte_buffer&) {}));
  const std::array<std::size_t, 4> sizes{0, hello_size, welcome_size, finish_size};
  for (int which = 1; which <= 3; ++which) {
    for (std::size_t at = 0; at < sizes[static_cast<std::size_t>(which)]; ++at) {
      auto end = n.run([&](int number, byte_buffer& m) {
        if (number == which) m[at] ^= std::byte{0x40};
      });
      bool cookie_byte = which == 1 && at >= hello_size - 16;
      CHECK_MESSAGE(end.has_value() == cookie_byte, "message ", which, " byte ", at);
    }
  }
}

TEST_CASE("handshake: every message cut or padded is refused") {
  pair_of_nodes n;
  const std::array<std::size_t, 4> sizes{0, hello_size, welcome_size, finish_size};
  for (int which = 1; which <= 3; ++which) {
    for (std::size_t size = 0; size <= sizes[static_cast<std::size_t>(which)] + 1; ++size) {
      if (size == sizes[static_cast<std::size_t>(which)]) continue;
      auto end = n.run([&](int number, byte_buffer& m) {
        if (number == which) m.resize(size);
      });
      REQUIRE_FALSE(end);
      CHECK(end.error() == refusal::malformed);
    }
  }
}

TEST_CASE("handshake: whom we do not answer, and the reason that is counted") {
  pair_of_nodes n;
  auto first = *parse_hello(n.start().hello_message());
  auto why = [&](const hello& h) { return recognize(h, n.b, n.directory, n.ours).error(); };
  REQUIRE(recognize(first, n.b, n.directory, n.ours));

  auto other = first;
  other.lineage = test_lineage(2);
  CHECK(why(other) == refusal::wrong_lineage);
  other = first;
  other.from = node_name{"n9"};
  CHECK(why(other) == refusal::unknown_node);
  other = first;
  other.from_key = test_identity("n9").key();
  CHECK(why(other) == refusal::wrong_key);
  other = first;
  other.to_key = test_identity("n9").key();
  CHECK(why(other) == refusal::not_for_us);
  other = first;
  other.from = n.b.name();
  CHECK(why(other) == refusal::self_connect);

  CHECK(recognize(first, n.a, n.directory, n.ours).error() == refusal::self_connect); // it came back to its sender
  n.directory.revoked.insert(n.a.key());
  CHECK(why(first) == refusal::revoked); // although it is still pinned
}

TEST_CASE("handshake: a node without a lineage talks to a cluster, two clusters do not") {
  CHECK(same_cluster(lineage_id{}, test_lineage(1)));
  CHECK(same_cluster(test_lineage(1), lineage_id{}));
  CHECK(same_cluster(test_lineage(1), test_lineage(1)));
  CHECK_FALSE(same_cluster(test_lineage(1), test_lineage(2)));
  // The initiator asks too: a welcome of another cluster, although rightly signed, is refused.
  pair_of_nodes n;
  auto i = n.start();
  responder stranger(n.b, n.directory.nodes.at(n.a.name()), {test_lineage(2), 7}, *parse_hello(i.hello_message()),
                     channel_id{0x20002}, test_seed(2));
  CHECK(i.on_welcome(*parse_welcome(stranger.welcome_message())).error() == refusal::wrong_lineage);
}

TEST_CASE("handshake: who holds the wrong secret key is refused on both sides") {
  pair_of_nodes n;
  auto mallory = test_identity("mallory");
  auto i = n.start();
  auto first = *parse_hello(i.hello_message());
  responder false_b(mallory, n.directory.nodes.at(n.a.name()), n.ours, first, channel_id{5}, test_seed(3));
  CHECK(i.on_welcome(*parse_welcome(false_b.welcome_message())).error() == refusal::bad_signature);

  auto r = n.answer(first);
  CHECK(i.on_welcome(*parse_welcome(r.welcome_message()))); // the false one before did no harm
  auto bad = *parse_finish(i.finish_message());
  auto hash = transcript(first, *parse_welcome(r.welcome_message()));
  byte_buffer text;
  for (auto part : {view_of("troupe handshake initiator"), byte_view(hash)})
    text.insert(text.end(), part.begin(), part.end());
  CHECK(n.a.sign(text) == bad.signature); // what is signed is what the header says
  bad.signature = mallory.sign(text);
  CHECK(r.on_finish(bad).error() == refusal::bad_signature);
  CHECK(r.on_finish(*parse_finish(i.finish_message())));
}

TEST_CASE("handshake: a signature of the other role, and one of another session, are refused") {
  pair_of_nodes n;
  auto i = n.start();
  auto first = *parse_hello(i.hello_message());
  auto r = n.answer(first);
  auto second = *parse_welcome(r.welcome_message());
  REQUIRE(i.on_welcome(second));
  finish reflected = *parse_finish(i.finish_message());
  reflected.signature = second.signature;
  CHECK(r.on_finish(reflected).error() == refusal::bad_signature);

  responder restarted(n.b, n.directory.nodes.at(n.a.name()), n.ours, first, channel_id{0x20002}, test_seed(9));
  CHECK(restarted.on_finish(*parse_finish(i.finish_message())).error() == refusal::bad_signature);
}

TEST_CASE("handshake: purposes do not mix, answers to another question are unexpected") {
  pair_of_nodes n;
  auto i = n.start(purpose::messages);
  auto first = *parse_hello(i.hello_message());
  auto other = first;
  other.what = purpose::datagrams;
  CHECK(i.on_welcome(*parse_welcome(n.answer(other).welcome_message())).error() == refusal::wrong_purpose);
  auto misled = first;
  misled.channel = channel_id{99};
  CHECK(i.on_welcome(*parse_welcome(n.answer(misled).welcome_message())).error() == refusal::unexpected);
}

TEST_CASE("handshake: an ephemeral key of low order is refused, whoever signed it") {
  // The zero point and the point of order 1, as RFC 7748 (6.1) warns; a broken or hostile peer with a good identity.
  for (auto low : {std::byte{0}, std::byte{1}}) {
    pair_of_nodes n;
    auto i = n.start();
    auto first = *parse_hello(i.hello_message());
    welcome weak{first.what, 7, n.ours.lineage, first.channel, channel_id{7}, {}, {}};
    weak.ephemeral[0] = low;
    auto sign = [](const identity& who, std::string_view role, const digest& hash) {
      byte_buffer text(view_of(role).begin(), view_of(role).end());
      text.insert(text.end(), hash.begin(), hash.end());
      return who.sign(text);
    };
    weak.signature = sign(n.b, "troupe handshake responder", transcript(first, weak));
    CHECK(i.on_welcome(weak).error() == refusal::weak_key);

    first.ephemeral = weak.ephemeral;
    auto r = n.answer(first);
    auto hash = transcript(first, *parse_welcome(r.welcome_message()));
    finish signed_by_a{first.what, channel_id{0x20002}, sign(n.a, "troupe handshake initiator", hash)};
    CHECK(r.on_finish(signed_by_a).error() == refusal::weak_key);
  }
}

TEST_CASE("handshake: a repeated hello is known, whatever its cookie; another one is not") {
  pair_of_nodes n;
  auto i = n.start();
  auto first = *parse_hello(i.hello_message());
  auto r = n.answer(first);
  i.use(cookie{std::byte{1}});
  CHECK(r.answers(*parse_hello(i.hello_message())));
  first.ephemeral[3] ^= std::byte{1};
  CHECK_FALSE(r.answers(first));
}

TEST_CASE("cookie: good for its address and port, for two slots, under its key") {
  cookie_jar jar(test_seed(1));
  auto at = instant{} + std::chrono::hours(1);
  auto here = test_endpoint(1);
  auto baked = jar.bake(here, at);
  CHECK(jar.good(baked, here, at));
  CHECK(jar.good(baked, here, at + cookie_jar::slot));
  CHECK_FALSE(jar.good(baked, here, at + 2 * cookie_jar::slot));
  auto elsewhere = here;
  ++elsewhere.port;
  CHECK_FALSE(jar.good(baked, elsewhere, at));
  CHECK_FALSE(jar.good(baked, test_endpoint(2), at));
  CHECK_FALSE(jar.good(cookie{}, here, at));
  CHECK_FALSE(cookie_jar(test_seed(2)).good(baked, here, at));
  CHECK(jar.good(jar.bake(here, instant{}), here, instant{}));
}

TEST_CASE("a secret is wiped where it moved out of and where it ended") {
  auto drawn = test_seed(5);
  auto hex = to_hex(drawn.bytes());
  seed_bytes moved(std::move(drawn));
  CHECK(to_hex(moved.bytes()) == hex);
  CHECK(sodium_is_zero(drawn.data(), 32) == 1); // NOLINT: looking at what was moved from is the test
  alignas(seed_bytes) std::array<unsigned char, sizeof(seed_bytes)> place{};
  auto* made = new (place.data()) seed_bytes(std::move(moved));
  CHECK(sodium_is_zero(place.data(), place.size()) == 0);
  made->~seed_bytes();
  CHECK(sodium_is_zero(place.data(), place.size()) == 1);
}

TEST_CASE("refusals are counted all, and said once in a while") {
  refusal_log log;
  auto now = instant{} + std::chrono::hours(1);
  CHECK(log.add(refusal::wrong_key, test_endpoint(1), {}, now));
  CHECK_FALSE(log.add(refusal::wrong_key, test_endpoint(2), {}, now + refusal_log::pause - duration{1}));
  CHECK(log.add(refusal::revoked, test_endpoint(1), {}, now));
  CHECK(log.add(refusal::wrong_key, test_endpoint(3), node_name{"n3"}, now + refusal_log::pause));
  CHECK(log.of(refusal::wrong_key).count == 3);
  CHECK(log.of(refusal::wrong_key).last_from == test_endpoint(3));
  CHECK(log.of(refusal::wrong_key).last_who == node_name{"n3"});
  CHECK(log.of(refusal::wrong_key).last == now + refusal_log::pause);
  CHECK(log.total() == 4);
}

} // namespace troupe::transport_test
