#include "tools/simulate/command.hpp"

#include "conf/cib/values.hpp"
#include "tools/simulate/from_cib.hpp"
#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/status_text.hpp"

#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>

namespace troupe::simulate {

int simulate(const arguments& args) {
  std::ifstream file{args.cib};
  if (!file) {
    std::cerr << fmt::format("troupe simulate: cannot read {}\n", args.cib);
    return 2;
  }
  std::stringstream text;
  text << file.rdbuf();
  auto parsed = cib::parse(text.str());
  if (!parsed) {
    std::cerr << fmt::format("troupe simulate: {}: {}\n", args.cib, parsed.error().text);
    return 2;
  }
  auto imported = from_cib(*parsed, stamp{std::chrono::seconds{std::time(nullptr)}});
  for (auto& w : imported.warnings) std::cerr << "warning: " << w << "\n";
  auto outcome = scheduler::schedule(imported.input);
  auto after = scheduler::execute(imported.input, outcome);
  std::cout << "Current cluster status:\n" << status_text(imported.input, outcome.state);
  std::cout << "\nTransition Summary:\n" << summary_text(imported.input, outcome);
  std::cout << "\nExecuting Cluster Transition:\n" << execution_text(imported.input, outcome);
  std::cout << "\nRevised Cluster Status:\n" << status_text(after, scheduler::unpack(after));
  return 0;
}

void add_options(CLI::App& app, arguments& a) {
  app.add_option("--cib", a.cib, "the CIB: a file, or the output of cibadmin -Q")->required();
  app.add_option("--now", a.now, "judge rules and ages at this time (ISO 8601) instead of now");
  app.add_option("--why", a.why, "explain the placement of this resource");
  app.add_option("--fail", a.fail, "as if this node had been lost");
  app.add_option("--standby", a.standby, "as if this node were in standby");
  app.add_option("--without", a.without, "as if this resource were not wanted");
  app.add_flag("--json", a.json, "the same as JSON");
}

} // namespace troupe::simulate
