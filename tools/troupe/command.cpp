#include "tools/troupe/command.hpp"

#include <cstdio>

namespace troupe::cli {

CLI::App& declare(CLI::App& troupe, const std::string& name, const std::string& what, const std::string& examples) {
  auto& sub = *troupe.add_subcommand(name, what);
  sub.footer("Examples:\n" + examples);
  return sub;
}

int fail(const std::string& why) {
  std::fprintf(stderr, "troupe: %s\n", why.c_str());
  return bad;
}

} // namespace troupe::cli
