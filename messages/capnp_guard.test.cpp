#include "messages/capnp_guard.hpp"

#include "messages/types/random.hpp"
#include "messages/types/utf8.hpp"

#include <doctest/doctest.h>

#include <guard_test.capnp.h>
#include <memory>

namespace troupe::capnp_guard_test {

namespace schema = wire::guard_test;

enum class colour : std::uint8_t { red, green };

struct tree {
  std::string name;
  colour hue = colour::red;
  std::vector<tree> children;
  bool operator==(const tree&) const = default;
};

void fill(schema::Node::Builder out, const tree& t) {
  out.setName(t.name.c_str());
  out.setColour(static_cast<schema::Colour>(t.hue));
  auto list = out.initChildren(list_size(t.children));
  for (unsigned i = 0; i < list.size(); ++i) fill(list[i], t.children[i]);
}

tree from(schema::Node::Reader in) {
  tree t{text_from(in.getName(), 20, "name"), enum_from(in.getColour(), colour::green, "colour"), {}};
  for (auto child : in.getChildren()) t.children.push_back(from(child));
  return t;
}

byte_buffer encode(const tree& t) {
  return encode_message<schema::Node>([&](schema::Node::Builder b) { fill(b, t); });
}

result<tree> decode(byte_view bytes, decode_limits limits = {.max_bytes = 4096}) {
  return decode_message<schema::Node>(bytes, limits, from);
}

tree chain(int depth) {
  tree t{"leaf", colour::green, {}};
  for (int i = 0; i < depth; ++i) t = tree{"knot", colour::red, {t}};
  return t;
}

std::string why(const result<tree>& r) {
  return r ? "accepted" : r.error().text;
}

TEST_CASE("a value comes back, also from a misaligned place, and equal values give equal bytes") {
  tree t{"root", colour::green, {{"a", colour::red, {}}, {"b", colour::green, {}}}};
  auto bytes = encode(t);
  CHECK(bytes == encode(tree{t}));
  CHECK(decode(bytes).value() == t);
  byte_buffer shifted(bytes.size() + 1);
  std::copy(bytes.begin(), bytes.end(), shifted.begin() + 1);
  CHECK(decode(byte_view(shifted).subspan(1)).value() == t);
}

TEST_CASE("a message may be encoded inside of another one, and one that was given up leaves nothing behind") {
  auto alone = encode(tree{"outer", colour::red, {}}), inner = encode(tree{"inner", colour::green, {}});
  auto outer = encode_message<schema::Node>([&](schema::Node::Builder b) {
    CHECK(encode(tree{"inner", colour::green, {}}) == inner);
    fill(b, tree{"outer", colour::red, {}});
    CHECK(encode(tree{"inner", colour::green, {}}) == inner);
  });
  CHECK(outer == alone);
  auto give_up = [](schema::Node::Builder b) {
    b.setName("left behind");
    throw malformed{"given up"};
  };
  CHECK_THROWS_AS(encode_message<schema::Node>(give_up), malformed);
  CHECK(encode(tree{"outer", colour::red, {}}) == alone);
}

TEST_CASE("sizes: nothing, a part of a word, too much, bytes after the end") {
  auto bytes = encode({"root", colour::red, {}});
  CHECK(why(decode({})) == "malformed message: 0 bytes, not a whole number of words");
  CHECK(why(decode(byte_view(bytes).first(13))) == "malformed message: 13 bytes, not a whole number of words");
  CHECK(why(decode(bytes, {.max_bytes = 8})) ==
        "malformed message: " + std::to_string(bytes.size()) + " bytes, at most 8 are allowed");
  bytes.resize(bytes.size() + 8);
  CHECK(why(decode(bytes)) == "malformed message: bytes after its end");
}

TEST_CASE("what Cap'n Proto cannot know is refused by the conversion") {
  auto with = [](unsigned colour_number, const char* name) {
    return encode_message<schema::Node>([&](schema::Node::Builder b) {
      b.setName(name);
      b.setColour(static_cast<schema::Colour>(colour_number));
    });
  };
  CHECK(why(decode(with(1, "fine"))) == "accepted");
  CHECK(why(decode(with(2, "fine"))) == "malformed message: unknown colour 2");
  CHECK(why(decode(with(0, "a name beyond twenty."))) == "malformed message: name of 21 bytes, at most 20");
  CHECK(why(decode(with(0, "\xc0\xaf"))) == "malformed message: name is not UTF-8");
}

TEST_CASE("depth is limited") {
  CHECK(decode(encode(chain(5))).value() == chain(5));
  auto deep = why(decode(encode(chain(20))));
  CHECK(deep.find("nest") != std::string::npos);
}

TEST_CASE("a list that claims half a milliard elements of no size is refused") {
  byte_buffer b;
  put_le<std::uint32_t>(b, 0); // one segment ...
  put_le<std::uint32_t>(b, 6); // ... of six words
  // root: one word of data, three pointers: name, blob, children
  put_le<std::uint64_t>(b, std::uint64_t{1} << 32 | std::uint64_t{3} << 48);
  for (int i = 0; i < 3; ++i) put_le<std::uint64_t>(b, 0);
  put_le<std::uint64_t>(b, 1 | std::uint64_t{7} << 32);         // children: a list of structs, its tag comes next
  put_le<std::uint64_t>(b, std::uint64_t{(1u << 29) - 1} << 2); // the tag: so many elements of no words
  auto told = why(decode(b));
  CHECK(told.find("traversal limit") != std::string::npos);
}

TEST_CASE("any bytes end in a value or an error") {
  auto good = encode({"root", colour::green, {chain(3), {"b", colour::green, {}}, chain(2)}});
  random_source random{7};
  unsigned accepted = 0, refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (auto n = 1 + random.below(6); n > 0; --n)
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    if (random.below(4) == 0) bytes.resize(random.below(bytes.size()));
    auto r = decode(bytes);
    if (!r) CHECK(r.error().text.find("malformed message: ") == 0);
    ++(r ? accepted : refused);
  }
  CHECK(accepted > 1000);
  CHECK(refused > 1000);
}

TEST_CASE("a bug of the conversion is not taken for a bad message") {
  auto bytes = encode({"root", colour::red, {}});
  auto buggy = [](schema::Node::Reader) -> int {
    TROUPE_ASSERT(1 == 2, "a bug of ours");
    return 0;
  };
  CHECK_THROWS_AS((void)decode_message<schema::Node>(bytes, {.max_bytes = 4096}, buggy), broken_assertion);
}

TEST_CASE("UTF-8: what is not the shortest form, a surrogate, beyond Unicode or cut off is not text") {
  for (const char* good : {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x99\x82", "\xf4\x8f\xbf\xbf"})
    CHECK(valid_utf8(good));
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff",
                          "a\xe2\x82", "\xf8\x88\x80\x80\x80"})
    CHECK_FALSE(valid_utf8(bad));
}

} // namespace troupe::capnp_guard_test
