#include "tools/troupe/cluster_text.hpp"

#include "conf/check.hpp"
#include "conf/file.hpp"
#include "tools/troupe/agent_check.hpp"
#include "tools/troupe/command.hpp"

#include <algorithm>
#include <cstdio>

namespace troupe::cli {

namespace cluster_text_detail {

cluster_file read(const std::string& path, const conf::more_checks& more) {
  auto file = conf::read_file(path, conf::max_file);
  cluster_file out{path, {}, {}};
  if (!file) {
    out.found.error({}, {}, file.error().text, "name a file that can be read");
    fail(file.error().text);
    return out;
  }
  auto checked = conf::check_text(file->text, conf::file_kind::cluster, {}, more);
  out.cluster = std::move(checked.cluster);
  out.found = std::move(checked.found);
  std::fputs(out.found.text(path).c_str(), stderr);
  return out;
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

nlohmann::ordered_json json_of(const conf::diagnostics& found) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& d : found.sorted())
    out.push_back({{"severity", conf::name_of(d.found.level)},
                   {"line", d.at.line},
                   {"column", d.at.column},
                   {"key", d.found.key.text()},
                   {"what", d.found.what},
                   {"fix", d.found.fix}});
  return out;
}

int refuse(const talk_options& o, const cluster_file& file) {
  auto why = file.path + " cannot be used; nothing was done";
  if (o.json) print({{"error", why}, {"diagnostics", json_of(file.found)}});
  return fail(why);
}

cluster_file read_cluster(const std::string& path) {
  return read(path, {});
}

cluster_file read_to_run(const file_options& o) {
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
  if (!what.cluster && refused) std::fputs("troupe: --no-agents goes on whatever agents say of themselves\n", stderr);
  return what;
}

void add_no_agents(CLI::App& sub, file_options& o) {
  sub.add_flag("--no-agents", o.no_agents, "Do not ask the agents on this machine what parameters they take");
}

} // namespace troupe::cli
