// Which of the two files a text is, by its keys at the top.
#pragma once

#include "conf/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::conf {

enum class file_kind : std::uint8_t { node, cluster };

std::string_view name_of(file_kind k);

// By those that only one of the two files has, exactly or nearly; nothing if that does not decide.
std::optional<file_kind> recognise(const value& root);

// The keys of a node.toml that stand in what should be a cluster.toml, "'name', 'listen'", if there is no doubt:
// several of them, exactly, and not one that a cluster.toml has. Else nothing: a few misplaced keys are told one by
// one.
std::optional<std::string> taken_for_cluster(const value& root);

} // namespace troupe::conf
