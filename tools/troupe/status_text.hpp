// A status for people and for programs. Pure.
#pragma once

#include "messages/console.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace troupe::cli {

std::string why_no_cluster(const console::node_status& s); // of one whose answer has no cluster in it
// What waits or is wrong, one sentence each with the way out; empty: all is well. The exit status follows from it.
std::vector<std::string> concerns(const console::node_status& s);
// Prices that are paid on purpose, stated every time; they do not change the exit status.
std::vector<std::string> notices(config::fencing_policy p);
std::vector<std::string> notices(const console::node_status& s);
std::string unled_text(stamp as_of); // a line: what is told rests on a state that may be old
std::string status_text(const console::node_status& s);
nlohmann::ordered_json status_json(const console::node_status& s);

} // namespace troupe::cli
