#include "tools/simulate/status_json.hpp"

#include "tools/simulate/plan_text.hpp"
#include "tools/simulate/status_text.hpp"

#include <nlohmann/json.hpp>

namespace troupe::simulate {

using namespace scheduler;

namespace {

const char* kind_text(node_kind k) {
  switch (k) {
  case node_kind::cluster: return "cluster";
  case node_kind::remote: return "remote";
  case node_kind::guest: return "guest";
  }
  return "";
}

nlohmann::json node_json(const node& n, const node_state& st) {
  return {{"name", n.name},
          {"kind", kind_text(n.kind)},
          {"online", st.online},
          {"unclean", st.unclean},
          {"pending", st.pending},
          {"standby", st.standby || st.standby_on_failure},
          {"maintenance", st.maintenance}};
}

nlohmann::json resource_json(const input& in, const cluster_state& s, unit_id u, bool with_under_way) {
  auto& st = s.now[u];
  auto nodes = nlohmann::json::array();
  for (auto n : st.running_on) nodes.push_back(in.nodes[n].name);
  nlohmann::json j{{"name", unit_name(in, s, u)}, {"agent", in.resources[s.units[u].what].agent},
                   {"role", role_text(st.now)},   {"nodes", std::move(nodes)},
                   {"failed", st.failed},         {"managed", st.managed},
                   {"blocked", st.blocked},       {"orphan", st.orphan},
                   {"under_way", nullptr}};
  bool open = with_under_way && st.pending != task::other && st.pending != task::monitor;
  if (open) j["under_way"] = {{"what", task_text(st.pending)}};
  if (open && st.pending_on.valid()) j["under_way"]["node"] = in.nodes[st.pending_on].name;
  return j;
}

} // namespace

nlohmann::json status_json(const input& in, const cluster_state& s, bool with_under_way) {
  auto nodes = nlohmann::json::array(), resources = nlohmann::json::array();
  for (auto n : ids_of(in.nodes))
    if (!in.nodes[n].ping) nodes.push_back(node_json(in.nodes[n], s.nodes[n]));
  for (auto u : ids_of(s.units)) {
    bool forgotten = s.now[u].orphan && s.now[u].running_on.empty();
    if (s.units[u].kind == resource_kind::primitive && !forgotten)
      resources.push_back(resource_json(in, s, u, with_under_way));
  }
  return {{"nodes", std::move(nodes)}, {"resources", std::move(resources)}};
}

nlohmann::json reported_json(input in, bool with_under_way) {
  in.ticket_dependencies.clear();
  return status_json(in, unpack(in), with_under_way);
}

} // namespace troupe::simulate
