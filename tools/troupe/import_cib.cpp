// troupe import-cib FILE: a Pacemaker configuration as cluster.toml. Talks to no daemon.
#include "actors/env/posix_basics.hpp"
#include "tools/import/command.hpp"
#include "tools/simulate/cib_file.hpp"
#include "tools/troupe/commands.hpp"

#include <memory>

namespace troupe::cli {

void add_import_cib(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "import-cib", "A Pacemaker configuration as cluster.toml",
              "  troupe import-cib cib.xml --output cluster.toml\n"
              "  cibadmin -Q | troupe import-cib /dev/stdin > cluster.toml\n"
              "What has no counterpart stands at the head of the file, by name. Keys and addresses of the nodes are\n"
              "stand-ins: a CIB has none.");
  auto a = std::make_shared<import_cib::arguments>();
  a->clock = [] { return env::posix_calendar().now(); };
  sub.add_option("FILE", a->cib, "The CIB: a file, or the output of cibadmin -Q")->required();
  sub.add_option("--output,-o", a->output, "Write there instead of standard output");
  simulate::add_now(sub, a->now, "Judge rules at this time (ISO 8601) instead of now");
  sub.add_flag("--all", a->all, "Write also what this version cannot carry out; `troupe check` will refuse that");
  sub.callback([a, &chosen] { chosen = [a] { return import_cib::import(*a); }; });
}

} // namespace troupe::cli
