// All subcommands, in the order of `troupe --help`. To add one: a file that defines add_NAME, a declaration and an
// entry here, and the file's name in tools/meson.build.
#pragma once

#include "tools/troupe/command.hpp"

namespace troupe::cli {

void add_check(CLI::App& troupe, work& chosen);
void add_keygen(CLI::App& troupe, work& chosen);
void add_simulate(CLI::App& troupe, work& chosen);

inline constexpr add_command commands[] = {
    add_check,
    add_keygen,
    add_simulate,
};

} // namespace troupe::cli
