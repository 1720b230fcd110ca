#include "tools/troupe/cluster_text.hpp"

#include "conf/check.hpp"
#include "conf/file.hpp"
#include "tools/troupe/agent_check.hpp"
#include "tools/troupe/command.hpp"

#include <algorithm>
#include <cstdio>

namespace troupe::cli {

namespace cluster_text_detail {

std::optional<config::cluster> read(const std::string& path, const conf::more_checks& more) {
  auto file = conf::read_file(path, conf::max_file);
  if (!file) {
    fail(file.error().text);
    return std::nullopt;
  }
  auto read = conf::check_text(file->text, conf::file_kind::cluster, {}, more);
  std::fputs(read.found.text(path).c_str(), stderr);
  return std::move(read.cluster);
}

// Whatever is wrong with the daemon, the request that follows will say it.
console::agent_folders folders_here(const talk_options& o) {
  auto heard = ask(o, console::ask_status{});
  auto* answer = std::get_if<console::answer>(&heard);
  auto* status = answer ? std::get_if<console::node_status>(answer) : nullptr;
  return status ? status->agents : console::agent_folders{};
}

} // namespace cluster_text_detail

using namespace cluster_text_detail;

std::optional<config::cluster> read_cluster(const std::string& path) {
  return read(path, {});
}

std::optional<config::cluster> read_to_run(const file_options& o) {
  if (o.no_agents) return read_cluster(o.file);
  agent_check asked;
  auto what = read(o.file, [&](const config::cluster& c) {
    asked = check_agents(c, folders_here(o));
    return asked.found;
  });
  for (auto& why : asked.not_checked)
    std::fprintf(stderr, "troupe: not compared with the agent on this machine: %s\n", why.c_str());
  bool refused =
      std::any_of(asked.found.begin(), asked.found.end(), [](auto& f) { return f.level == conf::severity::error; });
  if (!what && refused) std::fputs("troupe: --no-agents goes on whatever agents say of themselves\n", stderr);
  return what;
}

void add_no_agents(CLI::App& sub, file_options& o) {
  sub.add_flag("--no-agents", o.no_agents, "Do not ask the agents on this machine what parameters they take");
}

} // namespace troupe::cli
