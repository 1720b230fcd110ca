// Scenario files. The only place of the simulator that knows toml++.
#include "tools/sim/scenario.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace troupe::sim {

namespace {

std::optional<duration> duration_of(std::string_view text) {
  static constexpr std::pair<std::string_view, std::int64_t> units[] = {
      {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"min", 60'000'000'000}, {"s", 1'000'000'000}};
  std::int64_t number = 0;
  auto [rest, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (wrong != std::errc{}) return {};
  std::string_view unit{rest, static_cast<std::size_t>(text.data() + text.size() - rest)};
  for (auto [name, size] : units) {
    if (name != unit) continue;
    if (number > longest_run.count() / size || number < -(longest_run.count() / size)) return {};
    return duration{number * size};
  }
  return {};
}

class reader {
public:
  reader(std::string file, const std::string& text)
    : file_(std::move(file)) {
    auto parsed = toml::parse(text, std::string_view{file_});
    root_ = std::move(parsed);
  }

  scenario read();
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

private:
  void complain(const toml::source_region& where, const std::string& what) {
    wrong_ += fmt::format("{}:{}:{}: {}\n", file_, where.begin.line, where.begin.column, what);
  }

  void take(const toml::node& n, std::string_view key, node_name& into) {
    std::string name;
    take(n, key, name);
    if (std::find(names_.begin(), names_.end(), node_name{name}) == names_.end())
      complain(n.source(), fmt::format("{}: there is no machine '{}'; they are n1 to n{}", key, name, names_.size()));
    into = node_name{name};
  }
  void take(const toml::node& n, std::string_view key, std::string& into) {
    if (auto text = n.value_exact<std::string>())
      into = *text;
    else
      complain(n.source(), fmt::format("{}: expects a text in quotes", key));
  }
  void take(const toml::node& n, std::string_view key, bool& into) {
    if (auto value = n.value_exact<bool>())
      into = *value;
    else
      complain(n.source(), fmt::format("{}: expects true or false", key));
  }
  void take(const toml::node& n, std::string_view key, std::int64_t& into) {
    auto value = n.value_exact<std::int64_t>();
    if (value && *value >= -1'000'000 && *value <= 1'000'000)
      into = *value;
    else
      complain(n.source(), fmt::format("{}: expects a whole number from -1000000 to 1000000", key));
  }
  void take(const toml::node& n, std::string_view key, rate& into) {
    auto value = n.value_exact<std::int64_t>();
    if (value && *value >= 0 && *value <= 1'000'000)
      into.ppm = static_cast<std::uint32_t>(*value);
    else
      complain(n.source(), fmt::format("{}: expects parts in a million, 0 to 1000000", key));
  }
  void take(const toml::node& n, std::string_view key, duration& into) {
    auto text = n.value_exact<std::string>();
    auto value = text ? duration_of(*text) : std::nullopt;
    if (value)
      into = *value;
    else
      complain(
          n.source(),
          fmt::format("{}: expects a time such as \"250ms\" or \"5s\" (ns, us, ms, s, min; 24 hours at most)", key));
  }
  void take(const toml::node& n, std::string_view key, nodes& into) {
    const auto* list = n.as_array();
    if (list == nullptr) return complain(n.source(), fmt::format("{}: expects a list of machines", key));
    for (const auto& each : *list) take(each, key, into.emplace_back());
  }
  template <class T>
  void take_if(const toml::table& from, std::string_view key, T& into, std::vector<std::string>& known) {
    known.emplace_back(key);
    if (const auto* found = from.get(key)) take(*found, key, into);
  }

  void refuse_unknown(const toml::table& table, const std::vector<std::string>& known) {
    for (const auto& [key, value] : table)
      if (std::find(known.begin(), known.end(), key.str()) == known.end())
        complain(key.source(), fmt::format("{}: no such key here; known are {}", key.str(), fmt::join(known, ", ")));
  }

  void read_header(scenario& s, std::vector<std::string>& known);
  void read_fault(const toml::table& table, scenario& s);

  std::string file_;
  toml::table root_;
  std::vector<node_name> names_;
  std::string wrong_;
};

void reader::read_header(scenario& s, std::vector<std::string>& known) {
  std::int64_t count = 5;
  take_if(root_, "machines", count, known);
  if (count < 1 || count > static_cast<std::int64_t>(max_machines)) {
    complain(root_.get("machines")->source(), fmt::format("machines: expects 1 to {}", max_machines));
    count = 5;
  }
  s.machines = names_ = machine_names(static_cast<std::size_t>(count));
  take_if(root_, "faults-for", s.faults_for, known);
  take_if(root_, "quiet-for", s.quiet_for, known);
  take_if(root_, "tick", s.tick, known);
  for (auto [key, value, least] :
       {std::tuple{"faults-for", s.faults_for, duration{1}}, std::tuple{"quiet-for", s.quiet_for, duration{0}},
        std::tuple{"tick", s.tick, duration{1}}})
    if (value < least) complain(root_.get(key)->source(), fmt::format("{}: too short", key));
}

template <std::size_t... I>
std::optional<fault_kind> kind_called(std::string_view name, std::index_sequence<I...>) {
  std::optional<fault_kind> found;
  ((std::variant_alternative_t<I, fault_kind>::name == name ? void(found = std::variant_alternative_t<I, fault_kind>{})
                                                            : void()),
   ...);
  return found;
}

template <std::size_t... I>
std::vector<std::string_view> kind_names(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, fault_kind>::name...};
}

void reader::read_fault(const toml::table& table, scenario& s) {
  fault f;
  std::string kind;
  std::vector<std::string> known;
  take_if(table, "kind", kind, known);
  take_if(table, "at", f.at, known);
  take_if(table, "lasts", f.lasts, known);
  constexpr auto all = std::make_index_sequence<std::variant_size_v<fault_kind>>{};
  auto what = kind_called(kind, all);
  if (!what) {
    const auto* there = table.get("kind");
    return complain(there ? there->source() : table.source(),
                    fmt::format("kind: '{}' is no fault; known are {}", kind, fmt::join(kind_names(all), ", ")));
  }
  std::visit(
      [&](auto& k) {
        k.visit([&](const char* key, auto& value) {
          take_if(table, key, value, known);
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, node_name>)
            if (!table.contains(key))
              complain(table.source(), fmt::format("{}: is missing; a {} is of one machine", key, kind));
        });
      },
      *what);
  f.what = *what;
  refuse_unknown(table, known);
  if (f.lasts < duration{}) complain(table.get("lasts")->source(), "lasts: expects no less than 0s");
  if (f.at < duration{} || f.at > s.faults_for)
    complain(table.get("at")->source(), fmt::format("at: lies outside of faults-for ({})", show(s.faults_for)));
  s.plan.push_back(std::move(f));
}

scenario reader::read() {
  scenario s;
  std::vector<std::string> known;
  read_header(s, known);
  known.emplace_back("fault");
  refuse_unknown(root_, known);
  if (const auto* list = root_.get("fault")) {
    if (list->is_array_of_tables() && list->as_array()->size() <= max_faults)
      for (const auto& each : *list->as_array()) read_fault(*each.as_table(), s);
    else
      complain(list->source(), fmt::format("fault: expects [[fault]] tables, {} at most", max_faults));
  }
  std::stable_sort(s.plan.begin(), s.plan.end(), [](const fault& a, const fault& b) { return a.at < b.at; });
  if (s.plan.empty() || !std::holds_alternative<faults::heal>(s.plan.back().what))
    s.plan.push_back({s.faults_for, {}, faults::heal{}});
  return s;
}

} // namespace

result<scenario> parse_scenario(const std::string& text, const std::string& file) {
  try {
    reader from{file, text};
    auto s = from.read();
    if (!from.wrong().empty()) return failure(from.wrong());
    return s;
  } catch (const toml::parse_error& e) {
    return failure(
        fmt::format("{}:{}:{}: {}\n", file, e.source().begin.line, e.source().begin.column, e.description()));
  }
}

} // namespace troupe::sim
