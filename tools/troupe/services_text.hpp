// The services' part of a status, for people: a line a resource, groups with their members, clones with their
// instances; and a sentence for everything that is not as it should be, with what frees it. Pure.
#pragma once

#include "messages/console.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace troupe::cli {

inline constexpr std::size_t max_sentences = 50; // of one kind in a text; --json has them all

std::string services_text(const console::cluster_status& c);
void add_service_concerns(const console::cluster_status& c, std::vector<std::string>& out);
void add_failed_fencings(const console::cluster_status& c, std::vector<std::string>& out); // for the notices
void add_services_json(const console::cluster_status& c, nlohmann::ordered_json& out);

} // namespace troupe::cli
