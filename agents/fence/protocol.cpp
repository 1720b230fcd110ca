#include "agents/fence/protocol.hpp"

#include "agents/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <unistd.h>

namespace troupe::agents::fence {

namespace protocol_detail {

constexpr int status_on = 0, status_off = 2;

bool with_target(action a) {
  return a == action::on || a == action::off || a == action::reboot || a == action::status;
}

// A line that is nothing but "Status: OFF", or "OFF". The word alone would be found in any list of actions.
bool says_off(std::string_view output) {
  std::string line;
  for (std::size_t at = 0; at <= output.size(); ++at) {
    auto c = at < output.size() ? static_cast<unsigned char>(output[at]) : '\n';
    if (c == '\n') {
      if (line == "status:off" || line == "off") return true;
      line.clear();
    } else if (std::isspace(c) == 0) {
      line += static_cast<char>(std::tolower(c));
    }
  }
  return false;
}

std::string said_by(const exited& e) {
  auto text = sentence(e.error_output);
  if (text.empty()) text = sentence(e.output);
  return text.empty() ? "" : ": " + text;
}

} // namespace protocol_detail

using namespace protocol_detail;

std::string_view name_of(action a) {
  constexpr std::array<std::string_view, 7> names{"on", "off", "reboot", "status", "monitor", "list", "metadata"};
  return names.at(static_cast<std::size_t>(a));
}

result<std::vector<std::string>> candidates(const installation& where, const std::string& agent) {
  if (!agent.starts_with("fence_") || agent.find('/') != std::string::npos)
    return failure("'" + agent + "' is no name of a fence agent (they are called fence_...)");
  std::vector<std::string> paths;
  for (const auto& folder : where.folders) paths.push_back(folder + "/" + agent);
  return paths;
}

result<std::string> find(const installation& where, const std::string& agent) {
  auto paths = candidates(where, agent);
  if (!paths) return failure(paths.error().text);
  std::string tried;
  for (const auto& path : *paths) {
    if (::access(path.c_str(), X_OK) == 0) return path;
    bool there = ::access(path.c_str(), F_OK) == 0;
    tried += (tried.empty() ? "" : ", ") + path + (there ? ", which is not executable" : "");
  }
  return failure(fmt::format("{} is not installed (looked for {})", agent, tried));
}

result<command> call(const installation& where, const call_of& c) {
  auto lines = c.params;
  lines["action"] = name_of(c.what);
  if (with_target(c.what)) {
    lines["nodename"] = c.node;
    lines[c.plug_parameter] = c.plug;
  }
  std::string input;
  for (const auto& [name, value] : lines) {
    if (value.find_first_of(std::string_view("\n\0", 2)) != std::string::npos)
      return failure(fmt::format("the value of '{}' has more than one line; a fence agent cannot be told that", name));
    input += name + "=" + value + "\n";
  }
  return command{{c.program}, {{"PATH", where.path}, {"LC_ALL", "C"}}, std::move(input), c.timeout, c.grace};
}

std::string plug_parameter(const agents::metadata& m) {
  for (const char* name : {"plug", "port"})
    if (m.find(name) != nullptr) return name;
  return "nodename";
}

std::set<std::string> supplied_parameters() {
  return {"action", "plug", "port", "nodename"};
}

power_read read_status(const outcome& how) {
  const auto* e = std::get_if<exited>(&how);
  if (e == nullptr || e->timed_out) return {power::unknown, failure_of(how)};
  if (e->status == status_on) return {power::on, {}};
  if (e->status != status_off) return {power::unknown, failure_of(how)};
  if (says_off(e->output)) return {power::off, {}};
  return {power::unknown, "exit code 2 without saying OFF" + said_by(*e)};
}

std::string failure_of(const outcome& how) {
  if (const auto* no = std::get_if<not_started>(&how)) return sentence(no->reason);
  if (const auto* s = std::get_if<stuck>(&how)) return "stuck: " + sentence(s->what);
  const auto& e = std::get<exited>(how);
  if (e.timed_out) return "timed out" + said_by(e);
  if (e.status == 0) return {};
  return fmt::format("exit code {}{}", e.status, said_by(e));
}

} // namespace troupe::agents::fence
