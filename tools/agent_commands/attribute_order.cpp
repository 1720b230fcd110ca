#include "tools/agent_commands/attribute_order.hpp"

#include "conf/pacemaker_words.hpp"
#include "messages/promotion.hpp"
#include "tools/agent_commands/arguments.hpp"

namespace troupe::agent_commands {

namespace {

using what = attribute_order::what;
using show = attribute_order::show;

// Without the number of its instance: scores are of a node.
std::string base_of(const std::string& resource) {
  return resource.substr(0, resource.find(':'));
}

// An option that picks an attribute which is not kept here is refused, not passed over.
const std::vector<option> crm_attribute_options{{'n', "name", takes::value},
                                                {'v', "update", takes::value},
                                                {'D', "delete"},
                                                {'G', "query"},
                                                {'N', "node", takes::value},
                                                {'U', "uname", takes::value},
                                                {'l', "lifetime", takes::value},
                                                {'t', "type", takes::value},
                                                {'s', "set-name", takes::value},
                                                {'i', "id", takes::value},
                                                {'d', "default", takes::value},
                                                {'q', "quiet"},
                                                {'Q', "quiet"},
                                                {'p', "promotion", takes::maybe},
                                                {'V', "verbose"},
                                                {'r', "resource", takes::value}};

const std::vector<option> crm_master_options{{'v', "update", takes::value},
                                             {'D', "delete"},
                                             {'G', "query"},
                                             {'N', "node", takes::value},
                                             {'U', "uname", takes::value},
                                             {'l', "lifetime", takes::value},
                                             {'q', "quiet"},
                                             {'Q', "quiet"},
                                             {'r', "resource", takes::value},
                                             {'i', "id", takes::value},
                                             {'V', "verbose"}};

const std::vector<option> attrd_updater_options{{'n', "name", takes::value},
                                                {'U', "update", takes::value},
                                                {'v', "update", takes::value},
                                                {'B', "update-both", takes::value},
                                                {'Q', "query"},
                                                {'D', "delete"},
                                                {'N', "node", takes::value},
                                                {'d', "delay", takes::value},
                                                {'S', "section", takes::value},
                                                {'s', "set", takes::value},
                                                {'p', "private"},
                                                {'q', "quiet"},
                                                {'V', "verbose"},
                                                {'W', "wait", takes::value}};

result<command::lifetime> lifetime_of(const std::string& word) {
  if (word == "reboot" || word == "status") return command::lifetime::reboot;
  if (word == "forever" || word == "nodes") return command::lifetime::forever;
  return failure("'" + word + "' is no lifetime: reboot, or forever");
}

// The last of them counts, as each of them says what is wanted; a name alone is a question.
attribute_order::what wanted_by(const std::vector<given>& all, std::string_view updates, char removes, char queries) {
  auto wanted = what::query;
  for (auto& g : all) {
    if (g.letter == 0) continue;
    if (updates.find(g.letter) != std::string_view::npos)
      wanted = what::update;
    else if (g.letter == removes)
      wanted = what::remove;
    else if (g.letter == queries)
      wanted = what::query;
  }
  return wanted;
}

std::optional<std::string> first_of(const std::vector<given>& all, std::string_view letters) {
  for (auto letter : letters)
    if (auto value = last_of(all, letter)) return value;
  return {};
}

// Whose score: named, or that of the agent which calls.
result<std::string> promoted(const std::string& named, const surroundings& from) {
  auto resource = named.empty() ? from.resource : named;
  if (resource.empty()) return failure("a promotion score is of a resource: no agent calls, and none is named");
  return promotion_attribute(resource_name{base_of(resource)});
}

// What Pacemaker does something for would only be kept here, and whoever set it would believe it done. Asking is free.
// Empty: any other attribute.
std::string other_way(const attribute_order& o) {
  using kind = conf::pacemaker_word::kind;
  auto* word = o.wanted == what::query ? nullptr : conf::find_pacemaker_word(o.item.name);
  if (!word || word->is == kind::key) return {};
  std::string way(word->instead);
  constexpr std::string_view any = "NODE";
  if (!o.item.node.empty())
    for (auto at = way.find(any); at != std::string::npos; at = way.find(any, at + o.item.node.text.size()))
      way.replace(at, any.size(), o.item.node.text);
  return o.item.name +
         (word->carried_out ? " does nothing as an attribute here: " : " is not carried out by this version: ") + way;
}

result<attribute_order> finished(attribute_order out, const std::vector<given>& all, std::string_view updates) {
  if (out.item.name.empty()) return failure("which attribute? --name");
  if (out.item.name.size() > command::max_attribute_name) return failure("the name is too long");
  if (auto way = other_way(out); !way.empty()) return failure(way);
  if (out.wanted != what::update) return out;
  out.item.value = first_of(all, updates).value_or("");
  if (out.item.value->size() > command::max_attribute_value) return failure("the value is too long");
  return out;
}

// The scores and the attributes of nodes; `usually`: how long they last where it is not said.
result<attribute_order> of_node(const std::vector<given>& all, std::string name, command::lifetime usually,
                                const surroundings& from) {
  attribute_order out;
  out.item.name = std::move(name);
  out.item.node = node_name{first_of(all, "NU").value_or(from.node)};
  out.item.lasts = usually;
  if (auto said = last_of(all, 'l')) {
    auto read = lifetime_of(*said);
    if (!read) return tl::unexpected(read.error());
    out.item.lasts = *read;
  }
  return out;
}

} // namespace

result<attribute_order> read_crm_attribute(const std::vector<std::string>& words, const surroundings& from) {
  auto all = read_arguments(crm_attribute_options, words);
  if (!all) return tl::unexpected(all.error());
  auto name = last_of(*all, 'n').value_or("");
  bool score = has(*all, 'p');
  if (score) {
    auto named = promoted(*last_of(*all, 'p'), from);
    if (!named) return tl::unexpected(named.error());
    name = *named;
  }
  auto type = last_of(*all, 't').value_or("");
  bool of_cluster = type == "crm_config" || (type.empty() && !score && !has(*all, 'l') && !first_of(*all, "NU"));
  if (!type.empty() && !of_cluster && type != "nodes" && type != "status")
    return failure("attributes of the kind '" + type + "' are not kept here");
  auto usually = score || type == "status" ? command::lifetime::reboot : command::lifetime::forever;
  auto out = of_node(*all, name, usually, from);
  if (!out) return out;
  if (of_cluster) out->item.node = {}, out->item.lasts = command::lifetime::forever;
  out->wanted = wanted_by(*all, "v", 'D', 'G');
  out->otherwise = last_of(*all, 'd');
  out->how = has(*all, 'q') || has(*all, 'Q') ? show::value : show::sentence;
  return finished(std::move(*out), *all, "v");
}

result<attribute_order> read_crm_master(const std::vector<std::string>& words, const surroundings& from) {
  auto all = read_arguments(crm_master_options, words);
  if (!all) return tl::unexpected(all.error());
  auto name = promoted(last_of(*all, 'r').value_or(""), from);
  if (!name) return tl::unexpected(name.error());
  auto out = of_node(*all, *name, command::lifetime::forever, from);
  if (!out) return out;
  out->wanted = wanted_by(*all, "v", 'D', 'G');
  out->how = has(*all, 'q') || has(*all, 'Q') ? show::value : show::sentence;
  return finished(std::move(*out), *all, "v");
}

result<attribute_order> read_attrd_updater(const std::vector<std::string>& words, const surroundings& from) {
  auto all = read_arguments(attrd_updater_options, words);
  if (!all) return tl::unexpected(all.error());
  attribute_order out;
  out.item = {node_name{last_of(*all, 'N').value_or(from.node)},
              command::lifetime::reboot,
              last_of(*all, 'n').value_or(""),
              {}};
  out.wanted = wanted_by(*all, "UvB", 'D', 'Q');
  out.how = show::attrd;
  return finished(std::move(out), *all, "UvB");
}

std::string text_of(const attribute_order& asked, const std::string& value) {
  auto& item = asked.item;
  switch (asked.how) {
  case show::value: return value + "\n";
  case show::attrd: return "name=\"" + item.name + "\" host=\"" + item.node.text + "\" value=\"" + value + "\"\n";
  case show::sentence: break;
  }
  auto scope = item.node.empty() ? "crm_config" : item.lasts == command::lifetime::reboot ? "status" : "nodes";
  return "scope=" + std::string(scope) + "  name=" + item.name + " value=" + value + "\n";
}

} // namespace troupe::agent_commands
