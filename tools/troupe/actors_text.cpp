#include "tools/troupe/actors_text.hpp"

#include "conf/timers.hpp"
#include "tools/troupe/show.hpp"

#include <fmt/format.h>

namespace troupe::cli {

namespace actors_detail {

// Nearly all actors of a node share a thread, so that one with messages need not be at them.
std::string state_of(const console::actor_line& a) {
  if (a.busy) return "busy";
  return a.waiting > 0 ? "waiting" : "idle";
}

} // namespace actors_detail

std::string actors_text(const console::actor_list& list) {
  std::vector<table_row> rows{{"PATH", "KIND", "STATE", "WAITING", "HANDLED", "BUSY FOR"}};
  for (auto& a : list.actors) {
    auto busy = a.busy ? conf::to_text(std::chrono::floor<std::chrono::microseconds>(*a.busy)) : "-";
    rows.push_back(
        {a.path, a.kind, actors_detail::state_of(a), std::to_string(a.waiting), std::to_string(a.handled), busy});
  }
  return table_of(rows) + (list.left_out > 0 ? fmt::format("and {} more\n", list.left_out) : "");
}

nlohmann::ordered_json actors_json(const console::actor_list& list) {
  auto out = nlohmann::ordered_json::array();
  for (auto& a : list.actors) {
    auto busy = a.busy ? nlohmann::ordered_json(a.busy->count() / 1'000'000) : nlohmann::ordered_json();
    out.push_back({{"path", a.path},
                   {"kind", a.kind},
                   {"state", actors_detail::state_of(a)},
                   {"waiting", a.waiting},
                   {"handled", a.handled},
                   {"busy_ms", busy}});
  }
  return {{"actors", out}, {"left_out", list.left_out}};
}

} // namespace troupe::cli
