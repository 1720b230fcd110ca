#include "tools/troupe/agent_check.hpp"

#include "agents/fence/protocol.hpp"
#include "agents/ocf/operation.hpp"
#include "agents/parameter_check.hpp"
#include "conf/nearest.hpp"
#include "conf/units.hpp"
#include "tools/troupe/run_briefly.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <unistd.h>

namespace troupe::cli {

namespace agent_detail {

using described = result<agents::metadata>;

described ask(const result<agents::command>& call) {
  if (!call) return failure(call.error().text);
  auto said = run_briefly(*call, metadata_time);
  if (!said) return failure("does not say what it takes: " + said.error().text);
  auto read = agents::parse_metadata(*said);
  if (!read) return failure("does not say what it takes: " + read.error().text);
  return *read;
}

agents::ocf::installation resource_agents(const console::agent_folders& folders) {
  agents::ocf::installation where;
  if (!folders.resource.empty()) where.folders = folders.resource;
  return where;
}

agents::fence::installation fence_agents(const console::agent_folders& folders) {
  agents::fence::installation where;
  if (!folders.fence.empty()) where.folders = folders.fence;
  return where;
}

// What lies in this folder, sorted; nothing of one that cannot be read.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code none;
  for (std::filesystem::directory_iterator at(folder, none), end; at != end && !none; at.increment(none))
    out.push_back(at->path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string nearest_in(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    std::filesystem::path wanted(path);
    if (auto near = conf::nearest(wanted.filename().string(), names_in(wanted.parent_path().string())); !near.empty())
      return near;
  }
  return "";
}

// Where it is looked for; nothing if it is found.
std::vector<std::string> missed(const config::agent_ref& agent, const console::agent_folders& folders) {
  auto where = resource_agents(folders);
  auto paths = agents::ocf::candidates(where, agent);
  if (!paths || agents::ocf::find(where, agent)) return {};
  return *paths;
}

std::vector<std::string> missed(const std::string& fence_agent, const console::agent_folders& folders) {
  auto where = fence_agents(folders);
  auto paths = agents::fence::candidates(where, fence_agent);
  if (!paths || agents::fence::find(where, fence_agent)) return {};
  return *paths;
}

// What may be done about an agent that is not found in these places: of one that is there and cannot be started, or
// that is called almost like one which is there. An agent may be installed elsewhere alone: else nothing is said.
std::optional<conf::finding> way_out(const conf::key_path& key, const std::string& name,
                                     const std::vector<std::string>& paths) {
  for (const auto& path : paths)
    if (::access(path.c_str(), F_OK) == 0)
      return conf::finding{conf::severity::warning, key, name + " is on this machine and is not executable",
                           "chmod +x " + path};
  auto near = nearest_in(paths);
  if (near.empty()) return std::nullopt;
  return conf::finding{conf::severity::warning, key, name + " is not on this machine",
                       "did you mean '" + near + "'? One that is installed elsewhere alone is no fault"};
}

described of(const config::agent_ref& agent, const console::agent_folders& folders) {
  auto where = resource_agents(folders);
  agents::ocf::operation op;
  op.agent = agent;
  op.resource = "check";
  op.action = "meta-data";
  op.timeout = metadata_time;
  return ask(agents::ocf::call(where, op, metadata_time));
}

described of(const std::string& fence_agent, const console::agent_folders& folders) {
  auto program = agents::fence::find(fence_agents(folders), fence_agent);
  if (!program) return failure(program.error().text);
  agents::fence::call_of call;
  call.program = *program;
  call.what = agents::fence::action::metadata;
  call.timeout = call.grace = metadata_time;
  return ask(agents::fence::call(fence_agents(folders), call));
}

// Each agent is asked once.
class asker {
public:
  explicit asker(const console::agent_folders& folders)
    : folders_(folders) {}

  // `key`: where the file names it.
  template <class Agent>
  const agents::metadata* metadata_of(const Agent& agent, const std::string& name, const conf::key_path& key) {
    auto [at, fresh] = asked_.try_emplace(name, failure(""));
    if (fresh) {
      at->second = of(agent, folders_);
      if (at->second)
        out.checked.push_back(name);
      else
        out.not_checked.push_back(name + ": " + at->second.error().text);
    }
    if (at->second) return &*at->second;
    if (auto found = way_out(key, name, missed(agent, folders_))) out.found.push_back(std::move(*found));
    return nullptr;
  }
  void judge(const agents::parameter_question& q) {
    auto more = agents::check_parameters(q);
    out.found.insert(out.found.end(), more.begin(), more.end());
  }
  // Promotable without these it would fail on every node: an agent answers "unimplemented".
  void judge_promotion(const config::resource& r, const agents::metadata& m, const std::string& name) {
    if (!r.promotable || (m.can("promote") && m.can("demote"))) return;
    out.found.push_back({conf::severity::error, conf::key_path{"resource", r.name.text, "promotable"},
                         name + " has no actions promote and demote", "remove promotable, or name an agent that has"});
  }

  agent_check out;

private:
  const console::agent_folders& folders_;
  std::map<std::string, described> asked_;
};

} // namespace agent_detail

agent_check check_agents(const config::cluster& c, const console::agent_folders& folders) {
  agent_detail::asker all(folders);
  for (auto& r : c.resources) {
    auto name = conf::text_of(r.agent);
    if (r.agent.standard != "ocf" || r.agent.type.empty()) continue;
    auto* m = all.metadata_of(r.agent, name, conf::key_path{"resource", r.name.text, "agent"});
    if (!m) continue;
    all.judge({*m, name, r.params, conf::key_path{"resource", r.name.text, "params"}, {}});
    all.judge_promotion(r, *m, name);
  }
  for (auto& d : c.devices) {
    if (d.agent.empty()) continue; // an error already
    if (auto* m = all.metadata_of(d.agent, d.agent, conf::key_path{"fence", d.name.text, "agent"}))
      all.judge({*m, d.agent, d.params, conf::key_path{"fence", d.name.text, "params"},
                 agents::fence::supplied_parameters()});
  }
  return std::move(all.out);
}

} // namespace troupe::cli
