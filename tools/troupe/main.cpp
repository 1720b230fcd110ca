// The `troupe` command. Everything it can do is listed in commands.hpp.
#include "tools/troupe/commands.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  using namespace troupe::cli;
  CLI::App app("Troupe keeps services running on a set of machines, and never runs one twice.", "troupe");
  app.set_version_flag("--version", "troupe " TROUPE_VERSION, "Print the version and exit");
  app.require_subcommand(1);
  app.footer("`troupe COMMAND --help` says more, with examples. Exit status: 0 good, 1 bad, 2 usage.");
  work chosen;
  for (auto add : commands) add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? good : usage; // prints help, version or the fault
  }
  try {
    return chosen();
  } catch (const std::exception& e) {
    return fail(std::string("a bug: ") + e.what());
  }
}
