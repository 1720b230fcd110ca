// An explanation for people and for programs. Pure.
#pragma once

#include "messages/console.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace troupe::cli {

std::string why_text(const console::explanation& e);
nlohmann::ordered_json why_json(const console::explanation& e);

} // namespace troupe::cli
