// From what is wanted to the call of an agent: which program, with what environment, for how long. Pure.
//
// Which of the candidates exists only env.processes can say (the simulated world has no files), so that they are tried
// in order: not_started with "no such file" means the next one.
#pragma once

#include "actors/resource/wanted.hpp"
#include "agents/ocf/operation.hpp"

namespace troupe::resource {

inline constexpr duration kill_grace = std::chrono::seconds{5}; // from TERM to KILL, as agents know it
inline constexpr duration usual_probe_timeout =
    std::chrono::seconds{20}; // of what has no monitor that says another one

struct agent_call {
  std::vector<std::string> programs; // candidates
  agents::command call;              // arguments[0] is the candidate's place
  std::string agent;                 // its name, for notes: "ocf:heartbeat:IPaddr2"
};

struct agent_place { // where agents are on this node, and what it is called
  agents::ocf::installation where;
  node_name self;
};

// `round`: the open round of notices, for the lists that its agent is given; nullptr: none.
agent_call call_for(const agent_place& here, const instance& what, const blueprint& how, config::action action,
                    const notice_round* round = nullptr);
agent_call probe_of(const agent_place& here, const instance& what, const blueprint& how);
agent_call notice_of(const agent_place& here, const instance& what, const blueprint& how, const notice_round& round,
                     command::notice_stage stage);
agent_call monitor_of(const agent_place& here, const instance& what, const blueprint& how, const config::monitor& m);

} // namespace troupe::resource
