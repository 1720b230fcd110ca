#include "tools/simulate/command.hpp"

#include "conf/cib/values.hpp"
#include "tools/simulate/from_cib.hpp"
#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/status_text.hpp"
#include "tools/simulate/what_if.hpp"
#include "tools/simulate/why.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace troupe::simulate {

namespace {

int fail(const std::string& sentence) {
  std::cerr << "troupe simulate: " << sentence << "\n";
  return 1;
}

result<void> suppose(scheduler::input& in, const arguments& args) {
  for (auto& n : args.fail)
    if (auto done = node_lost(in, n); !done) return done;
  for (auto& n : args.standby)
    if (auto done = node_in_standby(in, n); !done) return done;
  for (auto& r : args.without)
    if (auto done = resource_unwanted(in, r); !done) return done;
  return {};
}

int explain(const arguments& args, const scheduler::input& in, const scheduler::outcome& o) {
  for (auto& name : args.why) {
    auto text = why_text(in, o, name);
    if (text.empty()) return fail(fmt::format("there is no primitive resource {}", name));
    std::cout << text;
  }
  return 0;
}

void print(const scheduler::input& in, const scheduler::outcome& o) {
  auto after = scheduler::execute(in, o);
  std::cout << "Current cluster status:\n" << status_text(in, o.state, true);
  std::cout << "\nTransition Summary:\n" << summary_text(in, o);
  std::cout << "\nExecuting Cluster Transition:\n" << execution_text(in, o);
  std::cout << "\nRevised Cluster Status:\n" << status_text(after, scheduler::unpack(after), false);
}

} // namespace

int simulate(const arguments& args) {
  std::ifstream file{args.cib, std::ios::binary};
  if (!file) return fail(fmt::format("cannot read {}", args.cib));
  auto parsed = cib::parse({std::istreambuf_iterator<char>{file}, {}});
  if (!parsed) return fail(fmt::format("{}: {}", args.cib, parsed.error().text));
  std::optional<stamp> told;
  if (!args.now.empty()) {
    told = cib::to_date(args.now);
    if (!told) return fail(fmt::format("--now: \"{}\" is no date; write for example 2026-11-24T12:00:00Z", args.now));
  }
  auto imported = from_cib(*parsed, args.clock(), told);
  for (auto& w : imported.warnings) std::cerr << "warning: " << w << "\n";
  auto& in = imported.input;
  if (auto supposed = suppose(in, args); !supposed) return fail(supposed.error().text);
  auto outcome = scheduler::schedule(in);
  if (!args.why.empty()) return explain(args, in, outcome);
  if (args.json)
    std::cout << to_json(in, outcome).dump(2) << "\n";
  else
    print(in, outcome);
  return 0;
}

void add_options(CLI::App& app, arguments& args) {
  app.add_option("--cib", args.cib, "the CIB: a file, or the output of cibadmin -Q")->required();
  app.add_option("--now", args.now, "judge rules and ages at this time (ISO 8601) instead of now");
  app.add_option("--why", args.why, "print, for this resource, each node's score and the rules behind it");
  app.add_option("--fail", args.fail, "as if this node had been lost");
  app.add_option("--standby", args.standby, "as if this node were in standby");
  app.add_option("--without", args.without, "as if this resource were not wanted");
  app.add_flag("--json", args.json, "the decisions, scores and actions as JSON");
}

} // namespace troupe::simulate
