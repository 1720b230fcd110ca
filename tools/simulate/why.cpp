#include "tools/simulate/why.hpp"

#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/status_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace troupe::simulate {

using namespace scheduler;

namespace {

std::string score_text(std::int32_t value) {
  if (value == not_a_candidate) return "not a candidate";
  if (value >= score::limit) return "INFINITY";
  if (value <= -score::limit) return "-INFINITY";
  return std::to_string(value);
}

// Why a node cannot be used at all, whatever its score.
const char* unusable(const node_prospect& n) {
  return !n.online         ? "offline"
         : n.unclean       ? "unclean"
         : n.shutting_down ? "shutting down"
         : n.standby       ? "standby"
         : n.maintenance   ? "maintenance"
                           : "";
}

std::string rule_text(const input& in, const score_reason& r) {
  auto origin = r.origin.valid() ? " " + in.constraint_names[r.origin.at()] : std::string{};
  return fmt::format("{} by {}{}", score_text(r.value), r.rule, origin);
}

nlohmann::json scores_json(const input& in, const outcome& o, unit_id u) {
  auto list = nlohmann::json::array();
  for (auto n : ids_of(in.nodes)) {
    nlohmann::json entry{{"node", in.nodes[n].name},
                         {"score", score_text(o.placement.considered.scores[u.at()][n.at()])}};
    if (auto* why = unusable(o.placement.nodes[n]); *why) entry["unusable"] = why;
    for (auto& r : o.placement.considered.reasons)
      if (r.what == u && r.where == n)
        entry["rules"].push_back({{"rule", r.rule},
                                  {"score", score_text(r.value)},
                                  {"constraint", r.origin.valid() ? in.constraint_names[r.origin.at()] : ""}});
    list.push_back(std::move(entry));
  }
  return list;
}

} // namespace

std::string why_text(const input& in, const outcome& o, const std::string& resource) {
  std::string text;
  for (auto u : ids_of(o.state.units)) {
    if (in.resources[o.state.units[u].what].name != resource || o.state.units[u].kind != resource_kind::primitive)
      continue;
    auto& chosen = o.placement.units[u];
    text += fmt::format("{}: {}\n", unit_name(in, o.state, u),
                        chosen.node.valid() ? "assigned to " + in.nodes[chosen.node].name
                                            : "assigned nowhere: " + chosen.next_reason);
    for (auto n : ids_of(in.nodes)) {
      text += fmt::format("  {:<20} {}", in.nodes[n].name, score_text(o.placement.considered.scores[u.at()][n.at()]));
      if (auto* why = unusable(o.placement.nodes[n]); *why) text += fmt::format(" ({})", why);
      text += "\n";
      for (auto& r : o.placement.considered.reasons)
        if (r.what == u && r.where == n) text += "    " + rule_text(in, r) + "\n";
    }
    for (auto& c : o.placement.colocations)
      if (c.dependent == u || c.primary == u)
        text += fmt::format("  {} with {}: {}{}\n", unit_name(in, o.state, c.dependent),
                            unit_name(in, o.state, c.primary), score_text(c.weight),
                            c.origin.valid() ? " by " + in.constraint_names[c.origin.at()] : " (implied)");
  }
  return text;
}

nlohmann::json to_json(const input& in, const outcome& o) {
  nlohmann::json j;
  for (auto& f : o.steps.fencing)
    j["fencing"].push_back({{"node", in.nodes[f.node].name}, {"kind", fence_text(f.kind)}, {"reason", f.reason}});
  j["decisions"] = nlohmann::json::array();
  for (auto& d : o.decisions) {
    nlohmann::json entry{{"what", verb_text(d.what)},
                         {"resource", unit_name(in, o.state, d.unit)},
                         {"reason", d.reason},
                         {"blocked", d.blocked}};
    if (d.from.valid()) entry["from"] = in.nodes[d.from].name;
    if (d.to.valid()) entry["to"] = in.nodes[d.to].name;
    entry["from_role"] = role_text(d.from_role);
    entry["to_role"] = role_text(d.to_role);
    j["decisions"].push_back(std::move(entry));
  }
  for (auto u : ids_of(o.state.units)) {
    if (o.state.units[u].kind != resource_kind::primitive) continue;
    auto& chosen = o.placement.units[u];
    j["placement"].push_back(
        {{"resource", unit_name(in, o.state, u)},
         {"node", chosen.node.valid() ? in.nodes[chosen.node].name : ""},
         {"role", role_text(chosen.next == role::unknown && chosen.node.valid() ? role::started : chosen.next)},
         {"scores", scores_json(in, o, u)}});
  }
  for (auto id : executable(o.steps)) {
    auto& a = o.steps.actions[id];
    if (a.pseudo) continue;
    j["actions"].push_back({{"what", task_text(a.what)},
                            {"resource", a.unit.valid() ? unit_name(in, o.state, a.unit) : ""},
                            {"node", a.node.valid() ? in.nodes[a.node].name : ""}});
  }
  return j;
}

} // namespace troupe::simulate
