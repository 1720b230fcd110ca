// `troupe import-cib`: a Pacemaker configuration as cluster.toml.
#pragma once

#include "messages/types/time.hpp"

#include <functional>
#include <optional>
#include <string>

namespace troupe::import_cib {

struct arguments {
  std::string cib;
  std::string output;           // empty: standard output
  std::optional<stamp> now;     // none: `clock`
  bool all = false;             // also what this version cannot carry out
  std::function<stamp()> clock; // time is handed in
};

// 0: written; 1: the input is unusable, or the output cannot be written (said on stderr).
int import(const arguments& args);

} // namespace troupe::import_cib
