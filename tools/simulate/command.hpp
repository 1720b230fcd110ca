// `troupe simulate`: read a CIB, print the present state, what would be done, and the state after it; or why, or what
// if.
#pragma once

#include "messages/types/time.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::simulate {

struct arguments {
  std::string cib;            // or:
  std::string config, status; // a cluster.toml, and the CIB whose status it is to be judged in
  std::optional<stamp> now;   // none: `clock`
  std::vector<std::string> why, fail, standby, without;
  bool json = false;
  std::function<stamp()> clock; // time is handed in
};

void add_options(CLI::App& app, arguments& args);

// 0: printed; 1: the input is unusable (said on stderr).
int simulate(const arguments& args);

} // namespace troupe::simulate
