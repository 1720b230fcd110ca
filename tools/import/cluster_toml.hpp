// A draft as the text of a cluster.toml: what has no counterpart stands at its head, as comments.
#pragma once

#include "tools/import/draft.hpp"

namespace troupe::import_cib {

// `source`: the name of the CIB, to be told. Lines "# differs: FEATURE: TEXT" and "# note: FEATURE: TEXT" are kept in
// this form, for programs.
std::string cluster_toml(const draft& d, const std::string& source);

} // namespace troupe::import_cib
