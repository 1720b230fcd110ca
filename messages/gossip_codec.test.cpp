#include "messages/gossip_codec.hpp"

#include "messages/capnp_guard.hpp"
#include "messages/packed.hpp"
#include "messages/types/random.hpp"

#include <capnp/serialize-packed.h>
#include <doctest/doctest.h>
#include <kj/io.h>

#include <gossip.capnp.h>

namespace troupe::gossip_codec_test {

using namespace gossip;

const node_name n1{"n1"}, n2{"n2"};

life at(std::uint64_t session, std::uint64_t incarnation) {
  return {session_id{session}, incarnation_number{incarnation}};
}

std::string why(const result<datagram>& r) {
  return r ? "accepted" : r.error().text;
}

datagram full() {
  return {at(70, 3),
          ack{probe_number{9}, at(65, 1)},
          {{n1, at(70, 0), standing::suspect, n2},
           {n2, at(71, 2), standing::alive, {}},
           {n2, at(1, 2), standing::left, {}}},
          {std::byte{1}, std::byte{0}, std::byte{255}}};
}

std::uint64_t some_number(random_source& random) {
  return random.next() >> random.below(64);
}

node_name some_name(random_source& random) {
  return node_name{std::string(1 + random.below(63), static_cast<char>('a' + random.below(26)))};
}

datagram any(random_source& random) {
  datagram d{
      at(some_number(random), random.below(max_incarnation + 1)), only_news{}, {}, byte_buffer(random.below(257))};
  probe_number number{some_number(random)};
  switch (random.below(5)) {
  case 0: d.what = ping{number}; break;
  case 1: d.what = ping_request{number, some_name(random)}; break;
  case 2: d.what = ack{number, at(some_number(random), some_number(random) >> 16)}; break;
  case 3: d.what = nack{number}; break;
  default: break;
  }
  for (auto& b : d.blob) b = static_cast<std::byte>(random.below(256));
  for (auto count = random.below(8); count > 0; --count) {
    auto is = static_cast<standing>(random.below(4));
    bool accused = is == standing::suspect || is == standing::faulty;
    d.items.push_back({some_name(random), at(some_number(random), some_number(random) >> 16), is,
                       accused ? some_name(random) : node_name{}});
  }
  return d;
}

TEST_CASE("packing: the published example, and what the library packs") {
  // capnproto.org/encoding.html: 08 00 00 00 03 00 02 00  19 00 00 00 aa 01 00 00
  byte_buffer flat(16);
  const unsigned given[] = {8, 0, 0, 0, 3, 0, 2, 0, 0x19, 0, 0, 0, 0xaa, 1, 0, 0};
  for (std::size_t i = 0; i < 16; ++i) flat[i] = static_cast<std::byte>(given[i]);
  CHECK(to_hex(pack(flat)) == "51080302"
                              "3119aa01");
  CHECK(to_hex(pack(byte_buffer(32))) == "0003");
  CHECK(to_hex(pack(byte_buffer(8, std::byte{0x8a}))) == "ff8a8a8a8a8a8a8a8a00");
  random_source random{11};
  for (int i = 0; i < 500; ++i) {
    byte_buffer words(8 * random.below(600));
    auto density = random.below(257);
    for (auto& b : words) b = random.below(256) < density ? static_cast<std::byte>(random.below(256)) : std::byte{0};
    auto packed = pack(words);
    CHECK(unpack(packed, words.size()).value() == words);
    kj::ArrayInputStream in(kj::arrayPtr(reinterpret_cast<const kj::byte*>(packed.data()), packed.size()));
    capnp::_::PackedInputStream reader(in);
    byte_buffer theirs(words.size());
    if (!words.empty()) reader.read(theirs.data(), theirs.size());
    CHECK(theirs == words);
  }
}

TEST_CASE("unpacking: cut off anywhere or too long is refused") {
  byte_buffer flat(24, std::byte{7});
  auto packed = pack(flat);
  for (std::size_t n = 1; n < packed.size(); ++n)
    CHECK(unpack(byte_view(packed).first(n), 24).error().text == "malformed message: packed bytes are cut off");
  CHECK(unpack(packed, 23).error().text == "malformed message: more than 23 bytes when unpacked");
  byte_buffer bomb;
  for (int i = 0; i < 1000; ++i) bomb.insert(bomb.end(), {std::byte{0}, std::byte{255}});
  CHECK(why(decode_datagram(bomb)) == "malformed message: more than 65536 bytes when unpacked");
}

TEST_CASE("gossip comes back, in every shape") {
  CHECK(decode_datagram(encode(full())).value() == full());
  CHECK(encode(full()) == encode(full()));
  random_source random{3};
  for (int i = 0; i < 2000; ++i) {
    auto d = any(random);
    CHECK(decode_datagram(encode(d)).value() == d);
  }
  push_pull p{at(5, 6), true, full().items};
  CHECK(decode_push_pull(encode(p)).value() == p);
}

TEST_CASE("on the wire each of the two forms is known by its first byte") {
  push_pull state{at(5, 6), true, full().items};
  CHECK(std::get<datagram>(from_wire(to_wire(full())).value()) == full());
  CHECK(std::get<push_pull>(from_wire(to_wire(state)).value()) == state);
  CHECK(to_wire(full()).size() == encode(full()).size() + wire_head);
  CHECK(to_wire(full())[0] == std::byte{1});
  CHECK(to_wire(state)[0] == std::byte{2});
  auto other = to_wire(full());
  other[0] = std::byte{3};
  CHECK(from_wire(other).error().text == "malformed message: unknown form of gossip 3");
  CHECK(from_wire({}).error().text == "malformed message: no bytes of gossip");
  CHECK_FALSE(from_wire(byte_buffer{std::byte{1}}));
  CHECK_FALSE(from_wire(byte_buffer{std::byte{2}}));
}

TEST_CASE("no datagram is longer than the bound that the detector counts with, and the bound is not far off") {
  random_source random{4};
  for (int i = 0; i < 5000; ++i) {
    auto d = any(random);
    auto bound = bound_of_rest(d);
    for (const auto& n : d.items) bound += bound_of(n);
    CHECK(encode(d).size() <= bound);
  }
  datagram plain{at(70, 0), ping{probe_number{12345}}, {}, {}};
  plain.items.assign(16, news{node_name{"node-07"}, at(70, 1), standing::suspect, node_name{"node-12"}});
  auto bound = bound_of_rest(plain);
  for (const auto& n : plain.items) bound += bound_of(n);
  MESSAGE("16 items: " << encode(plain).size() << " bytes, bound " << bound);
  CHECK(bound < 2 * encode(plain).size());
}

TEST_CASE("what no detector says is refused") {
  auto with = [](auto change) {
    return pack(encode_message<wire::gossip::Datagram>([&](wire::gossip::Datagram::Builder b) {
      b.setSession(1);
      b.setKind(wire::gossip::Datagram::Kind::ONLY_NEWS);
      change(b);
    }));
  };
  auto item = [&](auto change) {
    return with([&](auto b) {
      auto n = b.initItems(1)[0];
      n.setAbout("n1");
      change(n);
    });
  };
  using B = wire::gossip::Datagram::Builder;
  using N = wire::gossip::News::Builder;
  CHECK(why(decode_datagram(with([](B) {}))) == "accepted");
  CHECK(why(decode_datagram(with([](B b) { b.setKind(static_cast<wire::gossip::Datagram::Kind>(9)); }))) ==
        "malformed message: unknown kind of gossip 9");
  CHECK(why(decode_datagram(with([](B b) { b.setIncarnation(max_incarnation + 1); }))) ==
        "malformed message: incarnation 281474976710657 is out of range");
  CHECK(why(decode_datagram(with([](B b) { b.initBlob(257); }))) == "malformed message: a blob of 257 bytes");
  CHECK(why(decode_datagram(with([](B b) { b.setKind(wire::gossip::Datagram::Kind::PING_REQUEST); }))) ==
        "malformed message: empty node name");
  CHECK(why(decode_datagram(with([](B b) { b.initItems(129); }))) == "malformed message: 129 items of news");
  CHECK(why(decode_datagram(item([](N) {}))) == "accepted");
  CHECK(why(decode_datagram(item([](N n) { n.setAbout(""); }))) == "malformed message: empty node name");
  CHECK(why(decode_datagram(item([](N n) { n.setBy("n2"); }))) ==
        "malformed message: an accuser of a node that is not accused");
  CHECK(why(decode_datagram(item([](N n) { n.setIs(wire::gossip::Standing::SUSPECT); }))) ==
        "malformed message: empty node name");
  CHECK(why(decode_datagram(item([](N n) { n.setIs(static_cast<wire::gossip::Standing>(4)); }))) ==
        "malformed message: unknown standing 4");
  CHECK(why(decode_datagram(byte_buffer(4097))) == "malformed message: 4097 bytes of gossip");
}

TEST_CASE("any bytes end in gossip or an error") {
  auto good = encode(full());
  auto state = encode(push_pull{at(5, 6), true, full().items});
  random_source random{7};
  unsigned accepted = 0, refused = 0;
  auto spoil = [&](byte_buffer bytes) {
    for (auto n = 1 + random.below(4); n > 0; --n)
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
    return bytes;
  };
  auto count = [&](const auto& r) {
    if (!r) CHECK(r.error().text.find("malformed message: ") == 0);
    ++(r ? accepted : refused);
  };
  for (int i = 0; i < 10'000; ++i) {
    count(decode_datagram(spoil(good)));
    count(decode_push_pull(spoil(state)));
  }
  CHECK(accepted > 1000);
  CHECK(refused > 1000);
}

} // namespace troupe::gossip_codec_test
