// What `troupe actors` shows: a line an actor. Pure.
#pragma once

#include "messages/console.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace troupe::cli {

std::string actors_text(const console::actor_list& list);
nlohmann::ordered_json actors_json(const console::actor_list& list);

} // namespace troupe::cli
