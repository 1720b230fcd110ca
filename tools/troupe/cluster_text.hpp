// A cluster.toml on its way to the daemon: read and checked as `troupe check` does, with every fault said.
#pragma once

#include "messages/config.hpp"

#include <optional>
#include <string>

namespace troupe::cli {

// None: it has errors, or cannot be read; all was said on stderr, as are warnings.
std::optional<config::cluster> read_cluster(const std::string& path);
inline constexpr const char* cannot_be_used = " cannot be used; nothing was done"; // what a subcommand says of it then

} // namespace troupe::cli
