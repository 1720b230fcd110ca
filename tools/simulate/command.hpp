// `troupe simulate`: read a CIB, print the present state, what would be done, and the state after it; or why, or what
// if.
#pragma once

#include "messages/types/time.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <vector>

namespace troupe::simulate {

struct arguments {
  std::string cib;
  std::string now; // empty: `clock`
  std::vector<std::string> why, fail, standby, without;
  bool json = false;
  std::function<stamp()> clock; // time is handed in
};

void add_options(CLI::App& app, arguments& args);

// Registers the subcommand; when it is parsed, `chosen` becomes what runs it and gives the exit status.
void add_simulate(CLI::App& troupe, std::function<int()>& chosen, std::function<stamp()> clock);

// 0: printed; 1: the input is unusable (said on stderr).
int simulate(const arguments& args);

} // namespace troupe::simulate
