// A parsed file as a small tree in which everything knows its place. toml++ stays behind parse() (one slow translation
// unit); tables keep the order of the file, which toml++'s own do not.
//
// Limits: max_file bytes, max_depth levels. toml++ reports the first fault of syntax only; faults of meaning are all
// reported, by those who read the tree.
#pragma once

#include "conf/diagnostics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::conf {

inline constexpr std::size_t max_file = std::size_t{8} << 20;
inline constexpr std::size_t max_depth = 16; // nested values, and parts of a dotted key

struct value;
struct entry;
using list = std::vector<value>;
using table = std::vector<entry>; // in file order, keys unique
struct calendar_value {};         // a date or a time: nothing of ours is one

struct value {
  position at;
  std::variant<std::string, std::int64_t, double, bool, calendar_value, list, table> content;
};

struct entry {
  std::string key;
  position at; // of the key
  value held;
};

// The root table, or nothing and the fault in `out`.
std::optional<value> parse(std::string_view text, diagnostics& out);

const entry* find(const table& t, std::string_view key);

// "a string", "a table"
std::string_view kind_of(const value& v);

// Where a key stands; of what is not in the file: where the nearest table around it begins (1:1 for the root).
position place_of(const value& root, const key_path& key);

// The first place that nests deeper than max_depth, by brackets or by dots, or nothing. Looks only at what TOML's
// lexical rules make of the text; runs before the parser, which would recurse as deep as the text says.
std::optional<position> too_deep(std::string_view text);

} // namespace troupe::conf
