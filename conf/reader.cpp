#include "conf/reader.hpp"

#include "conf/nearest.hpp"
#include "conf/pacemaker_words.hpp"
#include "conf/units.hpp"

#include <algorithm>

namespace troupe::conf {

std::nullopt_t slot::wrong_kind(std::string_view wanted, std::string fix) const {
  return wrong("must be " + std::string(wanted) + ", is " + std::string(kind_of(held)), std::move(fix));
}

table_reader::table_reader(const value& v, key_path key, diagnostics& out)
  : value_(v)
  , table_(std::get_if<table>(&v.content))
  , key_(std::move(key))
  , out_(out) {
  if (!table_) whole().wrong_kind("a table", "write { key = value } or a [table] of its own");
}

std::optional<slot> table_reader::take(std::string_view key) {
  known_.emplace_back(key);
  const auto* found = table_ ? find(*table_, key) : nullptr;
  if (!found) return std::nullopt;
  return slot{found->held, key_ / key, out_};
}

void table_reader::missing(std::string_view key, std::string_view fix) {
  if (table_) out_.error(value_.at, key_ / key, "missing", std::string(fix));
}

void table_reader::named(std::string_view kind, std::size_t max,
                         const std::function<void(const std::string&, const slot&)>& body) {
  auto s = take(kind);
  if (!s) return;
  const auto* all = std::get_if<table>(&s->held.content);
  if (!all) {
    s->wrong_kind("tables by name", "write [" + std::string(kind) + ".NAME]");
    return;
  }
  if (all->size() > max)
    s->wrong(std::to_string(all->size()) + " of them", "at most " + std::to_string(max) + " are possible");
  for (std::size_t i = 0; i < all->size() && i < max; ++i) {
    const auto& e = (*all)[i];
    if (auto fault = name_fault(e.key); !fault.empty()) out_.error(e.at, s->key / e.key, fault, "rename it");
    body(e.key, s->item(e));
  }
}

void table_reader::listed(std::string_view kind, std::size_t max, const std::function<void(const slot&)>& body) {
  auto s = take(kind);
  if (!s) return;
  const auto* all = std::get_if<list>(&s->held.content);
  if (!all) {
    s->wrong_kind("a list of tables", "write [[" + std::string(kind) + "]]");
    return;
  }
  if (all->size() > max)
    s->wrong(std::to_string(all->size()) + " of them", "at most " + std::to_string(max) + " are possible");
  for (std::size_t i = 0; i < all->size() && i < max; ++i) body(s->item((*all)[i], i));
}

void table_reader::unknown(const entry& e) {
  auto at = key_ / e.key;
  if (out_.full(severity::error)) return out_.error(e.at, at, "unknown key", "");
  auto* word = find_pacemaker_word(e.key);
  if (!word) return out_.error(e.at, at, "unknown key", suggestion(e.key, known_, "known here"));
  std::string instead(word->instead);
  if (word->carried_out) return out_.error(e.at, at, "a word of Pacemaker's", "here: " + instead);
  out_.error(e.at, at, "not carried out by this version", "remove it: " + instead);
}

void table_reader::finish() {
  if (!table_) return;
  for (const auto& e : *table_)
    if (std::find(known_.begin(), known_.end(), e.key) == known_.end()) unknown(e);
}

std::optional<std::size_t> choose(const slot& s, const std::vector<std::string>& words) {
  const auto* text = std::get_if<std::string>(&s.held.content);
  if (!text) return s.wrong_kind("a string", suggestion("", words, "one of"));
  auto found = std::find(words.begin(), words.end(), *text);
  if (found == words.end())
    return s.wrong("'" + text->substr(0, config::max_name) + "' is none of its values",
                   suggestion(*text, words, "one of"));
  return static_cast<std::size_t>(found - words.begin());
}

const list* items_of(const slot& s, std::size_t least, std::size_t most) {
  const auto* items = std::get_if<list>(&s.held.content);
  if (!items) {
    s.wrong_kind("a list", "write [ ... ]");
    return nullptr;
  }
  if (items->size() >= least && items->size() <= most) return items;
  s.wrong(items->empty() ? "is empty" : std::to_string(items->size()) + " of them",
          "from " + std::to_string(least) + " to " + std::to_string(most) + " are possible");
  return nullptr;
}

} // namespace troupe::conf
