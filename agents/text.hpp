// What an agent said, fit for a log, a terminal and JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::agents {

inline constexpr std::size_t max_reason = 512; // bytes of the one sentence that goes into the log

// Valid UTF-8: a byte that is none, and each control character but tab and newline (they steer terminals), becomes
// U+FFFD.
std::string readable(std::string_view raw);

// One line of at most max_reason bytes: readable, trimmed, newlines as "; ", cut between characters.
std::string sentence(std::string_view raw);

} // namespace troupe::agents
