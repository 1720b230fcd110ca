// `troupe simulate`: read a CIB, print the present state, what would be done, and the state after it.
#pragma once

#include <CLI/CLI.hpp>

namespace troupe::simulate {

struct arguments {
  std::string cib;
  std::string now;
  std::vector<std::string> why, fail, standby, without;
  bool json = false;
};

// Declares the command's options on `app`; `into` outlives the parsing.
void add_options(CLI::App& app, arguments& into);

// Returns the process's exit status.
int simulate(const arguments& args);

} // namespace troupe::simulate
