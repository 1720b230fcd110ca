// A CIB's file, opened; and the time that is told for judging one.
#pragma once

#include "messages/types/result.hpp"
#include "messages/types/time.hpp"

#include <fstream>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace troupe::simulate {

result<std::ifstream> open_cib(const std::string& path);

// `--now TIME`. Anything that is no date is an error of the command line, the empty text too: it is what a script
// passes whose variable is not set.
void add_now(CLI::App& app, std::optional<stamp>& told, const std::string& help);

} // namespace troupe::simulate
