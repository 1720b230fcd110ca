// How answers look: times, outcomes, tables. The same everywhere.
#pragma once

#include "messages/console.hpp"

#include <string>
#include <vector>

namespace troupe::cli {

std::string times(std::uint64_t count); // "once", "3 times"
std::string text_of(stamp at); // "2026-01-31 12:00:00.123Z"

std::string_view name_of(console::presence p);
std::string_view name_of(console::part p);
std::string_view name_of(console::standing s);
std::string_view name_of(console::phase p);
std::string_view name_of(config::fencing_policy p);
std::string_view name_of(command::directive_kind k);

// Columns as wide as their widest cell, two spaces between them; the last one as it is. Each line ends.
using table_row = std::vector<std::string>;
std::string table_of(const std::vector<table_row>& rows, const std::string& indent = "");

} // namespace troupe::cli
