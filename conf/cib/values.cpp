#include "conf/cib/values.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace troupe::conf::cib {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view t) {
  while (!t.empty() && (t.front() == ' ' || t.front() == '\t' || t.front() == '\n')) t.remove_prefix(1);
  while (!t.empty() && (t.back() == ' ' || t.back() == '\t' || t.back() == '\n')) t.remove_suffix(1);
  return t;
}

// Takes up to `digits` digits off the front; nothing if there are fewer than `at_least`.
std::optional<int> take_digits(std::string_view& t, std::size_t digits, std::size_t at_least) {
  int value = 0;
  std::size_t n = 0;
  while (n < digits && n < t.size() && t[n] >= '0' && t[n] <= '9') value = value * 10 + (t[n++] - '0');
  if (n < at_least) return std::nullopt;
  t.remove_prefix(n);
  return value;
}

bool take(std::string_view& t, char c) {
  if (t.empty() || t.front() != c) return false;
  t.remove_prefix(1);
  return true;
}

using days = std::chrono::sys_days;

std::optional<days> take_day(std::string_view& t) {
  auto year = take_digits(t, 4, 4);
  if (!year) return std::nullopt;
  bool dashes = take(t, '-');
  auto first = days{std::chrono::year{*year} / 1 / 1};
  if (take(t, 'W')) {
    auto week = take_digits(t, 2, 2);
    take(t, '-');
    auto day = take_digits(t, 1, 0);
    if (!week || *week < 1 || *week > 53 || !day || *day > 7) return std::nullopt;
    auto fourth = days{std::chrono::year{*year} / 1 / 4}; // always in week 1
    auto monday = fourth - (std::chrono::weekday{fourth} - std::chrono::Monday);
    return monday + std::chrono::days{(*week - 1) * 7 + (*day > 0 ? *day - 1 : 0)};
  }
  std::string_view rest = t;
  auto ordinal = take_digits(rest, 3, 3);
  bool day_of_year =
      ordinal && (rest.empty() || rest[0] < '0' || rest[0] > '9') && (dashes || rest.empty() || rest[0] != '-');
  if (day_of_year && !(dashes && !rest.empty() && rest[0] == '-')) {
    t = rest;
    if (*ordinal < 1 || *ordinal > 366) return std::nullopt;
    return first + std::chrono::days{*ordinal - 1};
  }
  auto month = take_digits(t, 2, 1);
  if (!month) return t.empty() ? std::optional{first} : std::nullopt;
  if (dashes) take(t, '-');
  auto day = take_digits(t, 2, 1);
  std::chrono::year_month_day ymd{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                  std::chrono::day{static_cast<unsigned>(day.value_or(1))}};
  if (!ymd.ok()) return std::nullopt;
  return days{ymd};
}

std::optional<std::int64_t> zone_seconds(std::string_view z) {
  if (z.empty() || z == "Z" || z == "z") return 0;
  int sign = z[0] == '-' ? -1 : 1;
  if (z[0] != '+' && z[0] != '-') return std::nullopt;
  z.remove_prefix(1);
  auto h = take_digits(z, 2, 2);
  take(z, ':');
  auto m = take_digits(z, 2, 0);
  if (!h || !m || !z.empty()) return std::nullopt;
  return sign * (*h * 3600 + *m * 60);
}

std::optional<std::int64_t> take_time(std::string_view& t) { // seconds of the day
  auto h = take_digits(t, 2, 2);
  if (!h) return std::nullopt;
  take(t, ':');
  int m = take_digits(t, 2, 0).value_or(0);
  take(t, ':');
  int s = take_digits(t, 2, 0).value_or(0);
  if (take(t, '.')) take_digits(t, 9, 0);
  if (*h > 24 || m > 59 || s > 60) return std::nullopt;
  return *h * 3600 + m * 60 + s;
}

constexpr std::int64_t most_hours = INT64_MAX / 3'600'000; // of any unit as many fit into milliseconds

