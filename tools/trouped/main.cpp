// trouped: the daemon, one on each node.
//
// Exit status: 0 ended in order, as asked; 1 could not start, or gave up (its log says why; whoever started it may
// start it again); 2 the command line or the configuration is wrong: starting it again changes nothing.
#include "actors/env/posix_log.hpp"
#include "tools/trouped/daemon.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

namespace troupe::daemon {

enum exit_status : int { ended = 0, failed = 1, wrong = 2 };

static int say(int status, const std::string& why) {
  std::fprintf(stderr, "trouped: %s\n", why.c_str());
  return status;
}

static int start(const std::string& file, bool verbose) {
  auto what = read_settings(file);
  if (!what) return say(wrong, what.error().text);
  env::posix_log log(2, verbose ? env::log_level::debug : env::log_level::info);
  auto how = run(std::move(*what), log);
  if (!how) return say(failed, how.error().text);
  return *how == ending::asked ? ended : failed;
}

} // namespace troupe::daemon

int main(int argc, char** argv) {
  using namespace troupe::daemon;
  CLI::App app("The daemon of Troupe, one on each node. It logs to standard error and stays in the foreground.",
               "trouped");
  app.set_version_flag("--version", "trouped " TROUPE_VERSION, "Print the version and exit");
  std::string file = "/etc/troupe/node.toml";
  bool verbose = false;
  app.add_option("--config", file, "This node's file")->capture_default_str();
  app.add_flag("--verbose", verbose, "Log details as well");
  app.footer(
      "Examples:\n"
      "  trouped --config /etc/troupe/node.toml\n"
      "Exit status: 0 ended as asked (SIGTERM, SIGINT), 1 could not start or gave up, 2 wrong usage or configuration.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? ended : wrong;
  }
  try {
    return start(file, verbose);
  } catch (const std::exception& e) {
    return say(failed, std::string("a bug: ") + e.what());
  }
}
