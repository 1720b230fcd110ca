#include "conf/tree.hpp"

#include <doctest/doctest.h>

namespace troupe::conf::tree_test {

std::string fault_of(std::string_view text) {
  diagnostics d;
  auto root = parse(text, d);
  CHECK(root.has_value() == d.good());
  return root ? "" : d.text("f");
}

TEST_CASE("everything knows its place, and tables keep the order of the file") {
  diagnostics d;
  auto root = parse(
      "z = 1\n  a = [10, \"x\"]\n[t.\"in ner\"]\nk = true\n\"\xc3\xa4\" = { y = 1.5 }\n[[l]]\n[[l]]\nm = 1979-05-27\n",
      d);
  REQUIRE(root);
  const auto& top = std::get<table>(root->content);
  std::vector<std::string> keys;
  for (const auto& e : top) keys.push_back(e.key);
  CHECK(keys == std::vector<std::string>{"z", "a", "t", "l"});
  CHECK(place_of(*root, {}) == position{1, 1});
  CHECK(place_of(*root, {"z"}) == position{1, 1});
  CHECK(place_of(*root, key_path{"a"}[1]) == position{2, 12});
  CHECK(place_of(*root, {"t", "in ner"}) == position{3, 4});
  CHECK(place_of(*root, {"t", "in ner", "k"}) == position{4, 1});
  CHECK(place_of(*root, {"t", "in ner", "\xc3\xa4", "y"}) == position{5, 9}); // code points, not bytes
  CHECK(place_of(*root, key_path{"l"}[1] / "m") == position{8, 1});
  CHECK(kind_of(find(std::get<table>(std::get<list>(find(top, "l")->held.content)[1].content), "m")->held) ==
        "a date or time");
}

TEST_CASE("what is absent is said where the nearest thing around it begins") {
  diagnostics d;
  auto root = parse("\n[a]\nb = 1\n[[l]]\n", d);
  REQUIRE(root);
  CHECK(place_of(*root, {"x"}) == position{1, 1});
  CHECK(place_of(*root, {"a", "x", "y"}) == position{2, 2});
  CHECK(place_of(*root, {"a", "b", "c"}) == position{3, 1});
  CHECK(place_of(*root, key_path{"l"}[7]) == position{4, 3});
}

TEST_CASE("what is not TOML is said with its place") {
  CHECK(fault_of("a = 1\na = 2\n").starts_with("f:2:5: error: not TOML: "));
  CHECK(fault_of("[a]\n[a]\n").starts_with("f:2:1: error: not TOML: "));
  CHECK(fault_of("a = \"\xff\"\n").starts_with("f:1:5: error: not TOML: Encountered invalid utf-8"));
  CHECK(fault_of("a = 99999999999999999999").starts_with("f:1:25: error: not TOML: "));
  CHECK(fault_of("a = [1, 2\nb = 3").starts_with("f:2:"));
  CHECK(fault_of("a = \"x").starts_with("f:1:"));
  CHECK(fault_of(std::string_view("a\0b = 1", 7)).starts_with("f:1:"));
  CHECK(fault_of("").empty());
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

TEST_CASE("depth is limited, by brackets and by dots, before a parser could recurse") {
  CHECK(fault_of("a = " + repeated("[", 16) + repeated("]", 16)).empty());
  CHECK(fault_of("a = " + repeated("[", 17) + repeated("]", 17)) ==
        "f:1:21: error: nested deeper than 16 levels; no key of Troupe is so deep\n");
  CHECK(fault_of(repeated("a.", 15) + "a = 1").empty());
  CHECK(fault_of("\n" + repeated("a.", 16) + "a = 1").starts_with("f:2:32: error: nested deeper"));
  CHECK(fault_of("[" + repeated("a.", 200'000) + "a]").starts_with("f:1:33: error: nested deeper"));
  CHECK(fault_of("a = " + repeated("{ a.b = ", 100'000)).starts_with("f:1:133: error: nested deeper"));
}

TEST_CASE("depth is not what stands in strings and comments") {
  auto deep = repeated("[", 30) + repeated("a.", 30);
  CHECK(fault_of("a = \"" + deep + "\" # " + deep + "\nb = '" + deep + "'\n").empty());
  CHECK(fault_of("a = \"\\\"" + deep + "\"\n").empty());
  CHECK(fault_of("a = \"\"\"\n" + deep + "\n\\\"\"\"" + deep + "\"\"\"\nb = '''\n" + deep + "'' " + deep + "'''\n")
            .empty());
  CHECK(fault_of("\"" + deep + "\" = 1\n").empty());
  // and what follows a string is looked at again
  CHECK(fault_of("a = ['''x''', \"y\", " + deep).starts_with("f:1:35: error: nested deeper"));
}

TEST_CASE("a file beyond the limit is not read") {
  CHECK(fault_of(std::string(max_file + 1, '#')) == "f: error: the file has 8388609 bytes; at most 8388608 are read\n");
}

} // namespace troupe::conf::tree_test
