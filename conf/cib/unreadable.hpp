// What is written in a CIB where something else belongs: a score that is none, an interval below zero, a word nobody
// knows. A sentence for each, with whose it is and what it counts as; whoever uses the values then says nothing.
//
// Every value is judged once, where it is written: not once for each resource that inherits it, and also where a rule
// keeps it from counting just now. Rejected: to judge when a value is used, which says the same a thousand times.
#pragma once

#include "conf/cib/cib.hpp"

#include <string>
#include <vector>

namespace troupe::conf::cib {

std::vector<std::string> unreadable_values(const contents& cib); // in the order of the configuration
std::vector<std::string> unreadable_values(const contents& cib, const node_state& state); // of its attributes

} // namespace troupe::conf::cib
