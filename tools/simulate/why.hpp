// Why a resource is where it is: each node's final score, and every rule that contributed.
#pragma once

#include "actors/scheduler/schedule.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace troupe::simulate {

// Of a group, a clone or a bundle the answer is that for each primitive it is made of, the most important first
// (important_first.hpp). Empty if there is no such resource.
std::string why_text(const scheduler::input& in, const scheduler::outcome& o, const std::string& resource);
nlohmann::json why_json(const scheduler::input& in, const scheduler::outcome& o, const std::string& resource);

nlohmann::json to_json(const scheduler::input& in, const scheduler::outcome& o);

} // namespace troupe::simulate
