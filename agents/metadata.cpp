#include "agents/metadata.hpp"

#include "agents/text.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace troupe::agents {

namespace metadata_detail {

constexpr std::size_t max_xml = 1024 * 1024;

std::string text_of(const pugi::xml_attribute& a) {
  return readable(a.value());
}

bool flag(const pugi::xml_attribute& a) {
  std::string_view value = a.value();
  return value == "1" || value == "true" || value == "yes";
}

std::string summary_of(const pugi::xml_node& n) {
  return sentence(n.child("shortdesc").text().get());
}

value_type type_of(const pugi::xml_node& content) {
  std::string_view type = content.attribute("type").value();
  if (type == "integer") return value_type::integer;
  if (type == "boolean") return value_type::boolean;
  if (type == "second" || type == "time") return value_type::seconds;
  if (type == "select") return value_type::choice;
  return value_type::text;
}

parameter read_parameter(const pugi::xml_node& node) {
  parameter p;
  p.name = text_of(node.attribute("name"));
  p.summary = summary_of(node);
  auto content = node.child("content");
  p.type = type_of(content);
  if (auto usual = content.attribute("default")) p.usual = text_of(usual);
  for (const auto& option : content.children("option")) p.choices.push_back(text_of(option.attribute("value")));
  p.required = flag(node.attribute("required"));
  p.unique = flag(node.attribute("unique")) || !node.attribute("unique-group").empty();
  p.deprecated = flag(node.attribute("deprecated")) || !node.child("deprecated").empty();
  return p;
}

described_action read_action(const pugi::xml_node& node) {
  described_action a;
  a.name = text_of(node.attribute("name"));
  a.timeout = parse_time(node.attribute("timeout").value());
  a.interval = parse_time(node.attribute("interval").value());
  std::string_view depth = node.attribute("depth").value();
  std::uint32_t level = 0;
  auto [end, bad] = std::from_chars(depth.data(), depth.data() + depth.size(), level);
  if (bad == std::errc{} && end == depth.data() + depth.size()) a.depth = level;
  a.role = text_of(node.attribute("role"));
  return a;
}

std::string version_of(const pugi::xml_node& root) {
  if (auto own = root.attribute("version")) return text_of(own);
  return sentence(root.child("version").text().get());
}

} // namespace metadata_detail

using namespace metadata_detail;

std::optional<duration> parse_time(std::string_view text) {
  struct unit {
    std::string_view name;
    duration length;
  };
  using namespace std::chrono_literals;
  constexpr std::array units{unit{"", 1s},    unit{"s", 1s},     unit{"sec", 1s}, unit{"ms", 1ms}, unit{"msec", 1ms},
                             unit{"m", 1min}, unit{"min", 1min}, unit{"h", 1h},   unit{"hr", 1h}};
  constexpr std::int64_t most = 1'000'000'000; // of any unit but hours that fits; longer ones are no time-out
  std::int64_t count = 0;
  auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (bad != std::errc{} || count < 0 || count > most) return {};
  std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& u : units)
    if (u.name == rest && count <= duration::max() / u.length) return count * u.length;
  return {};
}

const parameter* metadata::find(std::string_view parameter_name) const {
  auto at = std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == parameter_name; });
  return at == parameters.end() ? nullptr : &*at;
}

bool metadata::can(std::string_view action_name) const {
  return std::any_of(actions.begin(), actions.end(), [&](const auto& a) { return a.name == action_name; });
}

result<metadata> parse_metadata(std::string_view xml) {
  if (xml.size() > max_xml) return failure("its metadata is larger than 1 MiB");
  pugi::xml_document document; // knows no external entities, and parses without recursion
  auto parsed = document.load_buffer(xml.data(), xml.size());
  if (!parsed)
    return failure("its metadata is no XML: " + std::string(parsed.description()) + " at byte " +
                   std::to_string(parsed.offset));
  auto root = document.child("resource-agent");
  if (!root) return failure("its metadata is no description of an agent (no <resource-agent>)");
  metadata m;
  m.name = text_of(root.attribute("name"));
  m.version = version_of(root);
  for (const auto& node : root.child("parameters").children("parameter")) m.parameters.push_back(read_parameter(node));
  for (const auto& node : root.child("actions").children("action")) m.actions.push_back(read_action(node));
  if (std::max(m.parameters.size(), m.actions.size()) > max_described)
    return failure("its metadata describes more than " + std::to_string(max_described) + " parameters or actions");
  return m;
}

} // namespace troupe::agents
