#include "tools/sim/power_grid.hpp"

#include <fmt/format.h>

namespace troupe::sim {

namespace {

constexpr std::string_view fence_metadata = R"(<?xml version="1.0" ?>
<resource-agent name="fence_sim" shortdesc="The simulator's power switch">
<parameters>
<parameter name="action" required="1"><content type="string" default="reboot"/></parameter>
<parameter name="plug" required="1"><content type="string"/></parameter>
</parameters>
<actions>
<action name="on"/><action name="off"/><action name="reboot"/><action name="status"/><action name="monitor"/>
<action name="list"/><action name="metadata"/>
</actions>
</resource-agent>
)";

} // namespace

std::map<std::string, std::string> fence_arguments(std::string_view input) {
  std::map<std::string, std::string> found;
  while (!input.empty()) {
    auto end = std::min(input.find('\n'), input.size());
    auto line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    auto sign = line.find('=');
    if (line.empty() || line[0] == '#' || sign == std::string_view::npos) continue;
    found[std::string(line.substr(0, sign))] = std::string(line.substr(sign + 1));
  }
  return found;
}

std::string plug_of(const std::map<std::string, std::string>& arguments) {
  for (const char* name : {"plug", "port", "nodename"})
    if (auto found = arguments.find(name); found != arguments.end()) return found->second;
  return {};
}

void power_grid::switch_off(machine_index target, bool on_again) {
  kernel_.tell(truth_kind::fence_landed, target, {}, on_again ? "reboot" : "off");
  off_(target, "fenced");
  if (on_again) on_(target);
}

program_run power_grid::plan(const agents::command& call) {
  auto given = fence_arguments(call.input);
  auto action = given.contains("action") ? given["action"] : "reboot";
  program_run run{.takes = fence_takes};
  if (action == "metadata") {
    run.output = fence_metadata;
    return run;
  }
  if (action == "list" || action == "monitor") {
    for (std::uint32_t i = 0; i < kernel_.machine_count() && action == "list"; ++i)
      run.output += kernel_.name(machine_index{i}) + ",\n";
    return run;
  }
  auto plug = plug_of(given);
  std::optional<machine_index> target;
  for (std::uint32_t i = 0; i < kernel_.machine_count(); ++i)
    if (kernel_.name(machine_index{i}) == plug) target = machine_index{i};
  if (!target) {
    run.status = 1;
    run.output = fmt::format("no plug '{}'\n", plug);
    return run;
  }
  if (action == "status") {
    run.status = kernel_.hardware(*target).power == power::off ? 2 : 0;
    run.output = fmt::format("Status: {}\n", run.status == 0 ? "ON" : "OFF");
    return run;
  }
  if (action != "on" && action != "off" && action != "reboot") {
    run.status = 1;
    run.output = fmt::format("unknown action '{}'\n", action);
    return run;
  }
  auto trouble = kernel_.faults().fence(*target);
  if (trouble.hangs) {
    kernel_.effects().add(effect::fence_hung);
    run.hangs = true;
    return run;
  }
  if (trouble.fails || trouble.late) {
    run.status = 1;
    run.output = "Failed: Unable to obtain correct plug status\n";
    if (trouble.fails) {
      kernel_.effects().add(effect::fence_failed);
    } else if (action != "on") {
      // The order is with the device: it lands later, whatever becomes of the agent and of the node that ran it.
      kernel_.after(*trouble.late, kernel_.world(), [this, target = *target, again = action == "reboot"] {
        kernel_.effects().add(effect::fence_landed_late);
        switch_off(target, again);
      });
    }
    return run;
  }
  run.output = "Success\n";
  if (action == "on")
    run.works = [this, target = *target] { on_(target); };
  else
    run.works = [this, target = *target, again = action == "reboot"] { switch_off(target, again); };
  return run;
}

} // namespace troupe::sim
