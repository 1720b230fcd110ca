// How a subcommand talks to the daemon: the options that all such share, one request, one answer, and what becomes of a
// failure. The waiting is the operator's: a command that found no leader is followed by the daemon until the caller
// goes.
#pragma once

#include "messages/console.hpp"
#include "tools/troupe/command.hpp"

#include <nlohmann/json.hpp>

#include <memory>

namespace troupe::cli {

struct talk_options {
  std::string socket; // from node.toml, `control`
  unsigned wait = 30; // seconds for the answer
  bool json = false;
};
// Declares --socket, --wait and --json.
void add_talk_options(CLI::App& sub, talk_options& o);

// Says why there is no answer; returns `status`.
int fail(const talk_options& o, const std::string& why, exit_status status = bad);

struct no_answer {
  exit_status status;
  std::string why;
};
using told = std::variant<no_answer, console::answer>;
told ask(const talk_options& o, const console::request& r);

// Asks, and hands an answer of this type to `show`, which returns the exit status. All else is said on stderr, and with
// --json as {"error": ...} as well.
template <class Wanted, class Show>
int ask_for(const talk_options& o, const console::request& r, Show show) {
  auto heard = ask(o, r);
  if (auto* none = std::get_if<no_answer>(&heard)) return fail(o, none->why, none->status);
  auto& answer = std::get<console::answer>(heard);
  if (auto* refused = std::get_if<console::failed>(&answer)) return fail(o, refused->why);
  if (auto* wanted = std::get_if<Wanted>(&answer)) return show(*wanted);
  return fail(o, "the daemon answered another question; use programs of one version");
}

// A command for the log, and what became of it. `good`: what to print when it was applied.
int give_order(const talk_options& o, command::body what, const std::string& good);

// The same for a request that is answered with `ordered`.
int give_request(const talk_options& o, const console::request& r, const std::string& good);

void print(const nlohmann::ordered_json& value); // text that is not UTF-8 is replaced

} // namespace troupe::cli
