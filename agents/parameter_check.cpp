#include "agents/parameter_check.hpp"

#include "agents/text.hpp"
#include "conf/nearest.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace troupe::agents {

namespace parameter_check_detail {

// Understood by the shell functions that OCF agents share, hence in no metadata.
constexpr std::array common{"trace_ra", "trace_file"};

bool is_boolean(std::string value) {
  std::transform(value.begin(), value.end(), value.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array words{"yes", "true", "1", "on", "ja", "no", "false", "0", "off", "nein"};
  return std::find(words.begin(), words.end(), value) != words.end();
}

bool is_integer(std::string_view value) {
  if (value.starts_with('-') || value.starts_with('+')) value.remove_prefix(1);
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool fits(const parameter& p, const std::string& value) {
  switch (p.type) {
  case value_type::text: return true;
  case value_type::integer: return is_integer(value);
  case value_type::boolean: return is_boolean(value);
  case value_type::seconds: return value == "-1" || parse_time(value).has_value();
  case value_type::choice:
    return p.choices.empty() || std::find(p.choices.begin(), p.choices.end(), value) != p.choices.end();
  }
  return true;
}

std::string wanted(const parameter& p) {
  switch (p.type) {
  case value_type::text: break;
  case value_type::integer: return "write a whole number";
  case value_type::boolean: return "write true or false";
  case value_type::seconds: return "write a number of seconds";
  case value_type::choice: {
    std::string out = "one of:";
    for (const auto& each : p.choices) out += " '" + each + "'";
    return out;
  }
  }
  return "write a text";
}

std::vector<std::string> names_of(const metadata& agent) {
  std::vector<std::string> names;
  for (const auto& p : agent.parameters)
    if (!p.deprecated) names.push_back(p.name);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace parameter_check_detail

using namespace parameter_check_detail;

std::vector<conf::finding> check_parameters(const parameter_question& q) {
  std::vector<conf::finding> found;
  auto add = [&](conf::severity level, const conf::key_path& key, std::string what, std::string fix) {
    found.push_back({level, key, std::move(what), std::move(fix)});
  };
  for (const auto& [name, value] : q.given) {
    const auto* p = q.agent.find(name);
    if (p == nullptr) {
      if (std::find(common.begin(), common.end(), name) == common.end())
        add(conf::severity::error, q.key / name, "no parameter of " + q.agent_name,
            conf::suggestion(name, names_of(q.agent), "its parameters"));
      continue;
    }
    if (p->deprecated)
      add(conf::severity::warning, q.key / name, q.agent_name + " calls it deprecated",
          p->summary.empty() ? "see what its metadata names instead" : "its metadata: " + p->summary);
    bool honest = !p->usual || p->usual->empty() || fits(*p, *p->usual);
    if (honest && !fits(*p, value))
      add(conf::severity::error, q.key / name, "'" + readable(value) + "' is not what " + q.agent_name + " takes",
          wanted(*p));
  }
  for (const auto& p : q.agent.parameters) {
    bool filled = q.given.contains(p.name) || q.supplied.contains(p.name) || (p.usual && !p.usual->empty());
    if (p.required && !p.deprecated && !filled)
      add(conf::severity::error, q.key, q.agent_name + " requires '" + p.name + "'",
          "set " + p.name + (p.summary.empty() ? "" : " (" + p.summary + ")"));
  }
  return found;
}

} // namespace troupe::agents
