// What agents read of the cluster's status, in the words of Pacemaker's commands. Pure.
#pragma once

#include "messages/console.hpp"

#include <string>
#include <vector>

namespace troupe::agent_commands {

// crm_mon --output-as=xml: nodes and resources, a resource a line, because agents look for them with grep.
std::string monitor_xml(const console::node_status& s);
// crm_mon -1
std::string monitor_text(const console::node_status& s);

std::vector<std::string> partition_of(const console::node_status& s); // crm_node -p: members, by name
bool has_quorum(const console::node_status& s);                       // crm_node -q
// crm_resource --locate: a line a node.
std::vector<std::string> where_is(const console::node_status& s, const std::string& resource);

} // namespace troupe::agent_commands
