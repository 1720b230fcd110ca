#include "tools/sim/effects.hpp"

namespace troupe::sim {

namespace {

struct row {
  std::string_view name;
  reach needs = reach::always;
};
constexpr std::array<row, effect_count> rows{{
    {"power lost"},
    {"booted"},
    {"daemon restarted"},
    {"daemon left in order", reach::agents},
    {"machine paused"},
    {"machine paused with its clock"},
    {"clock drifted"},
    {"calendar jumped"},
    {"partitioned"},
    {"partitioned one way"},
    {"packet lost"},
    {"packet duplicated"},
    {"packet delayed"},
    {"packet reordered"},
    {"unsynced write lost", reach::journal},
    {"unsynced write torn", reach::journal},
    {"change of a name lost", reach::journal},
    {"sync failed"},
    {"disk full"},
    {"disk slow"},
    {"bit flipped"},
    {"disk replaced"},
    {"agent slow", reach::agents},
    {"agent failed", reach::agents},
    {"agent hung", reach::agents},
    {"agent stuck", reach::agents},
    {"service died", reach::agents},
    {"fence failed", reach::fencing},
    {"fence hung", reach::fencing},
    {"fence landed late", reach::fencing},
}};

} // namespace

std::string_view name_of(effect e) {
  return rows[static_cast<std::size_t>(e)].name;
}

reach reach_of(effect e) {
  return rows[static_cast<std::size_t>(e)].needs;
}

} // namespace troupe::sim