// ISO 8601 duration; months and years as 30 and 365 days, since an interval has no start.
std::optional<std::int64_t> iso_duration_ms(std::string_view t) {
  if (!take(t, 'P')) return std::nullopt;
  bool time = false;
  std::int64_t seconds = 0;
  while (!t.empty()) {
    if (take(t, 'T')) {
      time = true;
      continue;
    }
    auto n = take_digits(t, 9, 1);
    if (!n || t.empty()) return std::nullopt;
    switch (t.front()) {
    case 'Y': seconds += std::int64_t{*n} * 365 * 86400; break;
    case 'M': seconds += std::int64_t{*n} * (time ? 60 : 30 * 86400); break;
    case 'W': seconds += std::int64_t{*n} * 7 * 86400; break;
    case 'D': seconds += std::int64_t{*n} * 86400; break;
    case 'H': seconds += std::int64_t{*n} * 3600; break;
    case 'S': seconds += *n; break;
    default: return std::nullopt;
    }
    seconds = std::min(seconds, most_hours);
    t.remove_prefix(1);
  }
  return seconds * 1000;
}

} // namespace

bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

std::optional<bool> to_bool(std::string_view t) {
  for (auto yes : {"true", "on", "yes", "y", "1"})
    if (same_text(t, yes)) return true;
  for (auto no : {"false", "off", "no", "n", "0"})
    if (same_text(t, no)) return false;
  return std::nullopt;
}

bool is_true(std::string_view t, bool otherwise) {
  return t.empty() ? otherwise : to_bool(t).value_or(false);
}

std::optional<std::int64_t> to_number(std::string_view t) {
  t = trimmed(t);
  if (!t.empty() && t.front() == '+') t.remove_prefix(1);
  std::int64_t value = 0;
  auto [end, bad] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (bad == std::errc::result_out_of_range) return t.front() == '-' ? INT64_MIN : INT64_MAX;
  if (bad != std::errc{}) return std::nullopt;
  return value; // what follows the digits is ignored, as the field's tools do
}

std::optional<score> to_score(std::string_view t) {
  t = trimmed(t);
  if (same_text(t, "INFINITY") || same_text(t, "+INFINITY")) return score::infinity();
  if (same_text(t, "-INFINITY")) return score::minus_infinity();
  auto n = to_number(t);
  if (!n) return std::nullopt;
  return score{*n};
}

std::optional<std::int64_t> to_interval_ms(std::string_view t) {
  t = trimmed(t);
  if (t.empty()) return std::nullopt;
  if (t.front() == 'P') return iso_duration_ms(t);
  if (t.front() == '+') t.remove_prefix(1);
  std::int64_t value = 0;
  auto [end, bad] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (bad == std::errc::result_out_of_range)
    value = t.front() == '-' ? INT64_MIN : INT64_MAX;
  else if (bad != std::errc{})
    return std::nullopt;
  std::string_view unit = t.substr(static_cast<std::size_t>(end - t.data()));
  if (take(unit, '.')) take_digits(unit, unit.size(), 0); // a fraction does not count, as with the field's tools
  unit = trimmed(unit);
  value = std::clamp(value, -most_hours, most_hours);
  if (unit.empty() || same_text(unit, "s") || same_text(unit, "sec")) return value * 1000;
  if (same_text(unit, "ms") || same_text(unit, "msec")) return value;
  if (same_text(unit, "us") || same_text(unit, "usec")) return value / 1000;
  if (same_text(unit, "m") || same_text(unit, "min")) return value * 60'000;
  if (same_text(unit, "h") || same_text(unit, "hr")) return value * 3'600'000;
  return std::nullopt;
}

std::optional<std::int64_t> to_seconds(std::string_view t) {
  auto n = to_number(t);
  if (!n) return std::nullopt;
  return std::clamp(*n, -max_seconds, max_seconds);
}

std::optional<stamp> to_date(std::string_view t) {
  t = trimmed(t);
  std::string_view rest = t;
  std::chrono::sys_seconds at{};
  if (!rest.empty() && rest.front() == 'T') return std::nullopt;
  auto day = take_day(rest);
  if (!day) return std::nullopt;
  at = *day;
  if (!rest.empty() && (rest.front() == 'T' || rest.front() == ' ')) {
    rest.remove_prefix(1);
    auto seconds = take_time(rest);
    if (!seconds) return std::nullopt;
    at += std::chrono::seconds{*seconds};
  }
  auto zone = zone_seconds(trimmed(rest));
  if (!zone) return std::nullopt;
  return std::chrono::time_point_cast<std::chrono::milliseconds>(at - std::chrono::seconds{*zone});
}

} // namespace troupe::conf::cib
