#include "conf/cib/expectation.hpp"

#include "conf/cib/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace troupe::conf::cib {

namespace {

// Is there more than the digits? They count, what follows them does not.
bool more_than_digits(text t) {
  auto last = t.find_last_not_of(" \t\n");
  return last != text::npos && (t[last] < '0' || t[last] > '9');
}

std::string score_fault(const expectation& e, text value) {
  auto read = to_score(value);
  if (!read) return fmt::format("is no score: {}", e.instead);
  if (e.kind == notation::threshold && read->value() < 0) return "is negative: taken as 1";
  auto digits = to_number(value);
  if (!digits) return {}; // an INFINITY
  if (*digits > score::limit) return "is more than INFINITY: taken as INFINITY";
  if (*digits < -score::limit) return "is less than -INFINITY: taken as -INFINITY";
  return more_than_digits(value) ? fmt::format("is no score: taken as {}", *digits) : "";
}

std::string number_fault(const expectation& e, text value, std::int64_t least, std::int64_t most) {
  auto read = to_number(value);
  if (!read) return fmt::format("is no number: {}", e.instead);
  if (*read < least) return fmt::format("is {}: taken as {}", least == 0 ? "negative" : "less than 1", least);
  if (*read > most) return fmt::format("is more than {0}: taken as {0}", most);
  return more_than_digits(value) ? fmt::format("is no number: taken as {}", *read) : "";
}

std::string time_fault(const expectation& e, text value) {
  auto read = to_number(value);
  if (!read) return fmt::format("is no time: {}", e.instead);
  return *read > max_seconds ? "is beyond the year 9999: taken as its end" : "";
}

std::string duration_fault(const expectation& e, text value) {
  auto read = to_interval_ms(value);
  if (!read) return fmt::format("is no time: {}", e.instead);
  if (*read < 0) return fmt::format("is negative: {}", e.instead);
  if (e.kind == notation::interval && *read > max_interval_ms)
    return fmt::format("is longer than 49 days: taken as {} ms", max_interval_ms);
  return {};
}

bool is_range(text t) {
  auto is_end = [](text end) { return end.empty() || (to_number(end) && !more_than_digits(end)); };
  auto dash = t.find('-');
  return dash == text::npos ? !t.empty() && is_end(t) : is_end(t.substr(0, dash)) && is_end(t.substr(dash + 1));
}

bool among(text words, text value) {
  while (!words.empty()) {
    auto end = std::min(words.find('|'), words.size());
    if (same_text(words.substr(0, end), value)) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::string listed(text words) {
  std::string all;
  for (char c : words)
    if (c == '|')
      all += ", ";
    else
      all += c;
  return all;
}

} // namespace

bool named(const expectation& e, text name) {
  return std::equal(e.name.begin(), e.name.end(), name.begin(), name.end(),
                    [](char known, char c) { return known == c || (known == '-' && c == '_'); });
}

std::string fault(const expectation& e, text value) {
  switch (e.kind) {
  case notation::boolean: return to_bool(value) ? "" : fmt::format("is neither true nor false: {}", e.instead);
  case notation::score:
  case notation::threshold: return score_fault(e, value);
  case notation::number: return number_fault(e, value, INT64_MIN, INT64_MAX);
  case notation::count: return number_fault(e, value, 0, max_instances);
  case notation::replicas: return number_fault(e, value, 1, max_replicas);
  case notation::amount: return number_fault(e, value, 0, INT32_MAX);
  case notation::time: return time_fault(e, value);
  case notation::duration:
  case notation::interval: return duration_fault(e, value);
  case notation::range: return is_range(value) ? "" : fmt::format("is no range: {}", e.instead);
  case notation::word: break;
  }
  return among(e.words, value) ? "" : fmt::format("is none of {}: {}", listed(e.words), e.instead);
}

} // namespace troupe::conf::cib
