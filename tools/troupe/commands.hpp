// All subcommands, in the order of `troupe --help`. To add one: a file that defines add_NAME, a declaration and an
// entry here, and the file's name in tools/meson.build.
#pragma once

#include "tools/troupe/command.hpp"

namespace troupe::cli {

void add_check(CLI::App& troupe, work& chosen);
void add_keygen(CLI::App& troupe, work& chosen);
void add_init(CLI::App& troupe, work& chosen);
void add_status(CLI::App& troupe, work& chosen);
void add_why(CLI::App& troupe, work& chosen);
void add_plan(CLI::App& troupe, work& chosen);
void add_apply(CLI::App& troupe, work& chosen);
void add_history(CLI::App& troupe, work& chosen);
void add_actors(CLI::App& troupe, work& chosen);
void add_attributes(CLI::App& troupe, work& chosen);
void add_standby(CLI::App& troupe, work& chosen);
void add_unstandby(CLI::App& troupe, work& chosen);
void add_maintenance(CLI::App& troupe, work& chosen);
void add_start(CLI::App& troupe, work& chosen);
void add_stop(CLI::App& troupe, work& chosen);
void add_cleanup(CLI::App& troupe, work& chosen);
void add_raise_level(CLI::App& troupe, work& chosen);
void add_move(CLI::App& troupe, work& chosen);
void add_unmove(CLI::App& troupe, work& chosen);
void add_fence(CLI::App& troupe, work& chosen);
void add_timers(CLI::App& troupe, work& chosen);
void add_simulate(CLI::App& troupe, work& chosen);
void add_import_cib(CLI::App& troupe, work& chosen);

inline constexpr add_command commands[] = {
    add_check,       add_keygen,  add_init,     add_status,     add_why,         add_plan,
    add_apply,       add_history, add_actors,   add_attributes, add_standby,     add_unstandby,
    add_maintenance, add_start,   add_stop,     add_move,       add_unmove,      add_cleanup,
    add_fence,       add_timers,  add_simulate, add_import_cib, add_raise_level,
};

} // namespace troupe::cli
