// What `troupe check` does to a text: recognises which file it is, reads it, and keeps everything that was found.
#pragma once

#include "conf/diagnostics.hpp"
#include "conf/file_kind.hpp"
#include "conf/validate.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace troupe::conf {

struct checked {
  std::optional<file_kind> kind; // nothing: no TOML, or neither file
  std::optional<config::cluster> cluster{}; // of a cluster.toml without errors
  diagnostics found;
};

// What this room cannot know of a cluster; also asked of what could be read of one that has errors, so that one run names
// them all. Its findings are placed like all others.
using more_checks = std::function<std::vector<finding>(const config::cluster&)>;

// `told` by the caller, or recognised.
checked check_text(std::string_view text, std::optional<file_kind> told, const abilities& can = {},
                   const more_checks& more = {});

} // namespace troupe::conf
