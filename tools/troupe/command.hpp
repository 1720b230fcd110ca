// The frame of the `troupe` command: one subcommand, one file, one line in commands.hpp.
//
// A subcommand declares its options on the CLI::App it is given and, when the line was understood and it was chosen,
// hands over what to run; main() runs it after parsing, so that no work happens inside of the parser. Conventions of
// all:
//   exit status   0 done and good; 1 done, and the answer is bad; 2 the command line was wrong (usage);
//                 3 the daemon cannot be reached
//   --json        the same answer as one JSON value on standard output, keys never renamed
//   stdout        the answer; stderr: why there is none
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace troupe::cli {

enum exit_status : int { good = 0, bad = 1, usage = 2, unreachable = 3 };

// What main() runs after parsing; returns an exit_status.
using work = std::function<int()>;
using add_command = void (*)(CLI::App& troupe, work& chosen);

// Declares the subcommand `name`. `examples` are lines that can be typed as they are.
CLI::App& declare(CLI::App& troupe, const std::string& name, const std::string& what, const std::string& examples);

// Says on stderr why there is no answer.
int fail(const std::string& why);

} // namespace troupe::cli
