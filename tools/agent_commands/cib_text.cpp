#include "tools/agent_commands/cib_text.hpp"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <sstream>

namespace troupe::agent_commands {

namespace {

using command::lifetime;

std::string text_of(pugi::xml_node node, unsigned how) {
  std::ostringstream out;
  node.print(out, "  ", how);
  return out.str();
}

// The value comes last: agents cut it out with sed.
void add(pugi::xml_node set, const std::string& of, const command::attribute_item& a) {
  auto pair = set.append_child("nvpair");
  pair.append_attribute("id") = (of + "-" + a.name).c_str();
  pair.append_attribute("name") = a.name.c_str();
  pair.append_attribute("value") = a.value.value_or("").c_str();
}

void add_all(pugi::xml_node to, const char* kind, const std::string& of, const console::attribute_list& attributes,
             const node_name& node, lifetime lasts) {
  pugi::xml_node set;
  for (auto& a : attributes.items) {
    if (a.node != node || a.lasts != lasts) continue;
    if (!set) {
      set = to.append_child(kind);
      set.append_attribute("id") = of.c_str();
    }
    add(set, of, a);
  }
}

} // namespace

std::string cib_of(const console::node_status& s, const console::attribute_list& attributes) {
  pugi::xml_document doc;
  auto cib = doc.append_child("cib");
  cib.append_attribute("crm_feature_set") = "3.16.1";
  cib.append_attribute("validate-with") = "none";
  cib.append_attribute("have-quorum") = s.replica.leader.empty() ? "0" : "1";
  auto configuration = cib.append_child("configuration");
  add_all(configuration.append_child("crm_config"), "cluster_property_set", "cluster", attributes, {},
          lifetime::forever);
  auto nodes = configuration.append_child("nodes");
  auto status = cib.append_child("status");
  if (s.cluster) {
    for (auto& m : s.cluster->members) {
      if (!m.configured) continue;
      auto& name = m.node.text;
      auto node = nodes.append_child("node");
      node.append_attribute("id") = name.c_str();
      node.append_attribute("uname") = name.c_str();
      add_all(node, "instance_attributes", "nodes-" + name, attributes, m.node, lifetime::forever);
      bool member = m.here == console::presence::joined;
      auto state = status.append_child("node_state");
      state.append_attribute("id") = name.c_str();
      state.append_attribute("uname") = name.c_str();
      state.append_attribute("in_ccm") = member ? "true" : "false";
      state.append_attribute("crmd") = member ? "online" : "offline";
      state.append_attribute("join") = member ? "member" : "down";
      auto transient = state.append_child("transient_attributes");
      transient.append_attribute("id") = name.c_str();
      add_all(transient, "instance_attributes", "status-" + name, attributes, m.node, lifetime::reboot);
    }
  }
  return text_of(cib, pugi::format_indent);
}

result<std::optional<std::string>> select(const std::string& xml, const std::string& xpath) {
  pugi::xml_document doc;
  doc.load_string(xml.c_str());
  pugi::xpath_node_set found;
  try {
    found = pugi::xpath_query(xpath.c_str()).evaluate_node_set(doc);
  } catch (const pugi::xpath_exception& wrong) {
    return failure(fmt::format("'{}' is no XPath of elements: {} (at {})", xpath, wrong.what(), wrong.result().offset));
  }
  found.sort();
  std::string lines;
  for (auto& one : found) {
    auto node = one.attribute() ? one.parent() : one.node();
    if (node.type() != pugi::node_element) continue;
    if (found.size() == 1) return text_of(node, pugi::format_raw) + "\n";
    lines += "  " + text_of(node, pugi::format_raw) + "\n";
  }
  if (lines.empty()) return std::nullopt;
  return "<xpath-query>\n" + lines + "</xpath-query>\n";
}

} // namespace troupe::agent_commands
