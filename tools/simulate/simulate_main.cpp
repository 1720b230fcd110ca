// The `simulate` command as a program of its own.
#include "tools/simulate/command.hpp"

#include <ctime>

int main(int argc, char** argv) {
  troupe::simulate::arguments args;
  args.clock = [] { return troupe::stamp{std::chrono::seconds{std::time(nullptr)}}; };
  CLI::App app{"what the scheduler would do with a Pacemaker cluster's state"};
  troupe::simulate::add_options(app, args);
  CLI11_PARSE(app, argc, argv);
  return troupe::simulate::simulate(args);
}
