#include "messages/types/assert.hpp"
#include "messages/types/digest.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/random.hpp"
#include "messages/types/score.hpp"

#include <doctest/doctest.h>

#include <concepts>

namespace troupe::types_test {

template <class A, class B>
concept comparable = requires(A a, B b) {
  a < b;
};

TEST_CASE("an index and a slot do not mix") {
  static_assert(comparable<log_index, log_index>);
  static_assert(!comparable<log_index, slot_number>);
  static_assert(!comparable<node_name, resource_name>);
  CHECK(log_index{7}.next() == log_index{8});
  CHECK(log_index{7}.since(log_index{3}) == 4);
}

TEST_CASE("a broken assertion throws and names its place, its expression and the reason") {
  int active = 2;
  try {
    TROUPE_ASSERT(active <= 1, "a plain resource runs once");
    FAIL("it did not throw");
  } catch (const broken_assertion& e) {
    std::string text = e.what();
    CHECK(text.find("types.test.cpp:") != std::string::npos);
    CHECK(text.find("a plain resource runs once") != std::string::npos);
    CHECK(text.find("active <= 1") != std::string::npos);
  }
}

TEST_CASE("digest: the empty input, and where parts end matters") {
  CHECK(to_hex(digest_of({})) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(digest_of({view_of("ab"), view_of("c")}) != digest_of({view_of("a"), view_of("bc")}));
  CHECK(digest_of({view_of("ab")}) == digest_of({view_of("ab")}));
}

TEST_CASE("short digest: BLAKE2b-128 of the empty input as published") {
  CHECK(to_hex(short_digest_of({})) == "cae66941d9efbd404e4d88758ea67670");
  CHECK(short_digest_of(view_of("a")) != short_digest_of(view_of("b")));
}

TEST_CASE("little-endian numbers come back") {
  byte_buffer b;
  put_le<std::uint32_t>(b, 0x01020304u);
  CHECK(to_hex(b) == "04030201");
  put_le<std::uint64_t>(b, 0xfedcba9876543210ULL);
  CHECK(get_le<std::uint32_t>(b, 0) == 0x01020304u);
  CHECK(get_le<std::uint64_t>(b, 4) == 0xfedcba9876543210ULL);
}

TEST_CASE("random_source: SplitMix64's published sequence, bounds kept, a shuffle loses nothing") {
  random_source r{1234567};
  CHECK(r.next() == 6457827717110365317ULL);
  CHECK(r.next() == 3203168211198807973ULL);
  for (int i = 0; i < 1000; ++i) CHECK(r.below(7) < 7);
  std::vector<int> v{1, 2, 3, 4, 5, 6, 7, 8};
  r.shuffle(v);
  int sum = 0;
  for (int x : v) sum += x;
  CHECK(sum == 36);
}

TEST_CASE("score: sums saturate, and must-not outweighs must") {
  CHECK((score{5} + score{-7}).value() == -2);
  CHECK(score{3'000'000}.must());
  CHECK((score::infinity() + score{-5}).must());
  CHECK((score::infinity() + score::minus_infinity()).must_not());
  CHECK((-score::infinity()).must_not());
}

} // namespace troupe::types_test
