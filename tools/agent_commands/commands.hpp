// The commands by which resource agents made for Pacemaker speak to their cluster, answered by the daemon that runs the
// agent. One program; the name under which it is called says which command it is. The executor puts the folder of these
// names first in an agent's PATH, and the daemon's socket into its environment.
//
// Only what agents call is here (docs/ARCHITECTURE.md, "Agents"); anything else is refused with the exit code of an
// option that is not known, so that nobody believes it done.
#pragma once

#include "messages/console.hpp"
#include "tools/agent_commands/attribute_order.hpp"

#include <string>
#include <vector>

namespace troupe::agent_commands {

// Exit codes as agents know them from Pacemaker.
enum exit_code : int {
  ok = 0,
  error = 1,
  unimplemented = 3,
  usage = 64,
  no_such = 105,
  disconnected = 102,
  timed_out = 124
};

int say_why(const std::string& why, int code); // on stderr; returns the code

int attribute(const result<attribute_order>& order);
int crm_node(const std::vector<std::string>& words, const surroundings& from);
int crm_resource(const std::vector<std::string>& words, const surroundings& from);
int crm_mon(const std::vector<std::string>& words);
int cibadmin(const std::vector<std::string>& words);

// Calls use(answer) with an answer of this kind; whatever else comes of it is said and told by the exit code.
struct heard {
  int code = ok; // else why there is no answer
  console::answer what;
};
heard ask_daemon(const console::request& r);

} // namespace troupe::agent_commands
