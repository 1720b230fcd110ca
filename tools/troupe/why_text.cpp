#include "tools/troupe/why_text.hpp"

#include "tools/troupe/services_text.hpp"
#include "tools/troupe/show.hpp"
#include "tools/troupe/status_text.hpp"

#include <fmt/format.h>

namespace troupe::cli {

namespace why_detail {

constexpr std::size_t max_causes_shown = 20; // the newest; what it waits for shall be in sight

using nlohmann::ordered_json;

std::string numbers(const std::vector<log_index>& all) {
  std::string out;
  for (auto& i : all) out += fmt::format("{}#{}", out.empty() ? "" : ", ", i.value);
  return out;
}

std::string what_of(const console::event& e) {
  auto text = e.what;
  if (!e.user.empty())
    text += " -- " + e.user + " at " + e.node;
  else if (e.why != reason::none)
    text += " (" + std::string(name_of(e.why)) + ")";
  if (e.refused != refusal::none) text += " -- refused: " + std::string(name_of(e.refused));
  if (!e.causes.empty()) text += "  <- " + numbers(e.causes);
  return text;
}

ordered_json json_of(const console::event& e) {
  auto causes = ordered_json::array();
  for (auto& c : e.causes) causes.push_back(c.value);
  return {{"index", e.index.value},
          {"at", text_of(e.at)},
          {"node", e.node},
          {"user", e.user.empty() ? ordered_json() : ordered_json(e.user)},
          {"reason", std::string(name_of(e.why))},
          {"what", e.what},
          {"outcome", std::string(name_of(e.refused))},
          {"causes", causes}};
}

ordered_json json_of(const console::node_score& n) {
  auto parts = ordered_json::array();
  for (auto& p : n.parts) parts.push_back({{"rule", p.rule}, {"value", p.value}});
  return {{"node", n.node.text}, {"use", n.use},       {"may_run", !n.out},
          {"score", n.total},    {"chosen", n.chosen}, {"failed_starts", n.failed_starts},
          {"parts", parts}};
}

ordered_json json_of(const console::wait_line& w) {
  return {
      {"resource", w.resource.text}, {"ordinal", w.ordinal}, {"node", w.node.text}, {"why", w.why}, {"what", w.what}};
}

template <class Lines>
ordered_json list_of(const Lines& lines) {
  auto out = ordered_json::array();
  for (auto& line : lines) out.push_back(json_of(line));
  return out;
}

} // namespace why_detail

std::string why_text(const console::explanation& e) {
  using namespace why_detail;
  std::string out;
  if (e.unled) out += unled_text(*e.unled) + "\n";
  for (auto& line : e.now) out += line + "\n";
  if (!e.chain.empty()) {
    out += "\nbecause\n";
    std::vector<table_row> rows;
    for (auto& each : e.chain)
      if (rows.size() < max_causes_shown)
        rows.push_back({text_of(each.at), fmt::format("#{}", each.index.value), what_of(each)});
    out += table_of(rows, "  ");
  }
  if (e.chain.size() > max_causes_shown)
    out += fmt::format("  and {} more before these; `--json` has them\n", e.chain.size() - max_causes_shown);
  else if (e.longer)
    out += "  and what led to these; `troupe history --json` has the causes of each\n";
  if (!e.forgotten.empty())
    out += "  " + numbers(e.forgotten) + (e.forgotten.size() == 1 ? " is" : " are") +
           " older than the history of this node; another node's may have more\n";
  if (!e.placement.empty()) {
    out += "\nplace\n";
    for (auto& line : e.placement) out += "  " + line + "\n";
  }
  if (!e.waits.empty() || !e.others.empty()) {
    out += "\nwaits\n";
    for (auto& w : e.waits) out += "  " + w.what + "\n";
    for (auto& o : e.others) out += "  " + o + "\n";
  }
  return out;
}

nlohmann::ordered_json why_json(const console::explanation& e) {
  using namespace why_detail;
  auto forgotten = ordered_json::array();
  for (auto& i : e.forgotten) forgotten.push_back(i.value);
  return {{"subject", e.subject},
          {"unled_as_of", e.unled ? ordered_json(text_of(*e.unled)) : ordered_json()},
          {"now", e.now},
          {"chain", list_of(e.chain)},
          {"forgotten", forgotten},
          {"longer", e.longer},
          {"placement", {{"text", e.placement}, {"nodes", list_of(e.nodes)}}},
          {"waits", list_of(e.waits)},
          {"others", e.others}};
}

} // namespace troupe::cli
