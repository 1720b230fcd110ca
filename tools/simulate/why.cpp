#include "tools/simulate/why.hpp"

#include "tools/simulate/important_first.hpp"
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

// The reasons of each unit, so that not all are looked through for each node.
class reasons_by_unit {
public:
  explicit reasons_by_unit(const outcome& o)
    : by_unit_(o.placement.considered.scores.size()) {
    for (auto& r : o.placement.considered.reasons) by_unit_[r.what.at()].push_back(&r);
  }
  [[nodiscard]] std::vector<const score_reason*> of(unit_id u, node_id n) const {
    std::vector<const score_reason*> found;
    for (auto* r : by_unit_[u.at()])
      if (r->where == n) found.push_back(r);
    return found;
  }

private:
  std::vector<std::vector<const score_reason*>> by_unit_;
};

nlohmann::json scores_json(const input& in, const outcome& o, const reasons_by_unit& reasons, unit_id u) {
  auto list = nlohmann::json::array();
  for (auto n : ids_of(in.nodes)) {
    nlohmann::json entry{{"node", in.nodes[n].name},
                         {"score", score_text(o.placement.considered.scores[u.at()][n.at()])}};
    if (auto* why = unusable(o.placement.nodes[n]); *why) entry["unusable"] = why;
    for (auto* r : reasons.of(u, n))
      entry["rules"].push_back({{"rule", r->rule},
                                {"score", score_text(r->value)},
                                {"constraint", r->origin.valid() ? in.constraint_names[r->origin.at()] : ""}});
    list.push_back(std::move(entry));
  }
  return list;
}

nlohmann::json placement_json(const input& in, const outcome& o, const reasons_by_unit& reasons, unit_id u) {
  auto& chosen = o.placement.units[u];
  return {{"resource", unit_name(in, o.state, u)},
          {"node", chosen.node.valid() ? in.nodes[chosen.node].name : ""},
          {"role", role_text(chosen.next == role::unknown && chosen.node.valid() ? role::started : chosen.next)},
          {"scores", scores_json(in, o, reasons, u)}};
}

std::string unit_text(const input& in, const outcome& o, const reasons_by_unit& reasons, unit_id u) {
  auto& chosen = o.placement.units[u];
  auto text = fmt::format("{}: {}{}\n", unit_name(in, o.state, u),
                          chosen.node.valid() ? "assigned to " + in.nodes[chosen.node].name
                                              : "assigned nowhere: " + chosen.next_reason,
                          chosen.next == role::promoted ? ", promoted" : "");
  for (auto n : ids_of(in.nodes)) {
    text += fmt::format("  {:<20} {}", in.nodes[n].name, score_text(o.placement.considered.scores[u.at()][n.at()]));
    if (auto* why = unusable(o.placement.nodes[n]); *why) text += fmt::format(" ({})", why);
    text += "\n";
    for (auto* r : reasons.of(u, n)) text += "    " + rule_text(in, *r) + "\n";
  }
  for (auto& c : o.placement.colocations)
    if (c.dependent == u || c.primary == u)
      text += fmt::format("  {} with {}: {}{}\n", unit_name(in, o.state, c.dependent),
                          unit_name(in, o.state, c.primary), score_text(c.weight),
                          c.origin.valid() ? " by " + in.constraint_names[c.origin.at()] : " (implied)");
  return text;
}

nlohmann::json colocations_json(const input& in, const outcome& o, unit_id u) {
  auto list = nlohmann::json::array();
  for (auto& c : o.placement.colocations)
    if (c.dependent == u || c.primary == u)
      list.push_back({{"resource", unit_name(in, o.state, c.dependent)},
                      {"with", unit_name(in, o.state, c.primary)},
                      {"score", score_text(c.weight)},
                      {"constraint", c.origin.valid() ? in.constraint_names[c.origin.at()] : ""}});
  return list;
}

} // namespace

std::string why_text(const input& in, const outcome& o, const std::string& resource) {
  reasons_by_unit reasons{o};
  std::string text;
  for (auto u : important_first(in, o, resource)) text += unit_text(in, o, reasons, u);
  return text;
}

nlohmann::json why_json(const input& in, const outcome& o, const std::string& resource) {
  reasons_by_unit reasons{o};
  auto list = nlohmann::json::array();
  for (auto u : important_first(in, o, resource)) {
    auto entry = placement_json(in, o, reasons, u);
    if (!o.placement.units[u].node.valid()) entry["reason"] = o.placement.units[u].next_reason;
    entry["colocations"] = colocations_json(in, o, u);
    list.push_back(std::move(entry));
  }
  return {{"resource", resource}, {"primitives", std::move(list)}};
}

nlohmann::json to_json(const input& in, const outcome& o) {
  nlohmann::json j;
  for (auto part : {"fencing", "decisions", "placement", "actions", "executed"}) j[part] = nlohmann::json::array();
  for (auto& f : o.steps.fencing)
    j["fencing"].push_back({{"node", in.nodes[f.node].name}, {"kind", fence_text(f.kind)}, {"reason", f.reason}});
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
  reasons_by_unit reasons{o};
  for (auto u : ids_of(o.state.units))
    if (o.state.units[u].kind == resource_kind::primitive) j["placement"].push_back(placement_json(in, o, reasons, u));
  for (auto id : executable(o.steps)) {
    auto& a = o.steps.actions[id];
    if (a.pseudo) continue;
    j["actions"].push_back({{"what", task_text(a.what)},
                            {"resource", a.unit.valid() ? unit_name(in, o.state, a.unit) : ""},
                            {"node", a.node.valid() ? in.nodes[a.node].name : ""},
                            {"reason", a.reason}});
  }
  for (auto& s : transition(in, o))
    j["executed"].push_back({{"text", step_text(in, o, s)},
                             {"resource", s.unit.valid() ? unit_name(in, o.state, s.unit) : ""},
                             {"node", s.node.valid() ? in.nodes[s.node].name : ""},
                             {"interval_ms", s.interval_ms},
                             {"pseudo", s.pseudo}});
  return j;
}

} // namespace troupe::simulate
