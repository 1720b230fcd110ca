// A plan for people and for programs. Pure.
#pragma once

#include "messages/console.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace troupe::cli {

// Everything would end as it should be.
bool ends_well(const console::plan_answer& p);
std::string plan_text(const console::plan_answer& p);
nlohmann::ordered_json plan_json(const console::plan_answer& p);

} // namespace troupe::cli
