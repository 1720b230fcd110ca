// The small notations of a CIB: booleans, scores, intervals, dates.
#pragma once

#include "messages/types/score.hpp"
#include "messages/types/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::conf::cib {

// true/on/yes/y/1 and false/off/no/n/0, in any case; otherwise nothing.
std::optional<bool> to_bool(std::string_view text);
// As the field's tools take most of them: no text is `otherwise`, one that is neither true nor false is false.
bool is_true(std::string_view text, bool otherwise = false);

// INFINITY, +INFINITY, -INFINITY or a number (saturating). "red", "yellow", "green" are the caller's.
std::optional<score> to_score(std::string_view text);

std::optional<std::int64_t> to_number(std::string_view text);

// A clock's time since 1970, up to the end of the year 9999.
inline constexpr std::int64_t max_seconds = 253'402'300'799;
std::optional<std::int64_t> to_seconds(std::string_view text);

// "10s", "10", "2min", "1h", "250ms", "500us", or an ISO 8601 duration ("PT1M"), in milliseconds (saturating).
std::optional<std::int64_t> to_interval_ms(std::string_view text);

// ISO 8601: 2005-01-31, 2005-031, 2005-W05-1, each also without separators, with a time and a zone. No zone: UTC.
std::optional<stamp> to_date(std::string_view text);

bool same_text(std::string_view a, std::string_view b); // ignoring ASCII case

} // namespace troupe::conf::cib
