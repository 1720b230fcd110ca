#include "tools/sim/load.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::sim {

// A count that is lower than the last one is of an actor that was started anew.
void load_meter::actors(instant at, machine_index who, const std::vector<watching::actor_row>& rows) {
  until_ = at;
  for (auto& row : rows) {
    auto& before = seen_[{who, row.path}];
    handled_[row.kind] += row.handled - (row.handled >= before ? before : 0);
    before = row.handled;
  }
}

std::string load_meter::show() const {
  auto seconds = std::chrono::duration<double>(until_.time_since_epoch()).count();
  std::vector<std::pair<std::uint64_t, std::string>> busiest;
  for (auto& [kind, count] : handled_) busiest.emplace_back(count, kind);
  std::sort(busiest.rbegin(), busiest.rend());
  std::string text;
  for (auto& [count, kind] : busiest)
    text += fmt::format("  {:<30} {:>10.1f} a second\n", kind, static_cast<double>(count) / seconds);
  return text;
}

} // namespace troupe::sim
