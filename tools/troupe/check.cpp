// troupe check FILE: everything that is wrong with a node.toml or cluster.toml, at once. Talks to no daemon.
#include "conf/check.hpp"

#include "conf/file.hpp"
#include "tools/troupe/agent_check.hpp"
#include "tools/troupe/cluster_text.hpp"
#include "tools/troupe/commands.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>

namespace troupe::cli {

namespace check_detail {

struct options {
  std::string file;
  std::string as;
  bool json = false;
  bool no_agents = false;
  console::agent_folders folders;
};

std::string counted(std::size_t n, const char* thing) {
  return std::to_string(n) + " " + thing + (n == 1 ? "" : "s");
}

// What was asked of the agents of this machine, for the last line.
std::string asked_text(const agent_check& asked) {
  if (asked.checked.empty() && asked.not_checked.empty()) return "";
  auto out = "; parameters compared with " + counted(asked.checked.size(), "agent") + " of this machine";
  if (!asked.not_checked.empty()) out += ", not with " + std::to_string(asked.not_checked.size());
  for (auto& why : asked.not_checked) out += "\n  " + why;
  return out;
}

void print_text(const std::string& file, const conf::checked& answer, const agent_check& asked) {
  const auto& found = answer.found;
  auto kind = answer.kind ? std::string(conf::name_of(*answer.kind)) + " file, " : std::string();
  std::printf("%s%s: %s%s, %s%s\n", found.text(file).c_str(), file.c_str(), kind.c_str(),
              counted(found.errors(), "error").c_str(), counted(found.warnings(), "warning").c_str(),
              asked_text(asked).c_str());
}

void print_json(const std::string& file, const conf::checked& answer, const agent_check& asked) {
  nlohmann::ordered_json out;
  out["file"] = file;
  out["kind"] = answer.kind ? nlohmann::ordered_json(conf::name_of(*answer.kind)) : nlohmann::ordered_json();
  out["good"] = answer.found.good();
  out["errors"] = answer.found.errors();
  out["warnings"] = answer.found.warnings();
  out["diagnostics"] = json_of(answer.found);
  out["agents"] = {{"compared", asked.checked}, {"not_compared", asked.not_checked}};
  // A file's name need not be UTF-8, JSON must be.
  std::printf("%s\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

int run(const options& o) {
  auto file = conf::read_file(o.file, conf::max_file);
  conf::checked answer;
  agent_check asked;
  conf::more_checks more;
  if (!o.no_agents)
    more = [&](const config::cluster& c) {
      asked = check_agents(c, o.folders);
      return asked.found;
    };
  if (file) {
    std::optional<conf::file_kind> told;
    if (!o.as.empty()) told = o.as == "node" ? conf::file_kind::node : conf::file_kind::cluster;
    answer = conf::check_text(file->text, told, {}, more);
  } else if (!o.json) {
    return fail(file.error().text);
  } else {
    answer.found.error({}, {}, file.error().text, "name a file that can be read");
  }
  (o.json ? print_json : print_text)(o.file, answer, asked);
  return answer.found.good() ? good : bad;
}

} // namespace check_detail

void add_check(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "check", "Check a node.toml or cluster.toml, and say everything that is wrong with it",
              "  troupe check /etc/troupe/node.toml\n"
              "  troupe check cluster.toml --json\n"
              "  troupe check cluster.toml --no-agents\n"
              "Parameters are compared with what the agents on this machine say of themselves, if it has them.\n"
              "Every line names the file, line, column, key, what is wrong and the way out. Errors make the\n"
              "exit status 1; warnings state a price and do not.");
  auto o = std::make_shared<check_detail::options>();
  sub.add_option("FILE", o->file, "The file")->required();
  sub.add_option("--as", o->as, "Which file it is, if its keys do not tell")->check(CLI::IsMember({"node", "cluster"}));
  sub.add_option("--resource-agents", o->folders.resource, "Where resource agents are (`resource-agents` in node.toml)")
      ->allow_extra_args(false);
  sub.add_option("--fence-agents", o->folders.fence, "Where fence agents are (`fence-agents` in node.toml)")
      ->allow_extra_args(false);
  sub.add_flag("--no-agents", o->no_agents, "Do not ask the agents on this machine what parameters they take");
  sub.add_flag("--json", o->json, "Print one JSON object");
  sub.callback([o, &chosen] { chosen = [o] { return check_detail::run(*o); }; });
}

} // namespace troupe::cli
