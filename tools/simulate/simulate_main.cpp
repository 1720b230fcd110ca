// The `simulate` command as a program of its own.
#include "tools/simulate/command.hpp"

#include <ctime>

int main(int argc, char** argv) {
  troupe::simulate::arguments args;
  args.clock = [] { return troupe::stamp{std::chrono::seconds{std::time(nullptr)}}; };
  CLI::App app{"what the scheduler would do with a Pacemaker cluster's state"};
  troupe::simulate::add_options(app, args);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2; // as `troupe` does
  }
  return troupe::simulate::simulate(args);
}
