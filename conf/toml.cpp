// The one translation unit that knows toml++.
#include "conf/tree.hpp"
#include "messages/types/assert.hpp"

#include <toml++/toml.h>

#include <algorithm>

namespace troupe::conf {

namespace toml_detail {

position at(const toml::source_region& region) {
  return {static_cast<std::uint32_t>(region.begin.line), static_cast<std::uint32_t>(region.begin.column)};
}

value from(const toml::node& n);

value from_table(const toml::table& t) {
  table out;
  for (auto&& [key, held] : t) out.push_back({std::string(key.str()), at(key.source()), from(held)});
  std::stable_sort(out.begin(), out.end(), [](const entry& a, const entry& b) { return a.at < b.at; });
  return {at(t.source()), std::move(out)};
}

value from_array(const toml::array& a) {
  list out;
  for (const auto& item : a) out.push_back(from(item));
  return {at(a.source()), std::move(out)};
}

value from(const toml::node& n) {
  auto here = at(n.source());
  if (const auto* t = n.as_table()) return from_table(*t);
  if (const auto* a = n.as_array()) return from_array(*a);
  if (const auto* s = n.as_string()) return {here, s->get()};
  if (const auto* i = n.as_integer()) return {here, i->get()};
  if (const auto* f = n.as_floating_point()) return {here, f->get()};
  if (const auto* b = n.as_boolean()) return {here, b->get()};
  TROUPE_ASSERT(n.is_date() || n.is_time() || n.is_date_time(), "toml++ has a kind of value that we do not know");
  return {here, calendar_value{}};
}

} // namespace toml_detail

std::optional<value> parse(std::string_view text, diagnostics& out) {
  if (text.size() > max_file) {
    out.error({}, {}, "the file has " + std::to_string(text.size()) + " bytes",
              "at most " + std::to_string(max_file) + " are read");
    return std::nullopt;
  }
  if (auto deep = too_deep(text)) {
    out.error(*deep, {}, "nested deeper than " + std::to_string(max_depth) + " levels", "no key of Troupe is so deep");
    return std::nullopt;
  }
  try {
    auto root = toml_detail::from(toml::parse(text));
    root.at = {1, 1};
    return root;
  } catch (const toml::parse_error& e) {
    out.error(toml_detail::at(e.source()), {}, "not TOML: " + std::string(e.description()),
              "nothing after this place was read; see https://toml.io/en/v1.0.0");
    return std::nullopt;
  }
}

} // namespace troupe::conf
