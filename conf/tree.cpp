#include "conf/tree.hpp"

#include <algorithm>

namespace troupe::conf {

const entry* find(const table& t, std::string_view key) {
  auto at = std::find_if(t.begin(), t.end(), [&](const entry& e) { return e.key == key; });
  return at == t.end() ? nullptr : &*at;
}

std::string_view kind_of(const value& v) {
  static constexpr std::string_view names[] = {"a string",       "an integer", "a number", "true or false",
                                               "a date or time", "a list",     "a table"};
  return names[v.content.index()];
}

position place_of(const value& root, const key_path& key) {
  const value* here = &root;
  position at = root.at;
  for (const auto& step : key.steps()) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      const auto* inner = std::get_if<table>(&here->content);
      const auto* found = inner ? find(*inner, *name) : nullptr;
      if (!found) return at;
      at = found->at;
      here = &found->held;
    } else {
      const auto* items = std::get_if<list>(&here->content);
      auto index = std::get<std::size_t>(step);
      if (!items || index >= items->size()) return at;
      here = &(*items)[index];
      at = here->at;
    }
  }
  return at;
}

} // namespace troupe::conf
