#include "agents/text.hpp"

#include "messages/types/utf8.hpp"

#include <doctest/doctest.h>

namespace troupe::agents_test {

using namespace agents;

TEST_CASE("readable: valid UTF-8 stays, all else is marked") {
  CHECK(readable("a\tb\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xad") == "a\tb\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xad");
  const std::string mark = "\xef\xbf\xbd";
  CHECK(readable("a\xff"
                 "b") == "a" + mark + "b");
  CHECK(readable("\xc3") == mark);                       // cut in the middle
  CHECK(readable("\xed\xa0\x80") == mark + mark + mark); // a surrogate
  CHECK(readable("\x1b[31m\r\x7f") == mark + "[31m" + mark + mark);
  CHECK(readable("\xc2\x9b") == mark + mark); // a control character that terminals read as ESC [
  CHECK(readable(std::string("\0", 1)) == mark);
}

TEST_CASE("a sentence: one line, trimmed, bounded, cut between characters") {
  CHECK(sentence("  one \n\n\t two\r\n") == "one; two");
  CHECK(sentence(" \n ").empty());
  std::string long_one;
  while (long_one.size() < 3 * max_reason) long_one += "\xe2\x82\xac";
  auto cut = sentence("x" + long_one);
  CHECK(cut.size() <= max_reason);
  CHECK(cut.size() > max_reason - 5);
  CHECK(cut.ends_with("\xe2\x82\xac..."));
  CHECK(valid_utf8(cut));
  CHECK(valid_utf8(sentence(std::string(70'000, '\xff'))));
}

} // namespace troupe::agents_test
