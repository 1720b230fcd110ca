// Are these parameters what the agent says it takes? Findings for conf's diagnostics.
//
// A type is only checked where the agent's own default is of it: metadata is written by hand, and one that is wrong
// about itself must not keep a good value out.
#pragma once

#include "agents/metadata.hpp"
#include "conf/diagnostics.hpp"
#include "messages/config.hpp"

#include <set>

namespace troupe::agents {

struct parameter_question {
  const metadata& agent;
  std::string agent_name; // "ocf:heartbeat:IPaddr2"
  const config::parameters& given;
  conf::key_path key;             // of the parameters: resource.vip.params
  std::set<std::string> supplied; // what we give ourselves: a fence agent's action and plug
};
std::vector<conf::finding> check_parameters(const parameter_question& q);

} // namespace troupe::agents
