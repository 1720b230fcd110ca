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

// Adds the command's options to `app` and runs it in the callback; the result is the process's exit status.
void add_simulate(CLI::App& app);
int exit_status();

int simulate(const arguments& args);

} // namespace troupe::simulate
