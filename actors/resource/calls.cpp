#include "actors/resource/calls.hpp"

#include <algorithm>

namespace troupe::resource {

namespace {

agents::ocf::operation operation_on(const agent_place& here, const instance& what, const blueprint& how) {
  agents::ocf::operation op;
  op.agent = how.definition->agent;
  op.resource = slice_of(what);
  op.params = how.definition->params;
  op.node = here.self.text;
  if (how.copies) {
    agents::ocf::cloned c;
    c.max = how.copies->max;
    c.node_max = how.copies->node_max;
    c.ordinal = what.ordinal;
    if (how.copies->promoted_max > 0)
      c.promotable = config::promotable_options{how.copies->promoted_max, how.copies->promoted_node_max};
    op.clone = std::move(c);
  }
  return op;
}

std::string name_of(const config::agent_ref& agent) {
  return agent.standard + ":" + (agent.provider.empty() ? "" : agent.provider + ":") + agent.type;
}

agent_call made(const agent_place& here, const agents::ocf::operation& op) {
  agent_call out;
  out.agent = name_of(op.agent);
  // conf lets no other standard in (conf::abilities); without a candidate it counts as not installed.
  if (auto paths = agents::ocf::candidates(here.where, op.agent); paths && op.agent.standard == "ocf")
    out.programs = std::move(*paths);
  out.call = {{{}, op.action}, agents::ocf::environment(here.where, op), {}, op.timeout, kill_grace};
  return out;
}

} // namespace

agent_call call_for(const agent_place& here, const instance& what, const blueprint& how, config::action action) {
  auto op = operation_on(here, what, how);
  op.action = name_of(action); // OCF's own words
  op.timeout = timeout_of(*how.definition, action);
  return made(here, op);
}

agent_call probe_of(const agent_place& here, const instance& what, const blueprint& how) {
  auto op = operation_on(here, what, how);
  op.action = "monitor";
  op.interval = duration{};
  for (auto& m : how.definition->monitors) op.timeout = std::max(op.timeout, m.timeout);
  if (op.timeout == duration{}) op.timeout = usual_probe_timeout;
  return made(here, op);
}

agent_call monitor_of(const agent_place& here, const instance& what, const blueprint& how, const config::monitor& m) {
  auto op = operation_on(here, what, how);
  op.action = "monitor";
  op.interval = m.interval;
  op.timeout = m.timeout;
  op.monitored_role = m.only_in;
  return made(here, op);
}

} // namespace troupe::resource
