#include "actors/supervisor/undone.hpp"

#include "actors/cluster/holdings.hpp"
#include "actors/supervisor/ordering.hpp"
#include "actors/supervisor/placing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::supervisor {

using cluster::member_key;

std::vector<std::string> overruled_targets(const cluster::state& s, const target_roles& all_before) {
  std::vector<std::string> out;
  ordering known(s.config().value);
  for (auto& r : s.config().value.resources) {
    auto before = all_before.find(r.name);
    if (before == all_before.end() || before->second == r.target) continue;
    auto& group = known.group_of(r.name);
    auto wanted = cluster::wanted_role(s, r, group);
    if (wanted == r.target) continue;
    bool own = s.find(cluster::directive_key{command::directive_kind::target_role, r.name.text});
    out.push_back(
        fmt::format("{0} stays {1}, by an operator's word that goes before its target ({2}): `troupe start {3} "
                    "--as-configured` lifts it",
                    r.name.text, name_of(wanted), name_of(r.target), own ? r.name.text : group));
  }
  return out;
}

std::vector<std::string> without_majority(const cluster::state& s, const std::function<bool(const node_name&)>& gone) {
  auto& voters = s.constitution().voters;
  auto left = std::count_if(voters.begin(), voters.end(), [&](auto& v) { return !gone(v.node); });
  std::vector<std::string> out{
      fmt::format("{} of {} voters would be left, which is no majority: nobody would lead, and "
                  "nothing would be fenced, started or moved until one is back",
                  left, voters.size())};
  bool stops = s.config().value.no_quorum == config::no_quorum_policy::stop;
  for (auto& [key, m] : s.all<member_key>()) {
    std::string held;
    cluster::for_each_holder_on(s, key.node, [&](const cluster::holder_key& at, const cluster::holder&) {
      held += (held.empty() ? "" : ", ") + at.resource.text;
    });
    if (held.empty() || gone(key.node)) continue;
    out.push_back(stops ? fmt::format("{} would stop {} (no-quorum = stop)", key.node.text, held)
                        : fmt::format("{} would go on running {} (no-quorum = freeze)", key.node.text, held));
  }
  return out;
}

std::vector<std::string> left_to_nodes(const cluster::state& s) {
  std::vector<std::string> out;
  for (auto& [key, m] : s.all<member_key>())
    if (std::holds_alternative<cluster::detached>(m.value.here) && !cluster::holds_only_what_is_left_alone(s, key.node))
      out.push_back(fmt::format("{0} is away for a planned restart, and what it holds is to be managed: if its "
                                "trouped is not back first, {0} is lost, and fenced",
                                key.node.text));
  return out;
}

std::vector<std::string> without_place(const cluster::state& s) {
  std::vector<std::string> out;
  ordering known(s.config().value);
  for (auto& r : s.config().value.resources) {
    auto* a = s.find(cluster::assignment_key{r.name});
    auto& group = known.group_of(r.name);
    if (cluster::wanted_role(s, r, group) == config::role::stopped) continue;
    if (!a && too_early_to_place(s, r.name))
      out.push_back(r.name.text + " gets no place yet: not all nodes were seen, or could look for it");
    else if (cluster::left_alone(s, r.name, {}, group))
      continue; // also that it runs nowhere
    else if (!a || a->value.places.empty())
      out.push_back(r.name.text + " runs nowhere: no node may run it");
  }
  return out;
}

} // namespace troupe::supervisor
