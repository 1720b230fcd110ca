#include "conf/cib/rules.hpp"

#include "conf/cib/values.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>

namespace troupe::conf::cib {

namespace {

std::optional<double> to_float(text t) {
  std::string copy{t};
  char* end = nullptr;
  double value = std::strtod(copy.c_str(), &end);
  if (end == copy.c_str()) return std::nullopt;
  return value;
}

// -1, 0, 1: `left` is less than, equal to, greater than `right`, compared as `type` says.
int compare_as(text type, text left, text right) {
  auto sign = [](auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; };
  if (same_text(type, "integer")) {
    auto a = to_number(left), b = to_number(right);
    if (a && b) return sign(*a, *b);
  } else if (same_text(type, "number")) {
    auto a = to_float(left), b = to_float(right);
    if (a && b) return sign(*a, *b);
  } else if (same_text(type, "version")) {
    text a = left, b = right;
    while (!a.empty() || !b.empty()) {
      auto take = [](text& t) {
        auto dot = std::min(t.find('.'), t.size());
        auto n = to_number(t.substr(0, dot)).value_or(0);
        t.remove_prefix(std::min(dot + 1, t.size()));
        return n;
      };
      auto x = take(a), y = take(b);
      if (x != y) return sign(x, y);
    }
    return 0;
  }
  std::string a{left}, b{right};
  for (auto* s : {&a, &b})
    for (char& c : *s)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return sign(a, b);
}

bool holds_attribute(const condition& e, const rule_context& context) {
  if (!context.attribute) return false;
  auto found = context.attribute(e.attribute);
  if (e.operation == "defined") return found.has_value();
  if (e.operation == "not_defined") return !found.has_value();
  if (!found || !e.has_value) {
    bool equal = !found && !e.has_value;
    if (e.operation == "eq") return equal;
    if (e.operation == "ne") return !equal;
    return false;
  }
  text type = e.type;
  if (type.empty()) {
    bool by_order = e.operation == "lt" || e.operation == "lte" || e.operation == "gt" || e.operation == "gte";
    bool has_dot = found->find('.') != text::npos || e.value.find('.') != text::npos;
    type = !by_order ? "string" : has_dot ? "number" : "integer";
  }
  int c = compare_as(type, *found, e.value);
  if (e.operation == "eq") return c == 0;
  if (e.operation == "ne") return c != 0;
  if (e.operation == "lt") return c < 0;
  if (e.operation == "lte") return c <= 0;
  if (e.operation == "gt") return c > 0;
  if (e.operation == "gte") return c >= 0;
  return false;
}

bool in_range(text range, int value) { // "5", "1-5", "3-", "-4"
  auto dash = range.find('-');
  if (dash == text::npos) return to_number(range) == value;
  auto from = range.substr(0, dash), to = range.substr(dash + 1);
  auto low = to_number(from), high = to_number(to);
  if ((!low && !from.empty()) || (!high && !to.empty())) return false; // an end that is none is never reached
  return (!low || *low <= value) && (!high || value <= *high);
}

struct calendar {
  int year, month, monthday, yearday, weekday, week, weekyear, hour, minute, second;
};

calendar calendar_of(stamp at) {
  using namespace std::chrono;
  auto day = floor<days>(at);
  year_month_day ymd{day};
  auto rest = duration_cast<seconds>(at - day).count();
  calendar c{};
  c.year = static_cast<int>(ymd.year());
  c.month = static_cast<int>(static_cast<unsigned>(ymd.month()));
  c.monthday = static_cast<int>(static_cast<unsigned>(ymd.day()));
  c.yearday = static_cast<int>((day - sys_days{ymd.year() / 1 / 1}).count()) + 1;
  c.weekday = static_cast<int>(weekday{day}.iso_encoding());
  auto thursday = day + days{4 - c.weekday}; // an ISO week belongs to the year of its Thursday
  c.weekyear = static_cast<int>(year_month_day{thursday}.year());
  c.week = static_cast<int>((thursday - sys_days{year{c.weekyear} / 1 / 1}).count()) / 7 + 1;
  c.hour = static_cast<int>(rest / 3600);
  c.minute = static_cast<int>(rest / 60 % 60);
  c.second = static_cast<int>(rest % 60);
  return c;
}

bool holds_date_spec(const std::vector<name_value>& spec, stamp now) {
  auto c = calendar_of(now);
  const std::pair<text, int> fields[] = {{"seconds", c.second},     {"minutes", c.minute},   {"hours", c.hour},
                                         {"monthdays", c.monthday}, {"weekdays", c.weekday}, {"yeardays", c.yearday},
                                         {"months", c.month},       {"weeks", c.week},       {"years", c.year},
                                         {"weekyears", c.weekyear}};
  for (auto& [name, range] : spec)
    for (auto& [field, value] : fields)
      if (name == field && !in_range(range, value)) return false;
  return true;
}

// A calendar ends after the year 32767: no duration is longer than 10'000 years.
stamp plus(stamp at, const std::vector<name_value>& parts) {
  using namespace std::chrono;
  struct unit {
    text name;
    std::int64_t months, seconds;
  };
  constexpr unit units[] = {{"years", 12, 0},   {"months", 1, 0},   {"weeks", 0, 604'800}, {"days", 0, 86'400},
                            {"hours", 0, 3600}, {"minutes", 0, 60}, {"seconds", 0, 1}};
  constexpr std::int64_t most = 1'000'000'000, most_months = 120'000;
  std::int64_t more_months = 0, more_seconds = 0;
  for (auto& [name, value] : parts)
    for (auto& u : units)
      if (name == u.name) {
        auto n = std::clamp(to_number(value).value_or(0), -most, most);
        more_months = std::clamp(more_months + n * u.months, -most_months, most_months);
        more_seconds = std::clamp(more_seconds + n * u.seconds, -max_seconds, max_seconds);
      }
  auto day = floor<days>(at);
  year_month_day ymd{day};
  ymd += months{static_cast<int>(more_months)};
  if (!ymd.ok()) ymd = ymd.year() / ymd.month() / last;
  return sys_days{ymd} + (at - day) + seconds{more_seconds};
}

bool holds_date(const condition& e, stamp now) {
  auto start = to_date(e.start), end = to_date(e.end);
  if (start && !end && !e.duration.empty()) end = plus(*start, e.duration);
  text op = e.operation.empty() ? text{"in_range"} : e.operation;
  if (op == "date_spec") return holds_date_spec(e.date_spec, now);
  if (op == "gt") return start && now > *start;
  if (op == "lt") return end && now < *end;
  if (op == "in_range" || op == "eq" || op == "neq")
    return (start || end) && (!start || now >= *start) && (!end || now <= *end);
  return false;
}

} // namespace

bool holds(const condition& c, const rule_context& context) {
  switch (c.kind) {
  case condition_kind::attribute: return holds_attribute(c, context);
  case condition_kind::date: return holds_date(c, context.now);
  case condition_kind::resource_type:
    return !context.agent.empty() && (c.standard.empty() || c.standard == context.standard) &&
           (c.provider.empty() || c.provider == context.provider) && (c.agent.empty() || c.agent == context.agent);
  case condition_kind::operation:
    return !context.op_name.empty() && c.op_name == context.op_name &&
           (c.op_interval.empty() || to_interval_ms(c.op_interval) == context.op_interval_ms);
  case condition_kind::rule: break;
  }
  if (c.parts.empty()) return c.all;
  for (auto& part : c.parts)
    if (holds(part, context) != c.all) return !c.all;
  return c.all;
}

std::map<text, text> evaluate(const nv_sets& sets, const rule_context& context) {
  std::map<text, text> values;
  for (auto& set : sets)
    if (!set.when || holds(*set.when, context))
      for (auto& [name, value] : set.values) values.emplace(name, value);
  return values;
}

std::optional<text> evaluate_one(const nv_sets& sets, text name, const rule_context& context) {
  for (auto& set : sets)
    if (!set.when || holds(*set.when, context))
      for (auto& [key, value] : set.values)
        if (key == name) return value;
  return std::nullopt;
}

} // namespace troupe::conf::cib
