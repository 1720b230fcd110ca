#include "tools/troupe/plan_text.hpp"

#include "tools/troupe/show.hpp"
#include "tools/troupe/status_text.hpp"

#include <fmt/format.h>

namespace troupe::cli {

namespace plan_detail {

using nlohmann::ordered_json;

std::string changes_text(const console::plan_answer& p) {
  static constexpr const char* marks[] = {"+", "-", "~"};
  std::string out = fmt::format("changes of configuration version {}\n", p.version.value);
  for (auto& c : p.changes) {
    out += fmt::format("  {} {}{}\n", marks[static_cast<std::size_t>(c.kind)], c.subject,
                       c.restarts ? ": it is restarted where it runs" : "");
    for (auto& d : c.details) out += "      " + d + "\n";
  }
  return out;
}

std::string steps_text(const console::plan_answer& p) {
  std::vector<table_row> rows;
  std::uint32_t last = UINT32_MAX;
  for (auto& s : p.steps) {
    auto number = s.wave == last ? "" : s.wave == 0 ? "-" : std::to_string(s.wave);
    last = s.wave;
    rows.push_back({number, s.what, s.because});
  }
  return "what would be done, in this order\n" + table_of(rows, "  ");
}

std::string undone_text(const console::plan_answer& p) {
  std::string out = "what would stay undone\n";
  for (auto& w : p.waits) out += "  " + w.what + "\n";
  for (auto& o : p.others) out += "  " + o + "\n";
  return out;
}

bool nothing_stays_undone(const console::plan_answer& p) {
  return p.refused.empty() && p.waits.empty() && p.others.empty() && !p.cut;
}

} // namespace plan_detail

bool ends_well(const console::plan_answer& p) {
  return plan_detail::nothing_stays_undone(p) && !p.unled;
}

std::string plan_text(const console::plan_answer& p) {
  using namespace plan_detail;
  std::string out;
  if (p.unled) out += unled_text(*p.unled) + "Nothing of it can be done before a leader is heard.\n\n";
  for (auto& line : notices(p.fencing)) out += line + "\n\n";
  if (!p.changes.empty()) out += changes_text(p) + "\n";
  if (!p.refused.empty()) return out + p.refused + "\n";
  if (!p.steps.empty()) out += steps_text(p) + "\n";
  if (!p.waits.empty() || !p.others.empty()) out += undone_text(p) + "\n";
  if (p.left_out > 0) out += fmt::format("{} lines are left out\n", p.left_out);
  if (p.cut) out += "the plan is longer than what is worked out of it\n";
  if (p.steps.empty() && nothing_stays_undone(p)) out += "nothing is to be done\n";
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

nlohmann::ordered_json plan_json(const console::plan_answer& p) {
  using namespace plan_detail;
  static constexpr const char* kinds[] = {"added", "removed", "changed"};
  auto changes = ordered_json::array(), steps = ordered_json::array(), waits = ordered_json::array();
  for (auto& c : p.changes)
    changes.push_back({{"kind", kinds[static_cast<std::size_t>(c.kind)]},
                       {"subject", c.subject},
                       {"details", c.details},
                       {"restarts", c.restarts}});
  for (auto& s : p.steps)
    steps.push_back({{"wave", s.wave},
                     {"kind", s.kind},
                     {"resource", s.resource.empty() ? ordered_json() : ordered_json(s.resource.text)},
                     {"node", s.node.empty() ? ordered_json() : ordered_json(s.node.text)},
                     {"what", s.what},
                     {"because", s.because}});
  for (auto& w : p.waits)
    waits.push_back({{"resource", w.resource.text},
                     {"ordinal", w.ordinal},
                     {"node", w.node.text},
                     {"why", w.why},
                     {"what", w.what}});
  return {{"version", p.version.value},
          {"unled_as_of", p.unled ? ordered_json(text_of(*p.unled)) : ordered_json()},
          {"refused", p.refused.empty() ? ordered_json() : ordered_json(p.refused)},
          {"notices", notices(p.fencing)},
          {"changes", changes},
          {"steps", steps},
          {"waits", waits},
          {"others", p.others},
          {"left_out", p.left_out},
          {"cut", p.cut}};
}

} // namespace troupe::cli
