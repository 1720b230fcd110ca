// The `troupe` command. Everything it can do is listed in commands.hpp.
#include "conf/nearest.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

// CLI11 would only say that a command is required. Empty: the first argument is an option, or a command.
static std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  std::vector<std::string> names;
  for (const auto* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return {};
  return "no command '" + std::string(argv[1]) + "'; " + conf::suggestion(argv[1], names, "there are");
}

// Whoever asked for JSON gets it, though what he asked could not be parsed.
static int bad_usage(const std::string& why, int argc, char** argv) {
  bool json = std::any_of(argv, argv + argc, [](std::string_view each) { return each == "--json"; });
  if (json) print({{"error", why}});
  return usage;
}

} // namespace troupe::cli

int main(int argc, char** argv) {
  using namespace troupe::cli;
  CLI::App app("Troupe keeps services running on a set of machines, and never runs one twice.", "troupe");
  app.set_version_flag("--version", "troupe " TROUPE_VERSION, "Print the version and exit");
  app.require_subcommand(1);
  app.footer("`troupe COMMAND --help` says more, with examples. Exit status: 0 good, 1 bad, 2 usage,\n"
             "3 the daemon cannot be reached.");
  work chosen;
  for (auto add : commands) add(app, chosen);
  if (auto fault = unknown_command(app, argc, argv); !fault.empty()) {
    fail(fault);
    return bad_usage(fault, argc, argv);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? good : bad_usage(e.what(), argc, argv); // prints help, version or the fault
  }
  try {
    auto status = chosen();
    // A script that reads a cut answer must see it: a full disk, a closed pipe.
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) return fail("the answer could not be written to standard output");
    return status;
  } catch (const std::exception& e) {
    return fail(std::string("a bug: ") + e.what());
  }
}
