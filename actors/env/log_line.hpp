// The daemon's log, pure part: one line a record, and a limit for places that speak too much.
#pragma once

#include "actors/env/env.hpp"

#include <map>
#include <optional>
#include <string>

namespace troupe::env {

inline constexpr std::size_t max_log_text = 2000; // bytes of a record's text
inline constexpr std::uint32_t log_burst = 50;    // lines that a place may write at once; it regains one per
inline constexpr duration log_refill = std::chrono::milliseconds{100};
inline constexpr std::size_t max_log_places = 1000; // those beyond share one allowance

// "2026-01-31T12:00:00.123Z warning node/leader: text\n". Bytes that are not printable ASCII or part of UTF-8 text
// (line ends, escape sequences) are shown as \xNN: what a stranger sent cannot forge a line.
std::string log_line(stamp when, log_level level, std::string_view where, std::string_view text);

// A token bucket (RFC 2697's shape) a place.
class log_limiter {
public:
  // None: do not write. Else how many records of this place were kept back since the last one written.
  std::optional<std::uint64_t> admit(std::string_view where, instant now);

private:
  struct place {
    std::uint32_t tokens = log_burst;
    instant refilled;
    std::uint64_t dropped = 0;
  };
  std::map<std::string, place, std::less<>> places_;
};

} // namespace troupe::env
