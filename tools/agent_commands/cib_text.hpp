// The cluster as the CIB that agents query with cibadmin: nodes with their attributes, and who is a member. Pure.
//
// Not more of it: what runs is asked of crm_mon, and what is configured stands in cluster.toml.
#pragma once

#include "messages/console.hpp"
#include "messages/types/result.hpp"

#include <optional>
#include <string>

namespace troupe::agent_commands {

std::string cib_of(const console::node_status& s, const console::attribute_list& attributes);

// What matches the XPath (1.0): one element as it is, several a line each in <xpath-query>; unset: nothing does.
// Errors: it is no XPath for elements or attributes, with the place.
result<std::optional<std::string>> select(const std::string& xml, const std::string& xpath);

} // namespace troupe::agent_commands
