#include "tools/agent_commands/commands.hpp"

#include "tools/agent_commands/arguments.hpp"
#include "tools/agent_commands/cib_text.hpp"
#include "tools/agent_commands/cluster_text.hpp"
#include "tools/troupe/daemon_link.hpp"

#include <cstdio>
#include <cstdlib>

namespace troupe::agent_commands {

namespace {

constexpr unsigned patience = 15; // seconds; the daemon answers before that, also without a leader

// Some answer of this kind, or an exit code.
template <class Wanted>
result<Wanted> asked(const console::request& r, int& code) {
  auto told = ask_daemon(r);
  code = told.code;
  if (code == ok)
    if (auto* wanted = std::get_if<Wanted>(&told.what)) return std::move(*wanted);
  if (code == ok) code = say_why("the daemon answered another question; use programs of one version", error);
  return failure("no answer");
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

int query(const attribute_order& order) {
  int code = ok;
  auto told =
      asked<console::attribute_value>(console::ask_attribute{order.item.node, order.item.lasts, order.item.name}, code);
  if (!told) return code;
  auto value = told->value ? told->value : order.otherwise;
  if (!value) return no_such;
  print(text_of(order, *value));
  return ok;
}

} // namespace

int say_why(const std::string& why, int code) {
  std::fprintf(stderr, "%s\n", why.c_str());
  return code;
}

heard ask_daemon(const console::request& r) {
  cli::talk_options o;
  auto* where = std::getenv("TROUPE_CONTROL");
  o.socket = where ? where : "/run/troupe/control.sock";
  o.wait = patience;
  auto told = cli::ask(o, r);
  if (auto* none = std::get_if<cli::no_answer>(&told))
    return {say_why(none->why, none->status == cli::unreachable ? disconnected : timed_out), {}};
  auto& answer = std::get<console::answer>(told);
  if (auto* failed = std::get_if<console::failed>(&answer)) return {say_why(failed->why, error), {}};
  return {ok, std::move(answer)};
}

int attribute(const result<attribute_order>& order) {
  if (!order) return say_why(order.error().text, usage);
  if (order->wanted == attribute_order::what::query) return query(*order);
  int code = ok;
  (void)asked<console::noted>(console::note_attribute{order->item}, code);
  return code;
}

int crm_node(const std::vector<std::string>& words, const surroundings& from) {
  static const std::vector<option> known{{'n', "name"}, {'q', "quorum"},     {'p', "partition"},
                                         {'l', "list"}, {'i', "cluster-id"}, {'V', "verbose"}};
  auto all = read_arguments(known, words);
  if (!all) return say_why(all.error().text, usage);
  if (has(*all, 'n')) return print(from.node + "\n"), ok;
  int code = ok;
  auto s = asked<console::node_status>(console::ask_status{}, code);
  if (!s) return code;
  auto members = partition_of(*s);
  if (has(*all, 'q')) return print(has_quorum(*s) ? "1\n" : "0\n"), ok;
  if (has(*all, 'p')) {
    std::string line;
    for (auto& m : members) line += m + " ";
    return print(line + "\n"), ok;
  }
  // Numbers are by name: a node has no other.
  std::vector<std::string> names;
  if (s->cluster)
    for (auto& m : s->cluster->members)
      if (m.configured) names.push_back(m.node.text);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (has(*all, 'i') && names[i] == from.node) return print(std::to_string(i + 1) + "\n"), ok;
    if (has(*all, 'l')) {
      bool member = std::find(members.begin(), members.end(), names[i]) != members.end();
      print(std::to_string(i + 1) + " " + names[i] + (member ? " member\n" : " lost\n"));
    }
  }
  return has(*all, 'l') ? ok : say_why("what is asked? -n, -i, -l, -p or -q", usage);
}

int crm_resource(const std::vector<std::string>& words, const surroundings& from) {
  static const std::vector<option> known{{'r', "resource", takes::value},
                                         {'W', "locate"},
                                         {'C', "cleanup"},
                                         {'N', "node", takes::value},
                                         {'Q', "quiet"},
                                         {'q', "quiet"},
                                         {'V', "verbose"}};
  auto all = read_arguments(known, words);
  if (!all)
    return say_why(all.error().text + "; of crm_resource agents have --locate and --cleanup here", unimplemented);
  auto resource = last_of(*all, 'r').value_or(from.resource);
  int code = ok;
  if (has(*all, 'C')) {
    command::cleanup order{resource_name{resource}, node_name{last_of(*all, 'N').value_or("")}};
    auto told = asked<console::ordered>(console::order{order}, code);
    if (told && told->what.refused != refusal::none) return say_why(std::string(name_of(told->what.refused)), error);
    return code;
  }
  if (!has(*all, 'W')) return say_why("what is asked? --locate or --cleanup", unimplemented);
  auto s = asked<console::node_status>(console::ask_status{}, code);
  if (!s) return code;
  for (auto& line : where_is(*s, resource)) print(line + "\n");
  return ok;
}

int crm_mon(const std::vector<std::string>& words) {
  static const std::vector<option> known{{'1', "one-shot"}, {'X', "as-xml"},        {'o', "output-as", takes::value},
                                         {'r', "inactive"}, {'n', "group-by-node"}, {'A', "show-node-attributes"},
                                         {'V', "verbose"}};
  auto all = read_arguments(known, words);
  if (!all) return say_why(all.error().text, usage);
  auto as = last_of(*all, 'o').value_or("text");
  if (as != "text" && as != "xml") return say_why("output as '" + as + "': there is text and xml", usage);
  int code = ok;
  auto s = asked<console::node_status>(console::ask_status{}, code);
  if (s) print(as == "xml" || has(*all, 'X') ? monitor_xml(*s) : monitor_text(*s));
  return code;
}

int cibadmin(const std::vector<std::string>& words) {
  static const std::vector<option> known{
      {'Q', "query"}, {'A', "xpath", takes::value}, {'l', "local"}, {'V', "verbose"}};
  auto all = read_arguments(known, words);
  if (!all || !has(*all, 'Q'))
    return say_why((all ? "what is asked?" : all.error().text) + std::string("; of cibadmin agents have --query here"),
                   unimplemented);
  int code = ok;
  auto s = asked<console::node_status>(console::ask_status{}, code);
  if (!s) return code;
  auto attributes = asked<console::attribute_list>(console::ask_attributes{}, code);
  if (!attributes) return code;
  if (attributes->left_out > 0) return say_why("the cluster has more attributes than fit into an answer", error);
  auto cib = cib_of(*s, *attributes);
  auto xpath = last_of(*all, 'A');
  if (!xpath) return print(cib), ok;
  auto found = select(cib, *xpath);
  if (!found) return say_why(found.error().text, usage);
  if (!*found) return say_why("nothing matches " + *xpath, no_such);
  print(**found);
  return ok;
}

} // namespace troupe::agent_commands
