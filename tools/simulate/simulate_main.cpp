// The `simulate` command as a program of its own.
#include "tools/simulate/command.hpp"

int main(int argc, char** argv) {
  CLI::App app{"what the scheduler would do with a Pacemaker cluster's state"};
  troupe::simulate::arguments arguments;
  troupe::simulate::add_options(app, arguments);
  CLI11_PARSE(app, argc, argv);
  return troupe::simulate::simulate(arguments);
}
