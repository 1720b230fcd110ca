#include "actors/env/log_line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace troupe::env {

static void put_printable(std::string& out, std::string_view text) {
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    if (u >= 0x20 && u != 0x7f)
      out += c;
    else
      out += fmt::format("\\x{:02x}", u);
  }
}

std::string log_line(stamp when, log_level level, std::string_view where, std::string_view text) {
  static constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
  auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  auto line = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z {} ", fmt::gmtime(seconds.time_since_epoch().count()),
                          (when - seconds).count(), names.at(static_cast<std::size_t>(level)));
  put_printable(line, where);
  line += ": ";
  put_printable(line, text.substr(0, max_log_text));
  if (text.size() > max_log_text) line += fmt::format("... ({} bytes)", text.size());
  return line + "\n";
}

std::optional<std::uint64_t> log_limiter::admit(std::string_view where, instant now) {
  auto it = places_.find(where);
  if (it == places_.end()) {
    std::string key = places_.size() < max_log_places ? std::string(where) : std::string();
    it = places_.try_emplace(std::move(key), place{log_burst, now, 0}).first;
  }
  auto& p = it->second;
  auto gained = (now - p.refilled) / log_refill;
  p.tokens = static_cast<std::uint32_t>(std::min<std::int64_t>(log_burst, p.tokens + gained));
  p.refilled += gained * log_refill;
  if (p.tokens == 0) {
    ++p.dropped;
    return std::nullopt;
  }
  --p.tokens;
  return std::exchange(p.dropped, 0);
}

} // namespace troupe::env
