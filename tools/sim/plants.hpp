// Bugs that can be planted in the product, to see that an observer finds them: a check that has never failed is not
// yet a check. A plant is a name in node_options; the code it changes asks for it. The list is empty in trouped.
#pragma once

#include "tools/sim/scenario.hpp"

#include <span>
#include <string_view>

namespace troupe::sim {

struct plant {
  std::string_view name;
  std::string_view invariant; // whose observer finds it
  std::string_view does;      // the bug, in words
  // Where it shows soon: what takes several elections in a row is found in one of hundreds of plans that are of
  // everything. Both are what `--plant` asks for, unless the command line says otherwise.
  std::size_t machines = 5;
  std::optional<theme> of{};
};

std::span<const plant> plants();
const plant* plant_named(std::string_view name); // nullptr: there is none

} // namespace troupe::sim
