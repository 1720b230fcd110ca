// troupe attributes: what agents and operators have said of nodes.
#include "conf/nearest.hpp"
#include "tools/troupe/commands.hpp"
#include "tools/troupe/daemon_link.hpp"
#include "tools/troupe/show.hpp"

#include <algorithm>

namespace troupe::cli {

namespace attributes_detail {

const char* name_of(command::lifetime l) {
  return l == command::lifetime::forever ? "forever" : "reboot";
}

int show(const talk_options& o, console::attribute_list list, const std::string& node) {
  if (!node.empty()) std::erase_if(list.items, [&](auto& a) { return a.node.text != node; });
  if (o.json) {
    auto out = nlohmann::ordered_json::array();
    for (auto& a : list.items) {
      auto of = a.node.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(a.node.text);
      out.push_back({{"node", of}, {"lasts", name_of(a.lasts)}, {"name", a.name}, {"value", *a.value}});
    }
    print({{"attributes", out}, {"left_out", list.left_out}});
    return good;
  }
  if (list.items.empty()) {
    std::printf("nothing is kept%s\n", node.empty() ? "" : (" of " + node).c_str());
    return good;
  }
  std::vector<table_row> rows{{"NODE", "UNTIL", "NAME", "VALUE"}};
  for (auto& a : list.items)
    rows.push_back({a.node.empty() ? "(cluster)" : a.node.text, name_of(a.lasts), a.name, *a.value});
  std::fputs(table_of(rows).c_str(), stdout);
  if (list.left_out > 0) std::printf("and %llu more\n", static_cast<unsigned long long>(list.left_out));
  return good;
}

int run(const talk_options& o, const std::string& node) {
  return ask_for<console::attribute_list>(o, console::ask_attributes{}, [&](const console::attribute_list& list) {
    bool known =
        node.empty() || std::any_of(list.items.begin(), list.items.end(), [&](auto& a) { return a.node.text == node; });
    if (known) return show(o, list, node);
    return ask_for<console::node_status>(o, console::ask_status{}, [&](const console::node_status& s) {
      std::vector<std::string> nodes;
      if (s.cluster)
        for (auto& m : s.cluster->members) nodes.push_back(m.node.text);
      if (std::find(nodes.begin(), nodes.end(), node) != nodes.end()) return show(o, list, node);
      return fail(o, "there is no node '" + node + "'; " + conf::suggestion(node, nodes, "nodes"));
    });
  });
}

} // namespace attributes_detail

void add_attributes(CLI::App& troupe, work& chosen) {
  auto& sub =
      declare(troupe, "attributes", "Attributes of nodes and of the cluster: promotion scores, what agents keep",
              "  troupe attributes\n"
              "  troupe attributes n1\n"
              "Agents set them with crm_attribute, crm_master and attrd_updater; those of the configuration last\n"
              "forever. One until a reboot goes with the node's loss.");
  auto o = std::make_shared<talk_options>();
  auto node = std::make_shared<std::string>();
  add_talk_options(sub, *o);
  sub.add_option("NODE", *node, "only of this node");
  sub.callback([o, node, &chosen] { chosen = [o, node] { return attributes_detail::run(*o, *node); }; });
}

} // namespace troupe::cli
