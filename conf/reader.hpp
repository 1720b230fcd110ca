// Reading a table: each key is asked for once, with what it must look like; what was not asked for is unknown.
//
//   table_reader in(root, {}, out);
//   in.read("tolerate", c.tolerate, as_duration(100ms, 60s));   // absent: c.tolerate keeps its default
//   in.require("name", c.name, as_text(63), "name the cluster");
//   in.finish();                                                // unknown keys, with the nearest known one, or ours
//
// A converter is a function (slot) -> std::optional<T> that reports what is wrong through its slot. Converters never
// convert between kinds ("5" is not 5): what a file means must not depend on luck.
#pragma once

#include "conf/tree.hpp"
#include "messages/config.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::conf {

// A value, its key, and the place where faults go.
struct slot {
  const value& held;
  key_path key;
  diagnostics& out;

  std::nullopt_t wrong(std::string what, std::string fix) const {
    out.error(held.at, key, std::move(what), std::move(fix));
    return std::nullopt;
  }
  // "must be a string, is an integer"
  std::nullopt_t wrong_kind(std::string_view wanted, std::string fix) const;
  [[nodiscard]] slot item(const value& v, std::size_t index) const { return {v, key[index], out}; }
  [[nodiscard]] slot item(const entry& e) const { return {e.held, key / e.key, out}; }
};

class table_reader {
public:
  // Not a table: reported, and the reader is empty.
  table_reader(const value& v, key_path key, diagnostics& out);
  explicit table_reader(const slot& s)
    : table_reader(s.held, s.key, s.out) {}

  // The value of a key, once; an absent one is no fault.
  std::optional<slot> take(std::string_view key);

  template <class T, class Convert>
  bool read(std::string_view key, T& target, const Convert& convert) {
    auto s = take(key);
    if (!s) return false;
    if (auto converted = convert(*s)) target = std::move(*converted);
    return true;
  }

  template <class T, class Convert>
  void require(std::string_view key, T& target, const Convert& convert, std::string_view fix) {
    if (!read(key, target, convert)) missing(key, fix);
  }

  // [kind.NAME] tables: calls `body(name, slot)` for each; names are checked, at most `max` of them.
  void named(std::string_view kind, std::size_t max, const std::function<void(const std::string&, const slot&)>& body);
  // [[kind]] tables, in file order.
  void listed(std::string_view kind, std::size_t max, const std::function<void(const slot&)>& body);

  void finish(); // everything that was not taken is unknown

  [[nodiscard]] bool is_table() const { return table_ != nullptr; }
  [[nodiscard]] slot whole() const { return {value_, key_, out_}; }

private:
  void missing(std::string_view key, std::string_view fix);
  void unknown(const entry& e);

  const value& value_;
  const table* table_;
  key_path key_;
  diagnostics& out_;
  std::vector<std::string> known_;
};

template <class T>
using converter = std::function<std::optional<T>(const slot&)>;

converter<std::string> as_text(std::size_t max); // UTF-8 without NUL; may be empty
converter<std::int64_t> as_integer(std::int64_t least, std::int64_t most);
converter<std::uint32_t> as_count(std::uint32_t least, std::uint32_t most);
converter<bool> as_flag();
converter<duration> as_duration(duration least, duration most);
converter<score> as_score(); // -1000000 to 1000000, "infinity", "-infinity"
converter<config::address> as_address();
converter<std::string> as_path(); // absolute
converter<public_key> as_public_key();
converter<config::parameters> as_parameters(); // strings, integers, true and false, by name
converter<std::string> as_name_text();

template <class Label>
converter<Label> as_name() {
  return [](const slot& s) -> std::optional<Label> {
    auto text = as_name_text()(s);
    return text ? std::optional(Label(std::move(*text))) : std::nullopt;
  };
}

std::optional<std::size_t> choose(const slot& s, const std::vector<std::string>& words);

template <class E>
converter<E> as_choice(std::vector<std::pair<std::string, E>> choices) {
  return [choices = std::move(choices)](const slot& s) -> std::optional<E> {
    std::vector<std::string> words;
    for (const auto& c : choices) words.push_back(c.first);
    auto index = choose(s, words);
    return index ? std::optional(choices[*index].second) : std::nullopt;
  };
}

// The items of a list, or nothing if it is no list or has too few or too many. One bad item spoils the list, so that
// the index of an item that came through is its index in the file.
const list* items_of(const slot& s, std::size_t least, std::size_t most);

template <class Convert>
auto as_list(Convert each, std::size_t least, std::size_t most) {
  using item = typename std::invoke_result_t<Convert, const slot&>::value_type;
  return [=](const slot& s) -> std::optional<std::vector<item>> {
    const auto* items = items_of(s, least, most);
    if (!items) return std::nullopt;
    std::vector<item> out;
    for (std::size_t i = 0; i < items->size(); ++i)
      if (auto converted = each(s.item((*items)[i], i))) out.push_back(std::move(*converted));
    if (out.size() != items->size()) return std::nullopt;
    return out;
  };
}

// For text that a function of units.hpp or keys.hpp understands; `what` says what it is not.
template <class T>
converter<T> as_parsed(result<T> (*parse)(std::string_view), std::string what) {
  return [=](const slot& s) -> std::optional<T> {
    auto text = as_text(config::max_text)(s);
    if (!text) return std::nullopt;
    auto parsed = parse(*text);
    if (parsed) return std::move(*parsed);
    return s.wrong(what, parsed.error().text);
  };
}

} // namespace troupe::conf
