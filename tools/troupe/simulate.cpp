// troupe simulate: what the scheduler would do with a Pacemaker cluster's state. Talks to no daemon.
#include "tools/simulate/command.hpp"

#include "actors/env/posix_basics.hpp"

#include "tools/troupe/commands.hpp"

#include <memory>

namespace troupe::cli {

void add_simulate(CLI::App& troupe, work& chosen) {
  auto& sub = declare(troupe, "simulate", "What the scheduler would do with the state of a Pacemaker cluster",
                      "  troupe simulate --cib cib.xml\n"
                      "  cibadmin -Q | troupe simulate --cib /dev/stdin --why vip\n"
                      "Prints the present status, what would be done, and the status after it. Nothing happens.");
  auto arguments = std::make_shared<simulate::arguments>();
  arguments->clock = [] { return env::posix_calendar().now(); };
  simulate::add_options(sub, *arguments);
  sub.callback([arguments, &chosen] { chosen = [arguments] { return simulate::simulate(*arguments); }; });
}

} // namespace troupe::cli
