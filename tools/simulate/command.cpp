#include "tools/simulate/command.hpp"

#include "conf/cluster_file.hpp"
#include "conf/file.hpp"
#include "conf/nearest.hpp"
#include "tools/import/cib_of.hpp"
#include "tools/simulate/cib_file.hpp"
#include "tools/simulate/from_cib.hpp"
#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/status_json.hpp"
#include "tools/simulate/status_text.hpp"
#include "tools/simulate/what_if.hpp"
#include "tools/simulate/why.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <malloc.h>
#include <memory>

namespace troupe::simulate {

namespace {

int fail(const std::string& sentence) {
  std::cerr << "troupe simulate: " << sentence << "\n";
  return 1;
}

cib::text_source bytes_of(std::ifstream& file) {
  return [&file](char* into, std::size_t room) {
    file.read(into, static_cast<std::streamsize>(room));
    return static_cast<std::size_t>(file.gcount());
  };
}

result<imported> load_cib(const arguments& args) {
  auto file = open_cib(args.cib);
  if (!file) return tl::unexpected(file.error());
  auto opened = cib::reading::begin(bytes_of(*file));
  if (!opened) return failure(fmt::format("{}: {}", args.cib, opened.error().text));
  auto read = from_cib(**opened, args.clock(), args.now);
  if (!read) return failure(fmt::format("{}: {}", args.cib, read.error().text));
  return read;
}

// What the scheduler would do is asked also of what this version cannot carry out.
const conf::abilities everything{.standards = {"ocf", "lsb", "systemd", "service", "upstart", "nagios", "heartbeat"},
                                 .promotable = true,
                                 .notify = true,
                                 .many_on_a_node = true};

result<imported> load_config(const arguments& args) {
  auto text = conf::read_file(args.config, conf::max_file);
  if (!text) return tl::unexpected(text.error());
  conf::diagnostics found;
  auto root = conf::parse(text->text, found);
  config::cluster c;
  if (root) c = conf::read_cluster_tree(*root, everything, found);
  if (!found.good()) return failure("\n" + found.text(args.config));
  std::optional<cib::contents> status;
  if (!args.status.empty()) {
    auto file = open_cib(args.status);
    if (!file) return tl::unexpected(file.error());
    auto parsed = cib::parse({std::istreambuf_iterator<char>{*file}, {}});
    if (!parsed) return failure(fmt::format("{}: {}", args.status, parsed.error().text));
    status = std::move(*parsed);
  }
  auto configured = import_cib::cib_of(std::move(c), import_cib::order_of(*root), status ? &*status : nullptr);
  return from_cib(configured.cib, args.clock(), args.now);
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

result<void> known(const scheduler::input& in, const std::vector<std::string>& asked) {
  std::vector<std::string> names;
  for (auto& r : in.resources) names.push_back(r.name);
  for (auto& name : asked) {
    auto at = [&](const std::string& n) { return std::find(names.begin(), names.end(), n) != names.end(); };
    if (!at(name) && !at(name.substr(0, name.rfind(':'))))
      return failure(fmt::format("there is no resource {}; {}", name, conf::suggestion(name, names, "there are")));
  }
  return {};
}

int explain(const arguments& args, const scheduler::input& in, const scheduler::outcome& o) {
  auto answers = nlohmann::json::array();
  std::string text;
  for (auto& name : args.why) {
    text += why_text(in, o, name);
    answers.push_back(why_json(in, o, name));
    if (answers.back()["primitives"].empty()) return fail(fmt::format("{} has no instance of that number", name));
  }
  std::cout << (args.json ? answers.dump(2) + "\n" : text);
  return 0;
}

void print(scheduler::input in, const scheduler::outcome& o) {
  std::cout << "Current cluster status:\n"
            << (in.ticket_dependencies.empty() ? status_text(in, o.state, true) : reported_text(in, true));
  std::cout << "\nTransition Summary:\n" << summary_text(in, o);
  std::cout << "\nExecuting Cluster Transition:\n" << execution_text(in, o);
  std::cout << "\nRevised Cluster Status:\n" << reported_text(scheduler::execute(std::move(in), o), false);
}

// Memory that was freed is used again soon: to give it back to the system and touch it anew would cost more than
// reading what is put there.
void keep_freed_memory() {
  constexpr int much = 256 << 20;
  mallopt(M_TRIM_THRESHOLD, much);
  mallopt(M_MMAP_THRESHOLD, much);
}

} // namespace

int simulate(const arguments& args) {
  keep_freed_memory();
  auto imported = args.config.empty() ? load_cib(args) : load_config(args);
  if (!imported) return fail(imported.error().text);
  for (auto& w : imported->warnings) std::cerr << "warning: " << w << "\n";
  auto& in = imported->input;
  if (auto supposed = suppose(in, args); !supposed) return fail(supposed.error().text);
  if (auto fine = known(in, args.why); !fine) return fail(fine.error().text);
  auto outcome = scheduler::schedule(in);
  if (!args.why.empty()) return explain(args, in, outcome);
  if (args.json) {
    auto all = to_json(in, outcome);
    all["warnings"] = imported->warnings;
    all["current"] = in.ticket_dependencies.empty() ? status_json(in, outcome.state, true) : reported_json(in, true);
    all["revised"] = reported_json(scheduler::execute(std::move(in), outcome), false);
    std::cout << all.dump(2) << "\n";
  } else {
    print(std::move(in), outcome);
  }
  return 0;
}

void add_options(CLI::App& app, arguments& args) {
  auto* given = app.add_option_group("One of");
  given->add_option("--cib", args.cib, "the CIB: a file, or the output of cibadmin -Q");
  auto* config = given->add_option("--config", args.config,
                                   "instead of a CIB's configuration a cluster.toml, under the peer's rules");
  given->require_option(1);
  app.add_option("--status", args.status,
                 "the CIB whose status and node attributes go with --config; else all nodes are up")
      ->needs(config);
  add_now(app, args.now, "judge rules and ages at this time (ISO 8601) instead of now");
  app.add_option("--why", args.why,
                 "print, for this resource or what it is made of, each node's score and the rules behind it");
  app.add_option("--fail", args.fail, "as if this node had been lost");
  app.add_option("--standby", args.standby, "as if this node were in standby");
  app.add_option("--without", args.without, "as if this resource were not wanted");
  app.add_flag("--json", args.json, "the decisions, scores and actions as JSON");
}

} // namespace troupe::simulate
