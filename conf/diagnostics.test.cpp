#include "conf/diagnostics.hpp"

#include "conf/nearest.hpp"

#include <doctest/doctest.h>

namespace troupe::conf::diagnostics_test {

TEST_CASE("a key path is written as TOML would, and a strange key cannot forge a line") {
  CHECK((key_path{"resource", "vip", "monitor"}[0] / "interval").text() == "resource.vip.monitor[0].interval");
  CHECK(key_path{"a b", "x.y", ""}.text() == R"("a b"."x.y"."")");
  CHECK(key_path{"q\"\\\n\x1b[2J"}.text() == R"("q\"\\\x0a\x1b[2J")");
  CHECK(key_path{"a", "b"}.within(key_path{"a"}));
  CHECK(key_path{"a"}.within(key_path{"a"}));
  CHECK_FALSE(key_path{"a"}.within(key_path{"a", "b"}));
  CHECK_FALSE(key_path{"ab"}.within(key_path{"a"}));
}

TEST_CASE("all are told by place; an error comes before a warning at the same one") {
  diagnostics d;
  d.error({3, 2}, {"c"}, "three", "fix three");
  d.add({1, 1}, {severity::warning, {"b"}, "two", "fix two"});
  d.error({1, 1}, {"a"}, "one", "fix one");
  d.error({}, {}, "whole", "fix whole");
  CHECK(d.text("f.toml") == "f.toml: error: whole; fix whole\n"
                            "f.toml:1:1: error: a: one; fix one\n"
                            "f.toml:1:1: warning: b: two; fix two\n"
                            "f.toml:3:2: error: c: three; fix three\n");
  CHECK(d.errors() == 3);
  CHECK(d.warnings() == 1);
  CHECK_FALSE(d.good());
}

TEST_CASE("a warning alone is good") {
  diagnostics d;
  d.add({1, 1}, {severity::warning, {"b"}, "two", "fix two"});
  CHECK(d.good());
  CHECK_FALSE(d.mentions({"b"}));
}

TEST_CASE("a flood of warnings hides no error; what is left out is counted") {
  diagnostics d;
  for (std::size_t i = 0; i < max_diagnostics + 5; ++i) d.add({1, 1}, {severity::warning, {"w"}, "flood", "stop"});
  d.error({9, 9}, {"e"}, "the one error", "mend it");
  CHECK(d.full(severity::warning));
  CHECK_FALSE(d.full(severity::error));
  auto text = d.text("f");
  CHECK(text.find("f:9:9: error: e: the one error; mend it\n") != std::string::npos);
  CHECK(text.find("f: and 5 more\n") != std::string::npos);
  CHECK(d.sorted().size() == max_diagnostics + 1);
}

TEST_CASE("edit distance counts a letter more, less, other, and two swapped ones as one") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("agent", "agent") == 0);
  CHECK(edit_distance("agnet", "agent") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("ca", "abc") == 3); // a swapped pair is not edited again: the restricted distance
}

TEST_CASE("the nearest word, if one is near; else what there is") {
  std::vector<std::string> known{"start", "stop", "monitor", "managed"};
  CHECK(nearest("mintor", known) == "monitor");
  CHECK(nearest("stpo", known) == "stop");
  CHECK(nearest("interleave", known).empty());
  CHECK(nearest("x", {"y"}).empty()); // everything is one letter away from one letter
  CHECK(suggestion("mangaed", known, "known here") == "did you mean 'managed'?");
  CHECK(suggestion("color", known, "known here") == "known here: start, stop, monitor, managed");
  CHECK(suggestion("n1", {}, "the nodes") == "the nodes: none");
  std::vector<std::string> many(max_listed + 3, "name");
  CHECK(suggestion("zzzzzzz", many, "names").ends_with("name and 3 more"));
}

} // namespace troupe::conf::diagnostics_test
