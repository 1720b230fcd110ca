#include "tools/sim/plants.hpp"

#include <algorithm>
#include <array>

namespace troupe::sim {

static constexpr std::array all{
    plant{"boot-count-unsynced", "I1", "tells the count of its starts before it is durable"},
};

std::span<const plant> plants() {
  return all;
}

bool is_plant(std::string_view name) {
  return std::any_of(all.begin(), all.end(), [&](const plant& p) { return p.name == name; });
}

} // namespace troupe::sim
