#include "actors/resource/calls.hpp"

#include <algorithm>

namespace troupe::resource {

namespace {

// Anonymous instances go by the name of their resource.
agents::ocf::notices notices_of(const instance& what, std::uint32_t max, const notice_round* round) {
  agents::ocf::notices out;
  if (!round) return out;
  auto list = [&](const std::vector<command::placement>& places) {
    std::vector<agents::ocf::instance> all;
    for (auto& p : places) all.push_back({slice_of({what.resource, p.ordinal}), p.node.text});
    return all;
  };
  out.active = list(round->active);
  out.starting = list(round->what.starting);
  out.stopping = list(round->what.stopping);
  out.promoting = list(round->what.promoting);
  out.demoting = list(round->what.demoting);
  for (auto& p : round->active) {
    auto& of_role = p.role == config::role::promoted ? out.promoted : out.unpromoted;
    of_role.push_back({slice_of({what.resource, p.ordinal}), p.node.text});
  }
  for (auto i = round->active.size(); i < max; ++i) out.inactive.push_back(what.resource.text);
  for (auto& n : round->all_nodes) out.all_nodes.push_back(n.text);
  for (auto& n : round->present_nodes) out.available_nodes.push_back(n.text);
  return out;
}

agents::ocf::operation operation_on(const agent_place& here, const instance& what, const blueprint& how,
                                    const notice_round* round = nullptr) {
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
    if (how.notify) c.notify = notices_of(what, c.max, round);
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

agent_call call_for(const agent_place& here, const instance& what, const blueprint& how, config::action action,
                    const notice_round* round) {
  auto op = operation_on(here, what, how, round);
  op.action = name_of(action); // OCF's own words
  op.timeout = timeout_of(*how.definition, action);
  return made(here, op);
}

// A notice has the time of a start.
agent_call notice_of(const agent_place& here, const instance& what, const blueprint& how, const notice_round& round,
                     command::notice_stage stage) {
  auto op = operation_on(here, what, how, &round);
  op.action = "notify";
  op.timeout = how.definition->start_timeout;
  op.notify = agents::ocf::notice{stage == command::notice_stage::after ? "post" : "pre", std::string(name_of(round.operation))};
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
