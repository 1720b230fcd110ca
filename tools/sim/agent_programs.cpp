// What the simulated programs do: the other half of process_table.
#include "tools/sim/process_table.hpp"

#include <fmt/format.h>

#include <array>

namespace troupe::sim {

using namespace agents;

namespace {

constexpr std::string_view ocf_root = "/usr/lib/ocf/resource.d/";
constexpr std::string_view ocf_metadata = R"(<?xml version="1.0"?>
<resource-agent name="sim" version="1.1">
<version>1.1</version>
<parameters/>
<actions>
<action name="start" timeout="20s"/><action name="stop" timeout="20s"/>
<action name="monitor" timeout="20s" interval="10s" depth="0"/>
<action name="promote" timeout="20s"/><action name="demote" timeout="20s"/>
<action name="meta-data" timeout="5s"/><action name="validate-all" timeout="5s"/>
</actions>
</resource-agent>
)";

struct usual {
  std::string_view action;
  std::int64_t least_ms;
  std::uint64_t spread_ms;
};
constexpr std::array usual_times{usual{"start", 50, 200}, usual{"stop", 40, 120}, usual{"promote", 40, 100},
                                 usual{"demote", 40, 100}, usual{"monitor", 10, 20}};

std::string_view file_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

} // namespace

program_run process_table::plan(const scope_name& scope, const command& call) {
  std::string_view path = call.arguments.empty() ? std::string_view{} : std::string_view{call.arguments[0]};
  if (file_of(path).starts_with("fence_")) return grid_.plan(call);
  if (!path.starts_with(ocf_root) || call.arguments.size() < 2) return {.status = -1};
  const auto& action = call.arguments[1];
  auto run = plan_service(scope.slice, call);
  trouble(run, scope.slice, action);
  return run;
}

call_summary about_call(const command& call) {
  if (call.arguments.empty()) return {};
  if (!file_of(call.arguments[0]).starts_with("fence_"))
    return {call.arguments.size() > 1 ? call.arguments[1] : std::string{}, {}};
  auto given = fence_arguments(call.input);
  auto action = given.contains("action") ? given["action"] : "reboot";
  return {action, plug_of(given)};
}

static std::string parameters_of(const command& call) {
  static constexpr std::string_view prefix = "OCF_RESKEY_";
  std::string text;
  for (const auto& [name, value] : call.environment)
    if (name.starts_with(prefix) && name.find("CRM_meta") == std::string::npos && name != "OCF_RESKEY_crm_feature_set")
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", name.substr(prefix.size()), value);
  return text;
}

program_run process_table::plan_service(const std::string& slice, const command& call) {
  const auto& action = call.arguments[1];
  program_run run{.takes = std::chrono::milliseconds{5}};
  for (const auto& u : usual_times)
    if (u.action == action)
      run.takes = std::chrono::milliseconds{u.least_ms + static_cast<std::int64_t>(random_.below(u.spread_ms))};
  if (action == "meta-data") {
    run.output = ocf_metadata;
  } else if (action == "monitor") {
    run.answer = [this, slice] { return monitor(slice); };
  } else if (action == "start" || action == "stop" || action == "promote" || action == "demote") {
    run.works = [this, slice, action, given = parameters_of(call)] { act(slice, action, given); };
    if (action == "promote" || action == "demote")
      run.answer = [this, slice] { return services_.contains(slice) ? ocf_success : ocf_not_running; };
  } else if (action != "validate-all" && action != "notify") {
    run.status = ocf_unimplemented;
  }
  return run;
}

int process_table::monitor(const std::string& slice) const {
  auto found = services_.find(slice);
  if (found == services_.end()) return ocf_not_running;
  return found->second.promoted ? ocf_running_promoted : ocf_success;
}

void process_table::act(const std::string& slice, const std::string& action, const std::string& parameters) {
  auto found = services_.find(slice);
  if (action == "start") {
    if (found != services_.end()) return;
    services_[slice] = {false, parameters};
    kernel_.tell(truth_kind::service_started, machine_, slice, parameters);
  } else if (action == "stop") {
    stop_service(slice, "stop");
  } else if (found != services_.end() && found->second.promoted != (action == "promote")) {
    found->second.promoted = action == "promote";
    kernel_.tell(found->second.promoted ? truth_kind::promoted : truth_kind::demoted, machine_, slice);
  }
}

void process_table::stop_service(const std::string& slice, std::string why) {
  if (services_.erase(slice) != 0) kernel_.tell(truth_kind::service_stopped, machine_, slice, std::move(why));
}

void process_table::trouble(program_run& run, const std::string& slice, const std::string& action) {
  auto trouble = kernel_.faults().agent(machine_, slice, action);
  auto& effects = kernel_.effects();
  if (trouble.slower != duration{}) {
    effects.add(effect::agent_was_slow);
    run.takes += trouble.slower;
  }
  if (trouble.fails) {
    effects.add(effect::agent_failed);
    run.status = static_cast<int>(*trouble.fails);
    run.answer = {};
    if (random_.below(2) == 0) run.works = {};
  }
  if (trouble.hangs || trouble.stuck) {
    effects.add(trouble.stuck ? effect::agent_stuck : effect::agent_hung);
    run.hangs = true;
    run.stuck = trouble.stuck;
  }
}

} // namespace troupe::sim
