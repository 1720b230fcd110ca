// Bugs that can be planted in the product, to see that an observer finds them: a check that has never failed is not
// yet a check. A plant is a name in node_options; the code it changes asks for it. The list is empty in trouped.
#pragma once

#include <span>
#include <string_view>

namespace troupe::sim {

struct plant {
  std::string_view name;
  std::string_view invariant; // whose observer finds it
  std::string_view does;      // the bug, in words
};

std::span<const plant> plants();
bool is_plant(std::string_view name);

} // namespace troupe::sim
